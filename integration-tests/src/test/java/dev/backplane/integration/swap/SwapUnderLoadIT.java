package dev.backplane.integration.swap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.integration.osgi.BundleJar;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CPU backend is exchanged while requests are served from several threads. */
class SwapUnderLoadIT {
  private static final String LIBRARY = "org/bytedeco/dnnl/linux-x86_64/libdnnl.so.3";
  private static final String ABOUT = "META-INF/maven/org.bytedeco/dnnl/pom.properties";

  @TempDir Path folder;

  private SwapProcess process() {
    return new SwapProcess(folder).without("backend.cpu-");
  }

  @Test
  void noRequestFailsWhenTheNewVersionComesBesideTheOld() throws Exception {
    var one = SwapProcess.bundle("backend.cpu-");
    var two = BundleJar.newVersion(one, folder.resolve("two.jar"), "99.0.0", Map.of());
    var said = process().run("beside", "iris-mlp", one.toString(), two.toString());
    assertTrue(said.contains("served "), said);
  }

  @Test
  void whoeverIsInTheMiddleIsToldThatTheDeviceIsLostWhenItJustGoes() throws Exception {
    var said = process().run("removed", "iris-mlp", SwapProcess.bundle("backend.cpu-").toString());
    assertTrue(said.contains("lost "), said);
  }

  @Test
  void anotherVersionOfTheNativeLibraryNeedsARestart() throws Exception {
    var one = SwapProcess.bundle("backend.cpu-");
    var two =
        BundleJar.newVersion(
            one,
            folder.resolve("two.jar"),
            "99.0.0",
            Map.of(LIBRARY, SwapUnderLoadIT::another, ABOUT, SwapUnderLoadIT::about));
    var said = process().run("other-native", "iris-mlp", one.toString(), two.toString());
    assertTrue(
        said.contains("refused: false, restart needed: this process has oneDNN 3.11.0 mapped"),
        said);
    assertTrue(said.contains("the bundle brings 3.12\n"), said);
    assertTrue(said.contains("again: true, "), said);
  }

  @Test
  void aloneThatOtherVersionWorks() throws Exception {
    var two =
        BundleJar.newVersion(
            SwapProcess.bundle("backend.cpu-"),
            folder.resolve("two.jar"),
            "99.0.0",
            Map.of(LIBRARY, SwapUnderLoadIT::another, ABOUT, SwapUnderLoadIT::about));
    var said = process().run("alone", "iris-mlp", two.toString());
    assertTrue(said.contains("alone: true, "), said);
  }

  /** The library as a build of version 3.12 would be: it says so, and has another build id. */
  private static byte[] another(byte[] library) {
    var changed = library.clone();
    var version = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    version.putInt(3).putInt(11).putInt(0);
    int at = find(changed, version.array(), 0);
    changed[at + 4] = 12;
    int note = find(changed, "GNU\0".getBytes(ISO_8859_1), 0);
    changed[note + 4] ^= 1;
    return changed;
  }

  private static byte[] about(byte[] properties) {
    return new String(properties, ISO_8859_1).replace("3.11-", "3.12-").getBytes(ISO_8859_1);
  }

  private static int find(byte[] in, byte[] what, int from) {
    for (int i = from; i + what.length <= in.length; i++) {
      if (Arrays.equals(in, i, i + what.length, what, 0, what.length)) {
        return i;
      }
    }
    throw new AssertionError("not found: " + Arrays.toString(what));
  }
}
