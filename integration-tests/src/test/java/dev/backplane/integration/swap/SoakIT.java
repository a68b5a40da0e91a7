package dev.backplane.integration.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code benchmarks/soak}, in short: no step allocates, by the JVM's count of bytes and by the
 * Flight Recorder, which sees each object; and nothing grows.
 */
class SoakIT {
  @TempDir Path folder;

  @Test
  void stepsAllocateNothingAndNothingGrows() throws Exception {
    var out = folder.resolve("out.txt");
    var script = Path.of("../benchmarks/soak").toAbsolutePath().normalize();
    var builder =
        new ProcessBuilder(List.of(script.toString(), "5000", "1"))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("BACKPLANE_CACHE", folder.resolve("cache").toString());
    var process = builder.start();
    if (!process.waitFor(300, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError("still running: " + Files.readString(out));
    }
    var text = Files.readString(out);
    assertEquals(0, process.exitValue(), text);
    assertTrue(text.contains("the Flight Recorder saw in 460 steps: 0 allocations"), text);
    assertTrue(text.endsWith("done\n"), text);
  }
}
