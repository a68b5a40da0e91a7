package dev.backplane.layers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.layers.core.GivenParameters;
import dev.backplane.layers.core.activation.Softmax;
import dev.backplane.nn.Draw;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.nn.ParameterSpec;
import dev.backplane.nn.ValueBounds;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is decoded step by step from a cache is what the whole model says of each prefix. */
class DecodingTest {
  private static final int BEGIN = 1;
  private static final int END = 2;
  private static final int LONGEST = 6;

  private static final long SEED = 5;

  private static final Literal SOURCE =
      Literal.of(Shape.of(3, 4), 3, 1, 4, 2, 2, 3, 0, 0, 4, 0, 0, 0);

  private static Backplane backplane;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  static List<Transformer> models() {
    var plain = new Transformer(5, 7, 8, 2, 6, 2);
    var rotary = new TransformerDecoder(2, 6);
    return List.of(
        plain,
        plain.withNormalizationFirst().withTiedLogits(),
        plain.positions(new LearnedPositions(LONGEST)),
        new Transformer(
            plain.source(),
            plain.target(),
            plain.positions(),
            plain.encoder(),
            new TransformerDecoder(
                rotary.attention().withRotaryPositions(),
                rotary.crossAttention(),
                6,
                rotary.activation(),
                rotary.normalization(),
                0,
                false),
            1,
            0,
            false));
  }

  /** Values for whatever a model asks for, far enough apart that the best id is no tie. */
  private static Map<String, Literal> parameters(Transformer model) {
    var found = new TreeMap<String, Literal>();
    try (var scope = backplane.eager(backplane.device("reference"))) {
      scope.trace(
          List.of(SOURCE.type(), SOURCE.type()),
          ids -> {
            var asking = new Asking(new GivenParameters(ids.get(0).scope(), Map.of()), "", found);
            return model.apply(asking, ids);
          });
    }
    return found;
  }

  /** Makes up each parameter that is asked for. */
  private record Asking(Forward given, String path, Map<String, Literal> found) implements Forward {
    @Override
    public Tensor parameter(ParameterSpec spec) {
      var full = path.isEmpty() ? spec.name() : path + "/" + spec.name();
      var random = new Random(SEED + full.hashCode());
      var value = Literal.fill(spec.type(), _ -> size(full) * random.nextGaussian());
      found.put(full, value);
      return given.scope().constant(value);
    }

    private static double size(String path) {
      return path.startsWith("logits") ? 1.5 : path.startsWith("target/") ? 0.2 : 0.6;
    }

    @Override
    public Tensors child(String name, Layer layer, Tensors inputs) {
      var full = path.isEmpty() ? name : path + "/" + name;
      return layer.apply(new Asking(given, full, found), inputs);
    }

    @Override
    public Scope scope() {
      return given.scope();
    }

    @Override
    public boolean training() {
      return false;
    }

    @Override
    public Tensor state(String name, TensorType type, double initial) {
      throw new AssertionError("a Transformer has no state");
    }

    @Override
    public void keep(String name, Tensor value) {
      throw new AssertionError("a Transformer has no state");
    }

    @Override
    public Draw draw() {
      return given.draw();
    }

    @Override
    public Optional<Tensor> mask() {
      return given.mask();
    }

    @Override
    public void mask(Optional<Tensor> mask) {
      given.mask(mask);
    }

    @Override
    public void bound(Tensor x, ValueBounds bounds) {
      given.bound(x, bounds);
    }

    @Override
    public void penalty(Tensor scalar) {
      throw new AssertionError("a Transformer has no penalty");
    }
  }

  private static int[] source(int row) {
    return IntStream.range(0, 4).map(i -> (int) SOURCE.longAt(4 * row + i)).toArray();
  }

  /** The whole model on one source and a prefix that begins with {@link #BEGIN}: [ids][next]. */
  private static double[][] logits(
      Transformer model, Map<String, Literal> parameters, int[] source, List<Integer> prefix) {
    try (var scope = backplane.eager(backplane.device("reference"))) {
      var values = new HashMap<String, Tensor>();
      parameters.forEach((name, value) -> values.put(name, scope.constant(value)));
      var ids = prefix.stream().mapToInt(i -> i).toArray();
      var logits =
          model
              .apply(
                  new GivenParameters(scope, values),
                  Tensors.of(
                      scope.constant(Literal.of(Shape.of(1, source.length), source)),
                      scope.constant(Literal.of(Shape.of(1, ids.length), ids))))
              .only();
      var all = Softmax.log(logits).read().toDoubles();
      int vocabulary = all.length / ids.length;
      return IntStream.range(0, ids.length)
          .mapToObj(i -> Arrays.copyOfRange(all, i * vocabulary, (i + 1) * vocabulary))
          .toArray(double[][]::new);
    }
  }

  /** The whole model, which computes every prefix anew. */
  private static NextId whole(Transformer model, Map<String, Literal> parameters, int beams) {
    var before = new ArrayList<List<Integer>>();
    return (ids, parents) -> {
      var now = new ArrayList<List<Integer>>();
      var rows = new float[ids.length][];
      for (int i = 0; i < ids.length; i++) {
        var prefix = new ArrayList<Integer>(before.isEmpty() ? List.of() : before.get(parents[i]));
        prefix.add(ids[i]);
        now.add(prefix);
        var last = logits(model, parameters, source(i / beams), prefix)[prefix.size() - 1];
        rows[i] = new float[last.length];
        for (int id = 0; id < last.length; id++) {
          rows[i][id] = id == 0 ? Float.NEGATIVE_INFINITY : (float) last[id];
        }
      }
      before.clear();
      before.addAll(now);
      return rows;
    };
  }

  @ParameterizedTest
  @MethodSource("models")
  void aCacheGivesWhatTheWholeModelSaysOfEveryPrefix(Transformer model) {
    var parameters = parameters(model);
    var search = new BeamSearch(BEGIN, END, LONGEST, 2, 1);
    var device = backplane.device("reference");
    try (var decoding = new CachedDecoding(backplane, device, model, parameters, search)) {
      var cached = decoding.start(SOURCE);
      var whole = whole(model, parameters, 2);
      var random = new Random(SEED);
      var ids = new int[6];
      var parents = new int[6];
      for (int step = 0; step < LONGEST; step++) {
        for (int row = 0; row < 6; row++) {
          ids[row] = step == 0 ? BEGIN : 1 + random.nextInt(6);
          parents[row] = step == 0 ? row : row / 2 * 2 + random.nextInt(2);
        }
        var found = cached.logits(ids, parents);
        var expected = whole.logits(ids, parents);
        for (int row = 0; row < 6; row++) {
          // The whole model's are normalized.
          float shift = found[row][END] - expected[row][END];
          for (int id = 0; id < expected[row].length; id++) {
            assertEquals(expected[row][id], found[row][id] - shift, 1e-4, step + ", row " + row);
          }
        }
      }
      var found = decoding.decode(SOURCE);
      var expected = search.decode(whole(model, parameters, 2), 3);
      for (int i = 0; i < 3; i++) {
        assertArrayEquals(expected.get(i), found.get(i), "source " + i);
      }
    }
  }

  /** After 1: 3 (0.6) or 4 (0.4); 3 leads to ten ends of 0.1 each, 4 surely to the end. */
  @Test
  void aBeamSeesWhatGreedMisses() {
    NextId model =
        (ids, parents) -> {
          var rows = new float[ids.length][14];
          for (int i = 0; i < ids.length; i++) {
            Arrays.fill(rows[i], -1000);
            switch (ids[i]) {
              case BEGIN -> {
                rows[i][3] = (float) Math.log(0.6);
                rows[i][4] = (float) Math.log(0.4);
              }
              case 3 -> Arrays.fill(rows[i], 4, 14, 0);
              default -> rows[i][END] = 0;
            }
          }
          return rows;
        };
    assertArrayEquals(
        new int[] {3, 4}, BeamSearch.greedy(BEGIN, END, 5).decode(model, 1).getFirst());
    var both = new BeamSearch(BEGIN, END, 5, 2, 0).decode(model, 2);
    assertArrayEquals(new int[] {4}, both.get(0));
    assertArrayEquals(new int[] {4}, both.get(1));
  }

  @Test
  void aRowGoesOnFromTheBeamItCameFrom() {
    var seen = new ArrayList<String>();
    NextId model =
        (ids, parents) -> {
          seen.add(Arrays.toString(ids) + Arrays.toString(parents));
          var rows = new float[ids.length][6];
          for (int i = 0; i < ids.length; i++) {
            Arrays.fill(rows[i], -100);
            switch (ids[i]) {
              case BEGIN -> {
                rows[i][3] = 1;
                rows[i][4] = 0.9f;
              }
              case 4 -> {
                rows[i][3] = 1;
                rows[i][5] = 0.9f;
              }
              default -> {
                rows[i][3] = -2;
                rows[i][4] = -2.1f;
                rows[i][5] = -2.2f;
              }
            }
          }
          return rows;
        };
    new BeamSearch(BEGIN, END, 2, 2, 0).decode(model, 1);
    assertEquals(List.of("[1, 1][0, 1]", "[3, 4][0, 0]"), seen);
    seen.clear();
    new BeamSearch(BEGIN, END, 3, 2, 0).decode(model, 1);
    // Both go on from 4, the second row: its two ids share less among them.
    assertEquals("[3, 5][1, 1]", seen.get(2));
  }

  @Test
  void aLengthPenaltyFavoursTheLongerSequence() {
    NextId model =
        (ids, parents) -> {
          var rows = new float[ids.length][5];
          for (int i = 0; i < ids.length; i++) {
            Arrays.fill(rows[i], -1000);
            if (ids[i] == BEGIN) {
              rows[i][END] = (float) Math.log(0.55);
              rows[i][3] = (float) Math.log(0.45);
            } else {
              rows[i][END] = 0;
            }
          }
          return rows;
        };
    assertEquals(0, new BeamSearch(BEGIN, END, 4, 2, 0).decode(model, 1).getFirst().length);
    assertEquals(1, new BeamSearch(BEGIN, END, 4, 2, 3).decode(model, 1).getFirst().length);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertEquals(
        "BeamSearch beams: expected 1 or more, found 0",
        assertThrows(IllegalArgumentException.class, () -> new BeamSearch(BEGIN, END, 5, 0, 0))
            .getMessage());
    var model = models().getFirst();
    try (var decoding =
        new CachedDecoding(
            backplane,
            backplane.device("reference"),
            model,
            Map.of(),
            BeamSearch.greedy(BEGIN, END, LONGEST))) {
      var found =
          assertThrows(
              ShapeException.class,
              () -> decoding.decode(Literal.fill(TensorType.f32(1, 3), i -> 1)));
      assertEquals(
          "CachedDecoding C1: expected a source i32[count, steps], found f32[1,3]",
          found.getMessage());
      var missing =
          assertThrows(RuntimeException.class, () -> decoding.decode(SOURCE)).getMessage();
      assertTrue(missing.contains("no value is given for source/kernel"), missing);
    }
  }
}
