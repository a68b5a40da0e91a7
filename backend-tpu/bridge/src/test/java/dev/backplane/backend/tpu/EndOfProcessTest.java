package dev.backplane.backend.tpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Program;
import dev.backplane.backend.Workspace;
import dev.backplane.backend.tpu.discovery.PluginFiles;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Unary;
import dev.backplane.tensor.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that ends while a plugin compiles does so in order. */
class EndOfProcessTest {
  private static final int STATUS = 7;

  @TempDir Path cache;

  private static TpuBackend backend(Path plugin, Path cache) {
    return new TpuBackend(new PluginFiles(Optional.of(List.of(plugin)), cache, List.of()));
  }

  /** Many sizes, so that a compiler has work for a while. */
  private static Program large() {
    var builder = new Graph.Builder();
    Value x = builder.input(TensorType.f32(512));
    for (int i = 0; i < 400; i++) {
      var kind = i % 3 == 0 ? Unary.Kind.SIN : i % 3 == 1 ? Unary.Kind.TANH : Unary.Kind.EXP;
      x = builder.apply(new Unary(kind), x);
    }
    return Program.of(builder.build(List.of(x)));
  }

  @ParameterizedTest
  @EnumSource
  void theEndWaitsForACompilationAndRefusesTheNext(TestPlugins which) throws Exception {
    var backend = backend(which.file(), cache);
    var info = backend.devices().getFirst();
    try (var device = (TpuDevice) backend.open(List.of(info), DeviceSettings.defaults());
        var workspace = new Workspace()) {
      var thread = Thread.ofPlatform().start(() -> device.compile(large(), workspace));
      while (!device.isCompiling()) {
        assertTrue(thread.isAlive());
        Thread.onSpinWait();
      }
      backend.endCompiling();
      assertFalse(device.isCompiling());
      thread.join();
      var refused =
          assertThrows(DeviceLostException.class, () -> device.compile(large(), workspace));
      assertEquals(
          info.id() + ": the process is ending: nothing is compiled", refused.getMessage());
      assertThrows(
          DeviceLostException.class, () -> backend.open(List.of(info), DeviceSettings.defaults()));
    }
  }

  /** What a child process is that ends while it compiles. */
  public static final class Child {
    private Child() {}

    /** The public constructor's backend, which looks for plugins as every process does. */
    public static void main(String[] arguments) throws Exception {
      var backend = new TpuBackend();
      var info = backend.devices().getFirst();
      var device = (TpuDevice) backend.open(List.of(info), DeviceSettings.defaults());
      Thread.ofPlatform().daemon().start(() -> device.compile(large(), new Workspace()));
      while (!device.isCompiling()) {
        Thread.onSpinWait();
      }
      Thread.sleep(50); // So that the plugin's threads are at it.
      System.exit(STATUS);
    }
  }

  @Test
  void aProcessEndsWhileItCompiles() throws Exception {
    var plugin = TestPlugins.XLA_CPU.file();
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + cache.resolve("crash"),
                "--enable-native-access=ALL-UNNAMED",
                "--class-path",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("BACKPLANE_PJRT", plugin.toString());
    builder.environment().put("BACKPLANE_CACHE", cache.toString());
    var child = builder.start();
    assertTrue(child.waitFor(120, TimeUnit.SECONDS), "it hangs");
    assertEquals(STATUS, child.exitValue());
    // It has been waited for: what it compiled was kept, which is the last thing a compilation
    // does.
    try (var kept = Files.list(cache.resolve("pjrt-programs"))) {
      assertEquals(1, kept.filter(file -> file.toString().endsWith(".program")).count());
    }
  }
}
