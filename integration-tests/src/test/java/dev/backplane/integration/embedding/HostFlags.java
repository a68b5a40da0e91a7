package dev.backplane.integration.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the README's table says a JVM needs, by kind of host. */
enum HostFlags {
  LAUNCHER_JAR("`java -jar"),
  CLASS_PATH("class path"),
  MODULE_PATH("module path"),
  OSGI("your own OSGi framework");

  private final String row;

  HostFlags(String row) {
    this.row = row;
  }

  /** The row's flags. */
  List<String> all() throws IOException {
    var readme = Files.readString(Path.of("..", "README.md"));
    var cells =
        Pattern.compile(
                "^\\| " + Pattern.quote(row) + "[^|]*\\| `([^`|]*)`[^|]*\\|", Pattern.MULTILINE)
            .matcher(readme);
    if (!cells.find()) {
      throw new AssertionError("README.md has no row for " + row);
    }
    return List.of(cells.group(1).split(" "));
  }

  /** Those about native access. */
  List<String> nativeAccess() throws IOException {
    return all().stream().filter(flag -> flag.startsWith("--enable-native-access=")).toList();
  }

  /** All flags, on a JVM that refuses what they do not allow, and the arguments behind them. */
  String[] strictly(String... arguments) throws IOException {
    return strictly(all(), arguments);
  }

  /** Some of them, on a JVM that refuses what they do not allow. */
  static String[] strictly(List<String> flags, String... arguments) {
    return Stream.of(List.of("-Xmx512m", "--illegal-native-access=deny"), flags, List.of(arguments))
        .flatMap(List::stream)
        .toArray(String[]::new);
  }
}
