package dev.backplane.recipes.table;

import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Feature;
import dev.backplane.recipes.cache.DatasetCache;
import dev.backplane.recipes.cache.DatasetPin;
import dev.backplane.recipes.cache.PinnedFile;
import dev.backplane.recipes.format.Columns;
import dev.backplane.recipes.format.LabelledCsv;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.osgi.service.component.annotations.Component;

/**
 * Fisher's iris plants: 150 examples, four lengths in cm, three classes of 50. The file comes with
 * this bundle; see the NOTICE beside it.
 */
@Component(service = DatasetProvider.class, immediate = true)
public final class Iris implements DatasetProvider {
  static final String NAME = "iris";

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final double TEST_SHARE = 0.2;
  private static final DatasetPin PIN =
      new DatasetPin(
          NAME,
          List.of(
              new PinnedFile(
                  "iris.csv",
                  2734,
                  "f13ffa8fdd56fd8e6c8d16d4081a3fbd3114bcd0aae4256c43205169cd9d1449")),
          List.of(),
          List.of(),
          "CC BY 4.0, R. A. Fisher; as in scikit-learn, BSD-3-Clause");

  /** For the service loaders. */
  public Iris() {}

  @Override
  public String name() {
    return NAME;
  }

  /** The split of seed 0; the recipe splits by the seed of its run. */
  @Override
  public Dataset open(Access access) {
    return split(access, 0);
  }

  /**
   * Splits the examples of each class by a seed: 120 to train, 30 to test.
   *
   * @param access a folder that holds the pinned {@code iris.csv}, where the user gave one
   */
  static Dataset split(Access access, long seed) {
    var table = table(access);
    var random = new SplittableRandom(seed);
    var train = new ArrayList<LabelledCsv.Row>();
    var test = new ArrayList<LabelledCsv.Row>();
    for (int label = 0; label < table.classes().size(); label++) {
      int wanted = label;
      var rows =
          new ArrayList<>(table.rows().stream().filter(row -> row.label() == wanted).toList());
      for (int i = rows.size() - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        var kept = rows.get(i);
        rows.set(i, rows.get(j));
        rows.set(j, kept);
      }
      int tests = (int) Math.round(rows.size() * TEST_SHARE);
      test.addAll(rows.subList(0, tests));
      train.addAll(rows.subList(tests, rows.size()));
    }
    return new Dataset(NAME, columns(table, train), columns(table, test), table.classes());
  }

  private static LabelledCsv table(Access access) {
    try (var in = open(access, PIN);
        var reader = new InputStreamReader(in, StandardCharsets.US_ASCII)) {
      return LabelledCsv.read("iris.csv", reader);
    } catch (IOException e) {
      throw new UncheckedIOException("iris.csv cannot be read", e);
    }
  }

  private static InputStream open(Access access, DatasetPin pin) throws IOException {
    if (access.folder().isPresent()) {
      return Files.newInputStream(DatasetCache.of(access).open(pin).file("iris.csv"));
    }
    var resource = Iris.class.getResourceAsStream("iris.csv");
    if (resource == null) {
      throw new IllegalStateException("this bundle lacks its resource iris.csv");
    }
    return resource;
  }

  private static Columns columns(LabelledCsv table, List<LabelledCsv.Row> rows) {
    var values = MemorySegment.ofArray(new byte[rows.size() * table.features() * Float.BYTES]);
    var labels = new byte[rows.size()];
    int at = 0;
    for (int i = 0; i < rows.size(); i++) {
      for (float value : rows.get(i).values()) {
        values.setAtIndex(FLOAT, at++, value);
      }
      labels[i] = (byte) rows.get(i).label();
    }
    return new Columns(
        rows.size(),
        List.of(Feature.of("lengths", TensorType.f32(table.features()))),
        List.of(new Feature("class", TensorType.of(DType.U8), DType.I32, 1, 0)),
        List.of(values, MemorySegment.ofArray(labels)));
  }
}
