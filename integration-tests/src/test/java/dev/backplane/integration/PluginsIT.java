package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bundles dropped into the folder of plugins of a process that lives through all of it: what comes
 * in, what goes, and what is refused with which words.
 */
class PluginsIT {
  @TempDir static Path folder;
  private static Path plugins;
  private static Shell shell;
  private static int runs;

  @BeforeAll
  static void start() throws Exception {
    plugins = Files.createDirectories(folder.resolve("plugins"));
    shell = Shell.start(folder, plugins);
    shell.asks("plugins", "plugins: nothing in it");
  }

  @AfterAll
  static void end() throws Exception {
    var result = shell.end();
    assertEquals(0, result.exitCode(), result::toString);
    assertFalse(result.err().contains("\tat "), result::toString);
  }

  @BeforeEach
  void mark() throws IOException {
    shell.mark();
  }

  /** Every test leaves the folder and the process as it found them. */
  @AfterEach
  void empty() throws Exception {
    try (Stream<Path> files = Files.list(plugins)) {
      for (var file : files.toList()) {
        Files.delete(file);
      }
    }
    for (var number : background()) {
      stop(number); // a test that failed left it
    }
    shell.asks("plugins", "plugins: nothing in it");
  }

  private static List<String> background() throws Exception {
    shell.mark();
    shell.type("jobs --json");
    shell.type("plugins");
    shell.hears("plugins");
    return Pattern.compile("\"event\":\"background\",\"number\":(\\d+)")
        .matcher(shell.out())
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  private static PluginSource plugin(String symbolicName, String version, String name) {
    return PluginSource.of(symbolicName, version).named("\"" + name + "\"");
  }

  /** A training that ends soon. */
  private static void train(String activation) throws Exception {
    shell.answer(
        "train iris-mlp --epochs 2 --set activation=" + activation + " --out run" + ++runs,
        "run folder: run" + runs);
  }

  /** A training that goes on until it is stopped, in the background: its number. */
  private static String trainForLong(String activation) throws Exception {
    var begun =
        shell.answer(
            "train iris-mlp --epochs 100000000 --set activation="
                + activation
                + " --out run"
                + ++runs
                + " &",
            "\\[\\d+] train iris-mlp .*&");
    var number = begun.substring(1, begun.indexOf(']'));
    shell.hears("\\[" + number + "] epoch ");
    return number;
  }

  private static void stop(String number) throws Exception {
    shell.answer(
        "stop " + number, "\\[" + number + "] interrupted; go on with --out run\\d+ --resume");
    shell.hears("\\[" + number + "] ended with exit code 130");
  }

  @Test
  void aPluginServesTheNextJobAndNoneAfterItIsDeleted() throws Exception {
    var file = plugin("acme.swish", "1.0.0", "acme.swish").drop(plugins.resolve("swish.jar"));
    shell.hears("plugins: acme.swish 1.0.0 is in: new jobs can use it");
    train("acme.swish");
    shell.asks("plugins", "in +acme.swish 1.0.0 +swish.jar");
    Files.delete(file);
    shell.hears("plugins: acme.swish 1.0.0 is gone, as its file is deleted");
    shell.answer("train iris-mlp --set activation=acme.swish", "backplane: .*acme.swish");
  }

  @Test
  void aNewVersionServesNewJobsWhileTheOldOnesJobGoesOnAndEndsOnIt() throws Exception {
    plugin("acme.up", "1.0.0", "acme.up").drop(plugins.resolve("up.jar"));
    shell.hears("acme.up 1.0.0 is in");
    var old = trainForLong("acme.up");
    plugin("acme.up", "2.0.0", "acme.up").drop(plugins.resolve("up.jar"));
    shell.hears("acme.up 2.0.0 is in beside 1.0.0: new jobs use it");
    shell.hears(
        "acme.up 1.0.0 leaves for acme.up 2.0.0 when it is not in use any more:"
            + " job iris-mlp on \\S+ since \\d\\d:\\d\\d:\\d\\d \\(.*acme.up.*\\)");
    var young = trainForLong("acme.up");
    shell.asks("jobs", "of acme.up 1.0.0");
    shell.hears("of acme.up 2.0.0");
    shell.asks("plugins", "leaving +acme.up 1.0.0");
    stop(old);
    shell.hears("acme.up 1.0.0 is gone, for acme.up 2.0.0");
    assertTrue(shell.answer("jobs --json", "\\{\"event\":\"job\".*").contains("acme.up 2.0.0"));
    stop(young);
  }

  @Test
  void whatIsDeletedInUseWaitsAndSaysForWhom() throws Exception {
    var used = plugin("acme.used", "1.0.0", "acme.used");
    var file = used.drop(plugins.resolve("used.jar"));
    shell.hears("acme.used 1.0.0 is in");
    var number = trainForLong("acme.used");
    Files.delete(file);
    shell.hears(
        "acme.used 1.0.0 leaves as its file is deleted when it is not in use any more: job"
            + " iris-mlp");
    // Brought back in time it stays.
    used.drop(file);
    shell.asks("plugins", "in +acme.used 1.0.0 +used.jar");
    Files.delete(file);
    shell.asks("plugins", "leaving +acme.used 1.0.0");
    stop(number);
    shell.hears("acme.used 1.0.0 is gone");
  }

  @Test
  void theSameVersionWithOtherContentIsReplacedInPlaceOnceNoJobUsesIt() throws Exception {
    plugin("acme.same", "1.0.0", "acme.same").drop(plugins.resolve("same.jar"));
    shell.hears("acme.same 1.0.0 is in");
    var number = trainForLong("acme.same");
    plugin("acme.same", "1.0.0", "acme.same2").drop(plugins.resolve("same.jar"));
    shell.hears("acme.same 1.0.0: the same version is there with other content");
    shell.hears("acme.same 1.0.0 leaves for acme.same 1.0.0 in its place when .* job iris-mlp");
    stop(number);
    shell.hears("acme.same 1.0.0 is gone, for acme.same 1.0.0 in its place");
    shell.hears("acme.same 1.0.0 is in: new jobs can use it");
    train("acme.same2");
  }

  @Test
  void aReplacementInPlaceThatDoesNotStartLetsTheFormerComeBack() throws Exception {
    plugin("acme.back", "1.0.0", "acme.back").drop(plugins.resolve("back.jar"));
    shell.hears("acme.back 1.0.0 is in");
    shell.mark();
    plugin("acme.back", "1.0.0", "acme.back")
        .beforehand("if (true) throw new IllegalStateException(\"worse\");")
        .drop(plugins.resolve("back.jar"));
    shell.hears("acme.back 1.0.0 is refused: it throws when it starts: .*worse");
    shell.hears("acme.back 1.0.0 is in: new jobs can use it");
    train("acme.back");
  }

  @Test
  void whatThrowsAsItStartsIsRefusedAndItsFormerVersionServesOn() throws Exception {
    plugin("acme.throws", "1.0.0", "acme.throws").drop(plugins.resolve("throws.jar"));
    shell.hears("acme.throws 1.0.0 is in");
    plugin("acme.throws", "1.1.0", "acme.throws")
        .beforehand("if (true) throw new IllegalStateException(\"no licence\");")
        .drop(plugins.resolve("throws.jar"));
    shell.hears(
        "acme.throws 1.1.0 is refused: it throws when it starts:"
            + " java.lang.IllegalStateException: no licence, at acme.Start.start");
    train("acme.throws");
    shell.asks("plugins", "refused +acme.throws 1.1.0 +throws.jar");
  }

  @Test
  void whatHangsAsItStartsIsRefusedAndHoldsNobodyUp() throws Exception {
    plugin("acme.hangs", "1.0.0", "acme.hangs")
        .beforehand(
            "while (System.nanoTime() != 0) { try { Thread.sleep(100_000); } catch"
                + " (InterruptedException e) {} }")
        .drop(plugins.resolve("hangs.jar"));
    plugin("acme.prompt", "1.0.0", "acme.prompt").drop(plugins.resolve("prompt.jar"));
    shell.hears("acme.prompt 1.0.0 is in");
    shell.hears(
        "acme.hangs 1.0.0 is refused: it has not started within 2 s; it is in"
            + " acme.Start.start\\(Start.java:\\d+\\)");
    train("acme.prompt");
    Files.delete(plugins.resolve("prompt.jar"));
    shell.hears("acme.prompt 1.0.0 is gone");
  }

  @Test
  void componentsAreTakenAndRefusedAsActivatorsAre() throws Exception {
    plugin("acme.component", "1.0.0", "acme.component")
        .asComponent("")
        .drop(plugins.resolve("component.jar"));
    shell.hears("acme.component 1.0.0 is in");
    train("acme.component");
    plugin("acme.broken", "1.0.0", "acme.broken")
        .asComponent("if (true) throw new IllegalStateException(\"no licence\");")
        .drop(plugins.resolve("broken.jar"));
    shell.hears("acme.broken 1.0.0 is refused: its service Extensions cannot be had: .*no licence");
    plugin("acme.slow", "1.0.0", "acme.slow")
        .asComponent("Thread.sleep(100_000_000);")
        .drop(plugins.resolve("slow.jar"));
    shell.hears("acme.slow 1.0.0 is refused: it has not started within 2 s");
    train("acme.component");
  }

  @Test
  void aNameThatIsTakenIsRefusedAlsoWhereOnlyTheRunningCodeTellsIt() throws Exception {
    plugin("acme.first", "1.0.0", "acme.taken").drop(plugins.resolve("first.jar"));
    shell.hears("acme.first 1.0.0 is in");
    var words =
        "acme.%s 1.0.0 is refused: it claims names that are taken: \"acme.taken\" \\(of"
            + " acme.first\\)";
    plugin("acme.second", "1.0.0", "acme.taken").drop(plugins.resolve("second.jar"));
    shell.hears(words.formatted("second"));
    PluginSource.of("acme.third", "1.0.0")
        .named(
            "\"acme.\" + \"nekat\".chars().mapToObj(c -> \"\" + (char) c).reduce(\"\", (a, b) -> b"
                + " + a)")
        .drop(plugins.resolve("third.jar"));
    shell.hears(words.formatted("third"));
    train("acme.taken");
    shell.mark();
    Files.delete(plugins.resolve("first.jar"));
    shell.hears("acme.first 1.0.0 is gone");
    shell.hears("acme.(second|third) 1.0.0 is in");
    train("acme.taken");
  }

  @Test
  void theApiAndWhatHoldsItsPackagesAreRefused() throws Exception {
    var api =
        AssemblyFolder.bundles().stream()
            .filter(jar -> jar.getFileName().toString().startsWith("dev.backplane.api-"))
            .findFirst()
            .orElseThrow();
    Files.copy(api, plugins.resolve("api.jar"));
    shell.hears("dev.backplane.api 0.1.0 is refused: restart needed: replacing dev.backplane.api");
    plugin("acme.fat", "1.0.0", "acme.fat")
        .entry("dev/backplane/nn/Layer.class", new byte[1])
        .drop(plugins.resolve("fat.jar"));
    shell.hears("acme.fat 1.0.0 is refused: it contains packages of dev.backplane.api");
    shell.answer("why", "left out  acme.fat 1.0.0\n +it contains packages of dev.backplane.api");
    shell.answer(
        "why " + plugins.resolve("api.jar"),
        "left out  dev.backplane.api 0.1.0\n +restart needed: replacing dev.backplane.api");
  }

  @Test
  void whatWasBuiltForANewerApiWaitsAndSaysWhichItNeeds() throws Exception {
    plugin("acme.newer", "1.0.0", "acme.newer")
        .header("Import-Package", "dev.backplane.nn;version=\"[0.9,1)\"")
        .drop(plugins.resolve("newer.jar"));
    var words =
        "needs package dev.backplane.nn in version \\[0.9.0,1.0.0\\); here is 0.1.0 of"
            + " dev.backplane.api: it was built for a newer API";
    shell.hears("acme.newer 1.0.0 does not resolve and waits: " + words);
    shell.answer("why " + plugins.resolve("newer.jar"), words);
    shell.answer("why", "left out  acme.newer 1.0.0\n +" + words);
  }

  @Test
  void bundlesThatNeedEachOtherComeInWhateverTheirOrder() throws Exception {
    plugin("acme.late", "1.0.0", "acme.late")
        .header("Require-Capability", "acme.help")
        .drop(plugins.resolve("a.jar"));
    shell.hears("acme.late 1.0.0 does not resolve and waits: needs acme.help");
    PluginSource.of("acme.help", "1.0.0")
        .named("\"acme.help\"")
        .header("Provide-Capability", "acme.help")
        .header("Require-Capability", "acme.help2;resolution:=optional")
        .drop(plugins.resolve("b.jar"));
    shell.hears("acme.help 1.0.0 is in");
    shell.hears("acme.late 1.0.0 is in");
  }

  @Test
  void aFragmentIsAttachedToItsHostWhicheverComesFirst() throws Exception {
    plugin("acme.host", "1.0.0", "acme.host").drop(plugins.resolve("host.jar"));
    shell.hears("acme.host 1.0.0 is in");
    var fragment = PluginSource.of("acme.fragment", "1.0.0").header("Fragment-Host", "acme.host");
    Files.write(plugins.resolve("fragment.jar"), withoutActivator(fragment));
    shell.hears("acme.fragment 1.0.0 is in, as a part of acme.host");
    train("acme.host");
  }

  private static byte[] withoutActivator(PluginSource source) throws IOException {
    return source
        .header("Bundle-Activator", "")
        .header("Import-Package", "org.osgi.framework")
        .bytes();
  }

  @Test
  void aHalfCopiedFileIsTakenWhenItIsWhole() throws Exception {
    var bytes = plugin("acme.half", "1.0.0", "acme.half").bytes();
    Files.write(plugins.resolve("half.jar"), Arrays.copyOf(bytes, bytes.length / 2));
    shell.hears("half.jar is no whole jar .*: half-copied, or no jar at all. It is taken in when");
    Files.write(plugins.resolve("half.jar"), bytes);
    shell.hears("acme.half 1.0.0 is in");
  }

  @Test
  void twoFilesOfOneNameAndVersionAreTold() throws Exception {
    plugin("acme.twice", "1.0.0", "acme.twice").drop(plugins.resolve("one.jar"));
    shell.hears("acme.twice 1.0.0 is in");
    plugin("acme.twice", "1.0.0", "acme.other").drop(plugins.resolve("another.jar"));
    shell.hears("another.jar refused: one.jar is acme.twice 1.0.0 too, with other content");
    train("acme.twice");
  }

  @Test
  void whatIsNoBundleIsNamed() throws Exception {
    Files.createDirectory(plugins.resolve("folder.jar"));
    Files.createSymbolicLink(plugins.resolve("link.jar"), plugins.resolve("nothing"));
    Files.writeString(plugins.resolve("notes.txt"), "read me");
    Files.write(plugins.resolve("library.jar"), PluginSource.of("", "1.0.0").bytes());
    shell.hears("folder.jar is a folder, not a jar");
    shell.hears("link.jar is a link to a file that is not there");
    shell.hears("notes.txt is no .jar and is left alone");
    shell.hears("library.jar is not a bundle: its manifest has no Bundle-SymbolicName");
  }

  /** A bundle of the assembly as if it were of another version. */
  private static void dropAs(String version, String bundle, Path file) throws IOException {
    var jar =
        AssemblyFolder.bundles().stream()
            .filter(path -> path.getFileName().toString().startsWith(bundle + "-"))
            .findFirst()
            .orElseThrow();
    var unfinished = file.resolveSibling("." + file.getFileName());
    try (var from = new ZipFile(jar.toFile());
        var to = new ZipOutputStream(Files.newOutputStream(unfinished))) {
      to.setLevel(0);
      for (var entry : Collections.list(from.entries())) {
        to.putNextEntry(new ZipEntry(entry.getName()));
        var bytes = from.getInputStream(entry).readAllBytes();
        to.write(
            entry.getName().equals("META-INF/MANIFEST.MF")
                ? new String(bytes, StandardCharsets.UTF_8)
                    .replaceAll("Bundle-Version: [0-9.]+", "Bundle-Version: " + version)
                    .getBytes(StandardCharsets.UTF_8)
                : bytes);
      }
    }
    Files.move(unfinished, file);
  }

  @Test
  void aBackendIsReplacedUnderARunningJobAndComesBackWhenItsSuccessorGoes() throws Exception {
    var number = trainForLong("activation.relu");
    dropAs("0.2.0", "dev.backplane.backend.cpu", plugins.resolve("cpu.jar"));
    shell.hears("dev.backplane.backend.cpu 0.2.0 is in beside 0.1.0: new jobs use it");
    shell.hears(
        "dev.backplane.backend.cpu 0.1.0 leaves for dev.backplane.backend.cpu 0.2.0 when it is not"
            + " in use any more: job iris-mlp on cpu");
    var young = trainForLong("activation.relu");
    shell.asks("jobs", "device cpu of dev.backplane.backend.cpu 0.2.0");
    stop(young);
    stop(number);
    shell.hears("dev.backplane.backend.cpu 0.1.0 is gone");
    train("activation.relu");
    shell.mark();
    Files.delete(plugins.resolve("cpu.jar"));
    shell.hears("dev.backplane.backend.cpu 0.1.0 is in beside 0.2.0");
    shell.hears("dev.backplane.backend.cpu 0.2.0 is gone");
    shell.answer("devices", "cpu .*");
    train("activation.relu");
  }

  @Test
  void soAreLayersAndWhatIsWiredToThem() throws Exception {
    dropAs("0.2.0", "dev.backplane.layers.core", plugins.resolve("core.jar"));
    shell.hears("dev.backplane.layers.core 0.2.0 is in beside 0.1.0");
    shell.hears("dev.backplane.layers.core 0.1.0 is gone");
    var number = trainForLong("activation.relu");
    shell.asks("jobs", "of dev.backplane.layers.core 0.2.0");
    Files.delete(plugins.resolve("core.jar"));
    shell.hears("dev.backplane.layers.core 0.1.0 is in");
    shell.hears("dev.backplane.layers.core 0.2.0 leaves .* job iris-mlp");
    stop(number);
    shell.hears("dev.backplane.layers.core 0.2.0 is gone");
    train("activation.relu");
  }

  @Test
  void twoProcessesWatchOneFolderEachForItself() throws Exception {
    plugin("acme.shared", "1.0.0", "acme.shared").drop(plugins.resolve("shared.jar"));
    shell.hears("acme.shared 1.0.0 is in");
    var number = trainForLong("acme.shared");
    var other = Shell.start(Files.createDirectories(folder.resolve("other")), plugins);
    other.asks("plugins", "in +acme.shared 1.0.0 +shared.jar");
    plugin("acme.shared", "2.0.0", "acme.shared").drop(plugins.resolve("shared.jar"));
    // Here nobody uses the first version, there a job does.
    other.hears("acme.shared 1.0.0 is gone, for acme.shared 2.0.0");
    shell.hears("acme.shared 2.0.0 is in beside 1.0.0");
    shell.asks("plugins", "leaving +acme.shared 1.0.0");
    assertEquals(0, other.end().exitCode());
    stop(number);
    shell.hears("acme.shared 1.0.0 is gone");
    try (Stream<Path> files = Files.list(plugins)) {
      assertEquals(1, files.count(), "nobody writes into the folder");
    }
  }
}
