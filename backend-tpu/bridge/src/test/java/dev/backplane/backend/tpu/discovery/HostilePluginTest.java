package dev.backplane.backend.tpu.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.tpu.FakePlugin;
import dev.backplane.backend.tpu.TestPlugins;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are no good plugins: each is a reason, and this process lives. */
class HostilePluginTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  private static ChildProbe probe(Duration limit) {
    return new ChildProbe(limit, TpuChips.ofHost(), Map.of());
  }

  private static String refusal(Path file, Duration limit) {
    try {
      return probe(limit)
          .ask(file)
          .refusal()
          .orElseThrow(() -> new AssertionError(file + " can be used"));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(file + " was not tried", e);
    }
  }

  private static void assertSays(String part, String refusal) {
    assertTrue(refusal.contains(part), () -> "expected \"" + part + "\" in: " + refusal);
  }

  /** The beginning of a real plugin. */
  private static ByteBuffer beginning(int bytes) throws IOException {
    try (var in = Files.newInputStream(TestPlugins.XLA_CPU.file())) {
      return ByteBuffer.wrap(in.readNBytes(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private Path written(ByteBuffer bytes) throws IOException {
    return Files.write(folder.resolve("plugin.so"), bytes.array());
  }

  @Test
  void whatIsNotThere() {
    assertEquals("there is no such file", refusal(folder.resolve("absent.so"), LONG));
  }

  @Test
  void whatIsNoLibrary() throws IOException {
    var text = Files.writeString(folder.resolve("text.so"), "I am no library.".repeat(10));
    assertSays("it is no shared object", refusal(text, LONG));
    var small = Files.writeString(folder.resolve("small.so"), "no");
    assertSays("it ends after less than 64 bytes", refusal(small, LONG));
  }

  @Test
  void whatWasCutShort() throws IOException {
    assertSays("it is cut short", refusal(written(beginning(1 << 20)), LONG));
  }

  @Test
  void whatIsForAnotherMachine() throws IOException {
    var header = beginning(1 << 16);
    header.putShort(18, (short) 183);
    assertSays("it is made for aarch64", refusal(written(header), LONG));
  }

  /** Its header says that nothing is missing: only to load it shows that something is. */
  @Test
  void whatWasCutShortAndHidesIt() throws IOException {
    var header = beginning(1 << 20);
    header.putLong(40, 0);
    header.putShort(60, (short) 0);
    var refusal = refusal(written(header), LONG);
    assertTrue(
        refusal.contains("cannot be loaded") || refusal.contains("the process that tried it ended"),
        refusal);
  }

  @Test
  void aLibraryThatIsNoPlugin() {
    var libraries =
        List.of("/lib/x86_64-linux-gnu/libm.so.6", "/lib64/libm.so.6", "/usr/lib/libm.so.6");
    var library = libraries.stream().map(Path::of).filter(Files::exists).findFirst().orElseThrow();
    assertSays("it has no GetPjrtApi", refusal(library, LONG));
  }

  @Test
  void whatTakesTooLongIsEnded() {
    var limit = Duration.ofMillis(1);
    assertSays("it hangs", refusal(TestPlugins.XLA_CPU.file(), limit));
  }

  private Path fake(FakePlugin plugin) throws IOException {
    Assumptions.assumeTrue(
        System.getProperty("os.arch").equals("amd64"),
        "SKIPPED, the plugins of this test are written for x86-64");
    return plugin.write(folder.resolve("fake.so"));
  }

  @ParameterizedTest
  @ValueSource(ints = {FakePlugin.ENTRY, FakePlugin.INITIALIZE, FakePlugin.CREATE_CLIENT})
  void whatAbortsDoesSoInTheChild(int place) throws IOException {
    var refusal = refusal(fake(FakePlugin.that(FakePlugin.abort(), place)), LONG);
    assertSays("the process that tried it ended with an abort (SIGABRT)", refusal);
  }

  @ParameterizedTest
  @ValueSource(ints = {FakePlugin.ENTRY, FakePlugin.INITIALIZE, FakePlugin.CREATE_CLIENT})
  void whatCrashesDoesSoInTheChild(int place) throws IOException {
    var refusal = refusal(fake(FakePlugin.that(FakePlugin.crash(), place)), LONG);
    assertSays("the process that tried it ended with", refusal);
  }

  /** As Google's does at a metadata server that never answers. */
  @ParameterizedTest
  @ValueSource(ints = {FakePlugin.ENTRY, FakePlugin.INITIALIZE, FakePlugin.CREATE_CLIENT})
  void whatHangsIsEnded(int place) throws IOException {
    var plugin = fake(FakePlugin.that(FakePlugin.hang(), place));
    var refusal = refusal(plugin, Duration.ofSeconds(2));
    assertEquals(
        "it hangs: a process that tried it was ended after 2 s"
            + " (-Dbackplane.pjrt.timeout=SECONDS waits longer)",
        refusal);
  }

  /** What a process is that tries a plugin, and is killed meanwhile. */
  public static final class Trying {
    private Trying() {}

    /** Tries the plugin that its argument names. */
    public static void main(String[] arguments) throws Exception {
      probe(LONG).ask(Path.of(arguments[0]));
    }
  }

  @Test
  void aProcessThatIsKilledLeavesNoChildBehind() throws Exception {
    var plugin = fake(FakePlugin.that(FakePlugin.hang(), FakePlugin.INITIALIZE));
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "--class-path",
                System.getProperty("java.class.path"),
                Trying.class.getName(),
                plugin.toString())
            .inheritIO()
            .start();
    while (process.children().findAny().isEmpty()) {
      assertTrue(process.isAlive());
      Thread.sleep(10);
    }
    var child = process.children().findAny().orElseThrow();
    Thread.sleep(2000); // So that it hangs by now, or else is on its way to.
    assertTrue(child.isAlive());
    process.destroyForcibly().waitFor();
    child.onExit().get(30, TimeUnit.SECONDS);
  }

  /** It was not the plugin's fault, so the next process asks again, and this one too. */
  @Test
  void whatWasInterruptedIsAskedAgain() throws Exception {
    var plugin = fake(FakePlugin.that(FakePlugin.hang(), FakePlugin.INITIALIZE));
    var kept = folder.resolve("answers");
    var answers = new Answers(kept, probe(LONG), new ConcurrentHashMap<>());
    Thread.currentThread().interrupt();
    var answer = answers.of(plugin);
    assertTrue(Thread.interrupted());
    assertEquals(Optional.of("interrupted while it was tried"), answer.refusal());
    assertFalse(Files.exists(kept));
    assertEquals(Map.of(), answers.known());
  }

  /** A server that must not be asked makes another plugin of it than one that may be. */
  @Test
  void anAnswerIsOfItsEnvironment() throws IOException {
    var file = Files.writeString(folder.resolve("plugin.so"), "no library");
    var kept = folder.resolve("answers");
    for (var variables :
        List.of(
            Map.of("TPU_SKIP_MDS_QUERY", "1"),
            Map.of("TPU_SKIP_MDS_QUERY", ""),
            Map.of("HOME", "/", "TPU_SKIP_MDS_QUERY", ""),
            Map.<String, String>of())) {
      var probe = new ChildProbe(LONG, TpuChips.ofHost(), variables);
      new Answers(kept, probe, new ConcurrentHashMap<>()).of(file);
    }
    try (var files = Files.list(kept)) {
      assertEquals(3, files.count());
    }
  }

  @Test
  void aFolderWithoutPluginsIsComplainedOf() throws IOException {
    var deep = Files.createDirectories(folder.resolve("empty/deep/deeper"));
    Files.writeString(deep.resolve("far.so"), "too far down");
    var top = folder.resolve("empty");
    var full = Files.createDirectories(folder.resolve("full/one"));
    var plugin = Files.writeString(full.resolve("plugin.so"), "no library");
    var files =
        new PluginFiles(Optional.of(List.of(top, full.getParent())), folder, List.of()).find();
    assertEquals(List.of(top.toRealPath(), plugin.toRealPath()), files);
    assertSays("it is a folder that holds no plugin", refusal(top, LONG));
    // The folder of the cache is there for plugins that may come: nobody named it.
    Files.createDirectories(folder.resolve("pjrt"));
    assertEquals(List.of(), new PluginFiles(Optional.empty(), folder, List.of()).find());
  }

  /** Which also shows that a fake one is a plugin in all other respects. */
  @Test
  void aPluginWithoutDevices() throws IOException {
    var plugin = fake(FakePlugin.that(FakePlugin.succeed(), FakePlugin.INITIALIZE));
    assertEquals("it has no devices here", refusal(plugin, LONG));
  }

  @Test
  void whatSpeaksAnotherPjrt() throws IOException {
    var whole = FakePlugin.that(FakePlugin.succeed(), FakePlugin.INITIALIZE);
    var newer = new FakePlugin(whole.place(), whole.does(), 1, whole.bytes());
    assertSays("it speaks PJRT 1.115; this backend speaks 0.x", refusal(fake(newer), LONG));
    var older = new FakePlugin(whole.place(), whole.does(), 0, 200);
    assertSays("its table of functions has 200 bytes", refusal(fake(older), LONG));
    var none = FakePlugin.that(FakePlugin.succeed(), FakePlugin.ENTRY);
    assertSays("GetPjrtApi gave nothing", refusal(fake(none), LONG));
  }

  @Test
  void anAnswerIsKeptUntilTheFileChanges() throws IOException {
    var file = Files.writeString(folder.resolve("plugin.so"), "no library");
    var probe = probe(LONG);
    var kept = folder.resolve("answers");
    var first = new Answers(kept, probe, new ConcurrentHashMap<>()).of(file);
    var inCache = Files.list(kept).toList();
    assertEquals(1, inCache.size());
    Files.writeString(
        inCache.getFirst(), Files.readString(inCache.getFirst()).replace("refusal=", "refusal=!"));
    var second = new Answers(kept, probe, new ConcurrentHashMap<>()).of(file);
    assertEquals(Optional.of("!" + first.refusal().orElseThrow()), second.refusal());
    Files.writeString(file, "no library, and another one");
    var third = new Answers(kept, probe, new ConcurrentHashMap<>()).of(file);
    assertEquals(first.refusal(), third.refusal());
  }

  @Test
  void chipsAreSeenByTheirVendor() throws IOException {
    var chips = new TpuChips(folder);
    var device = Files.createDirectories(folder.resolve("0000:00:04.0"));
    Files.writeString(device.resolve("vendor"), "0x8086\n");
    assertEquals("1", chips.environment().get("TPU_SKIP_MDS_QUERY"));
    Files.writeString(device.resolve("vendor"), "0x1ae0\n");
    assertTrue(chips.areThere());
    assertEquals(Map.of(), chips.environment());
  }
}
