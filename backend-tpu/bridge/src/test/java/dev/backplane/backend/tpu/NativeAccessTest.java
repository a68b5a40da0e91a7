package dev.backplane.backend.tpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that refuses native access: what there is says so, and names the flag. */
class NativeAccessTest {
  @TempDir Path folder;

  /** What a child process does: lists the devices. */
  public static final class Child {
    private Child() {}

    /** Prints what cannot be used, and why. */
    public static void main(String[] arguments) {
      new TpuBackend()
          .devices()
          .forEach(d -> System.out.println(d.id() + " " + d.usable() + ": " + d.reason()));
    }
  }

  @Test
  void theReasonNamesTheFlag() throws Exception {
    var plugin = Files.writeString(folder.resolve("plugin.so"), "never looked at");
    var out = folder.resolve("out");
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--illegal-native-access=deny",
                "--class-path",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("BACKPLANE_PJRT", plugin.toString());
    builder.environment().put("BACKPLANE_CACHE", folder.resolve("cache").toString());
    assertEquals(0, builder.start().waitFor());
    assertEquals(
        "pjrt:plugin.so false: the JVM refuses native access; start it with"
            + " --enable-native-access=ALL-UNNAMED",
        Files.readString(out, StandardCharsets.UTF_8).strip());
  }
}
