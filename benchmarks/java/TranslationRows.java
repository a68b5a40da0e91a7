import dev.backplane.Backplane;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Examples;
import dev.backplane.data.Recipe;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * Writes the rows that translate-transformer trains on, for torch_translation.py: java
 * TranslationRows FOLDER [KEY=VALUE …]. Each row is source, target and next, i32 little-endian.
 */
final class TranslationRows {
  public static void main(String[] args) throws IOException {
    var folder = Files.createDirectories(Path.of(args[0]));
    Map<String, String> settings = new HashMap<>();
    for (int i = 1; i < args.length; i++) {
      var setting = args[i].split("=", 2);
      settings.put(setting[0], setting[1]);
    }
    var recipe =
        ServiceLoader.load(Recipe.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(each -> each.name().equals("translate-transformer"))
            .findFirst()
            .orElseThrow();
    try (var backplane = Backplane.start()) {
      var access = new Access(Optional.empty(), System.err::println);
      var plan = recipe.plan(new Recipe.Request(settings, access, 1, backplane.parts()));
      for (var file : plan.files().entrySet()) {
        Files.writeString(folder.resolve(file.getKey()), file.getValue());
      }
      var lengths = plan.data().train().buckets().orElseThrow().lengths();
      Files.writeString(
          folder.resolve("rows.txt"),
          "buckets "
              + lengths.stream().map(String::valueOf).collect(Collectors.joining(" "))
              + "\n");
      write(folder.resolve("train.bin"), plan.data().train());
      write(folder.resolve("test.bin"), plan.data().test());
    }
  }

  private static void write(Path file, Examples examples) throws IOException {
    var features = new ArrayList<>(examples.inputs());
    features.addAll(examples.targets());
    try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (int row = 0; row < examples.size(); row++) {
        for (int field = 0; field < features.size(); field++) {
          var bytes = new byte[Math.toIntExact(features.get(field).stored().bytes())];
          examples.gather(field, new int[] {row}, 0, 1, MemorySegment.ofArray(bytes));
          out.write(bytes);
        }
      }
    }
  }
}
