package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Program;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.op.Dot;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the backend says of the host without loading anything, and what is left when it stops. */
class HostTest {
  private static String look(Map<String, String> environment, String... options)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of(options));
    command.addAll(
        List.of("-Xmx128m", "-cp", System.getProperty("java.class.path"), Look.class.getName()));
    var builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    var process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var text = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), text);
    return text;
  }

  @Test
  void lookingMapsNoNativeLibrary() throws Exception {
    var text =
        look(
            Map.of(),
            "--add-modules",
            "jdk.incubator.vector",
            "--illegal-native-access=deny",
            "--enable-native-access=ALL-UNNAMED");
    assertTrue(text.contains("usable true, score 100: oneDNN and vector kernels"), text);
    assertTrue(text.contains("mapped false"), text);
  }

  @Test
  void withoutTheVectorModuleTheReasonSaysHowToGetIt() throws Exception {
    var text = look(Map.of());
    assertTrue(
        text.contains("scalar kernels, because --add-modules jdk.incubator.vector is missing"),
        text);
  }

  @Test
  void whereTheJvmRefusesNativeAccessTheReasonNamesTheFlag() throws Exception {
    var text = look(Map.of(), "--illegal-native-access=deny");
    assertTrue(text.contains("usable false, score 0"), text);
    assertTrue(text.contains("start it with --enable-native-access=ALL-UNNAMED"), text);
  }

  @Test
  void whereTheJvmOnlyWarnsTheDeviceIsUsable() throws Exception {
    assertTrue(look(Map.of(), "--illegal-native-access=warn").contains("usable true"));
  }

  @Test
  void aCacheThatCannotBeWrittenIsReported() throws Exception {
    var text = look(Map.of("BACKPLANE_CACHE", "/proc/self/nowhere"));
    assertTrue(text.contains("usable false, score 0"), text);
    assertTrue(text.contains("/proc/self "), text);
    assertTrue(text.contains("set BACKPLANE_CACHE to a folder that can be written"), text);
  }

  @Test
  void aCacheThatIsAFileIsReported(@TempDir Path folder) throws Exception {
    var file = Files.createFile(folder.resolve("file"));
    var text = look(Map.of("BACKPLANE_CACHE", file.toString()));
    assertTrue(text.contains("usable false, score 0: " + file + " is no folder"), text);
  }

  @Test
  void afterTheBundleHasStoppedEveryCallThrowsDeviceLost() {
    var backend = new CpuBackend();
    var device = backend.open(backend.devices(), DeviceSettings.defaults());
    var builder = new Graph.Builder();
    var x = builder.input(TensorType.f32(2, 2));
    var graph = builder.build(List.of(builder.apply(Dot.matmul(DType.F32), x, x)));
    var workspace = new Workspace();
    var executable = device.compile(Program.of(graph), workspace);
    var in = device.allocate(graph.inputTypes());
    var out = device.allocate(graph.outputTypes());
    var execution = executable.bind(in, out);
    execution.start();
    backend.deactivate();
    assertThrows(DeviceLostException.class, () -> device.allocate(graph.inputTypes()));
    assertThrows(DeviceLostException.class, () -> device.compile(Program.of(graph), workspace));
    assertThrows(DeviceLostException.class, () -> executable.bind(in, out));
    assertThrows(RuntimeException.class, execution::start);
    assertThrows(
        DeviceLostException.class,
        () -> backend.open(backend.devices(), DeviceSettings.defaults()));
    in.getFirst().close();
    execution.close();
    executable.close();
    workspace.close();
    device.close();
  }
}
