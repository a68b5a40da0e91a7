package dev.backplane.launcher.deployer.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.launcher.deployer.TestJar;
import dev.backplane.nn.Layer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.FrameworkWiring;

/** What must not come in although it would resolve, in a framework with an API of manifests. */
class ObjectionsTest {
  @TempDir Path folder;
  @TempDir Path storage;
  private Framework framework;

  @BeforeEach
  void start() throws BundleException {
    framework =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow()
            .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString()));
    framework.start();
    install(
        TestJar.of("dev.backplane.api", "0.1.0")
            .header(
                "Export-Package", "dev.backplane.nn;version=0.1.0,dev.backplane.op;version=0.1.0"));
    install(TestJar.of("library", "1").header("Export-Package", "library"));
    install(TestJar.of("free", "1").header("Export-Package", "free"));
    install(
        TestJar.of("dev.backplane.runtime", "0.1.0")
            .header("Import-Package", "dev.backplane.nn,library"));
    assertTrue(framework.adapt(FrameworkWiring.class).resolveBundles(null));
  }

  @AfterEach
  void stop() throws Exception {
    framework.stop();
    framework.waitForStop(10_000);
  }

  private void install(TestJar jar) throws BundleException {
    var context = framework.getBundleContext();
    context.installBundle(
        "test:" + context.getBundles().length, new java.io.ByteArrayInputStream(jar.bytes()));
  }

  private PluginJar read(TestJar jar) throws Exception {
    return PluginJar.read(Files.write(folder.resolve("plugin.jar"), jar.bytes()));
  }

  private List<String> objections(TestJar jar) throws Exception {
    return new Objections(framework.getBundleContext()).to(read(jar));
  }

  private void assertObjection(String begin, TestJar jar) throws Exception {
    var objections = objections(jar);
    assertEquals(1, objections.size(), objections::toString);
    assertTrue(objections.getFirst().startsWith(begin), objections.getFirst());
  }

  @Test
  void apiAndRuntimeNeedARestart() throws Exception {
    assertObjection(
        "restart needed: replacing dev.backplane.api restarts dev.backplane.api,"
            + " dev.backplane.runtime, and with it every job",
        TestJar.of("dev.backplane.api", "0.2.0").classFile(Layer.class));
    assertObjection(
        "restart needed: replacing dev.backplane.runtime",
        TestJar.of("dev.backplane.runtime", "0.1.1"));
  }

  @Test
  void soDoesWhatTheRuntimeIsWiredTo() throws Exception {
    assertObjection(
        "restart needed: replacing library restarts dev.backplane.runtime",
        TestJar.of("library", "2"));
    assertEquals(List.of(), objections(TestJar.of("free", "2")));
  }

  @Test
  void soDoesWhatIsLoadedOnce() throws Exception {
    install(TestJar.of("acme.library", "1").header("Backplane-Stays", "it keeps a driver"));
    assertObjection(
        "restart needed: acme.library stays while the process lives: it keeps a driver. Take",
        TestJar.of("acme.library", "2"));
    assertEquals(
        List.of(), objections(TestJar.of("acme.other", "1").header("Backplane-Stays", "so")));
  }

  @Test
  void soDoesAFragmentOfThem() throws Exception {
    assertObjection(
        "restart needed: it is a fragment of dev.backplane.runtime",
        TestJar.of("acme.fragment", "1").header("Fragment-Host", "dev.backplane.runtime"));
    assertObjection(
        "restart needed: it is a fragment of system.bundle",
        TestJar.of("acme.extension", "1")
            .header("Fragment-Host", "system.bundle;extension:=framework"));
    assertEquals(
        List.of(), objections(TestJar.of("acme.more", "1").header("Fragment-Host", "free")));
  }

  @Test
  void packagesOfTheApiAreRefusedWhereverTheyLie() throws Exception {
    assertObjection(
        "it contains packages of dev.backplane.api (dev.backplane.nn)",
        TestJar.of("acme.fat", "1").classFile(Layer.class));
    assertObjection(
        "it contains packages of dev.backplane.api (dev.backplane.nn)",
        TestJar.of("acme.fat", "1")
            .header("Bundle-ClassPath", "lib/api.jar")
            .entry("lib/api.jar", TestJar.of("x", "1").classFile(Layer.class).bytes()));
    assertObjection(
        "it contains packages of dev.backplane.api (dev.backplane.op)",
        TestJar.of("acme.fat", "1")
            .header("Export-Package", "acme;uses:=\"dev.backplane.nn,x\",dev.backplane.op"));
  }

  @Test
  void aNameBelongsToOneSymbolicName() {
    var claimed =
        Map.of("acme.swish", Set.of("acme.plugin"), "relu", Set.of("core", "acme.plugin"));
    assertEquals(
        Optional.empty(),
        Objections.duplicates("acme.plugin", Set.of("acme.swish", "acme.new"), claimed));
    var words =
        Objections.duplicates("acme.other", Set.of("acme.swish", "relu"), claimed).orElseThrow();
    assertTrue(
        words.startsWith(
            "it claims names that are taken: \"acme.swish\" (of acme.plugin), \"relu\" (of"
                + " acme.plugin, core)."),
        words);
  }

  @Test
  void aNameThatIsShortForOneOfOursIsTaken() {
    var core = "dev.backplane.layers.core";
    var claimed = Map.of("activation.relu", Set.of(core), "zeta.swish", Set.of("zeta"));
    var words = Objections.duplicates("acme.other", Set.of("relu"), claimed).orElseThrow();
    assertTrue(
        words.startsWith(
            "it claims names that are taken: \"relu\" (which is short for activation.relu)."),
        words);
    assertEquals(Optional.empty(), Objections.duplicates(core, Set.of("relu"), claimed));
    assertEquals(
        Optional.empty(),
        Objections.duplicates("acme.other", Set.of("acme.relu", "swish"), claimed));
  }

  private List<String> reasons(String imports) throws Exception {
    return Judgement.of(
            framework.getBundleContext(),
            read(TestJar.of("acme.plugin", "1").header("Import-Package", imports)),
            Optional.empty())
        .reasons();
  }

  @Test
  void whatWasBuiltForANewerApiSaysWhichItNeedsAndWhichIsHere() throws Exception {
    assertEquals(
        List.of(
            "needs package dev.backplane.nn in version [0.9.0,1.0.0); here is 0.1.0 of"
                + " dev.backplane.api: it was built for a newer API. Update Backplane, or take a"
                + " build of it for 0.1"),
        reasons("dev.backplane.nn;version=\"[0.9,1)\""));
    assertEquals(List.of(), reasons("dev.backplane.nn;version=\"[0.1,1)\""));
  }

  @Test
  void whatWasBuiltForAnOlderApiSaysSo() throws Exception {
    var reasons = reasons("dev.backplane.nn;version=\"[0.0.1,0.1)\"");
    assertTrue(reasons.getFirst().contains("it was built for an older API"), reasons::toString);
  }

  @Test
  void aPackageInAnotherVersionSaysWhoHasWhich() throws Exception {
    assertEquals(
        List.of("needs package free in version 3.0.0; here is 0.0.0 of free"),
        reasons("free;version=3"));
  }
}
