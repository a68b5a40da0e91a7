package dev.backplane.launcher.deployer.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** What the resolver of a real framework decides, in words. */
class JudgementTest {
  private static final String CUDA = "(&(type=gpu)(vendor=nvidia)(cc>=7.5))";

  @TempDir static Path storage;
  private static Framework framework;
  private static BundleContext context;
  @TempDir Path folder;

  @BeforeAll
  static void start() throws BundleException {
    framework =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow()
            .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString()));
    framework.start();
    context = framework.getBundleContext();
  }

  @AfterAll
  static void stop() throws BundleException, InterruptedException {
    framework.stop();
    framework.waitForStop(10_000);
  }

  private static Twin bundle(String name, String header, String value) {
    var headers = new LinkedHashMap<String, String>();
    headers.put(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.put(Constants.BUNDLE_SYMBOLICNAME, name);
    headers.put(header, value);
    return new Twin(headers);
  }

  private static Twin needing(String name, String filter) {
    return bundle(
        name, Constants.REQUIRE_CAPABILITY, "backplane.hardware;filter:=\"" + filter + '"');
  }

  private Judgement judge(String name, Twin... twins) throws Exception {
    try (var twinFramework = TwinFramework.open(context, List.of(twins))) {
      return Judgement.all(twinFramework.context()).stream()
          .filter(j -> j.symbolicName().equals(name))
          .findFirst()
          .orElseThrow();
    }
  }

  private List<Twin> host(String... lines) throws IOException {
    return HostFile.read(Files.write(folder.resolve("host"), List.of(lines))).devices();
  }

  @Test
  void aBundleFitsAHostThatHasItsDevice() throws Exception {
    var devices =
        host("# a server", "", "backplane.hardware;type=gpu;vendor=nvidia;cc:Version=\"9.0\"");
    var judgement = judge("cuda", needing("cuda", CUDA), devices.getFirst());
    assertTrue(judgement.fits());
    assertEquals(List.of(), judgement.reasons());
  }

  @Test
  void aBundleThatIsLeftOutSaysWhichPartOfItsRequirementFailed() throws Exception {
    var devices =
        host(
            "backplane.hardware;type=cpu;arch=x86_64",
            "backplane.hardware;type=gpu;vendor=nvidia;cc:Version=\"5.2\"");
    var twins = new ArrayList<>(devices);
    twins.add(needing("cuda", CUDA));
    assertEquals(
        List.of(
            "needs hardware "
                + CUDA
                + "; the nearest here, gpu, does not meet (cc>=7.5) (it has cc=5.2.0)"),
        judge("cuda", twins.toArray(Twin[]::new)).reasons());
  }

  @Test
  void aHostWithNothingOfTheKindIsNamedForWhatItHas() throws Exception {
    var devices = host("backplane.hardware;type=cpu;arch=x86_64");
    assertEquals(
        List.of("needs hardware (type=tpu); this host has cpu"),
        judge("tpu", needing("tpu", "(type=tpu)"), devices.getFirst()).reasons());
  }

  @Test
  void aMissingPackageIsNamed() throws Exception {
    var plugin = bundle("plugin", Constants.IMPORT_PACKAGE, "acme.missing;version=\"[1.2,2)\"");
    var reasons = judge("plugin", plugin).reasons();
    assertEquals(1, reasons.size());
    assertTrue(reasons.getFirst().startsWith("needs package "), reasons.getFirst());
    assertTrue(reasons.getFirst().contains("acme.missing"), reasons.getFirst());
    assertTrue(reasons.getFirst().endsWith("nothing here provides it"), reasons.getFirst());
  }

  @Test
  void theReasonIsFollowedToTheBundleThatIsLeftOutItself() throws Exception {
    var library = needing("library", "(type=gpu)");
    var headers = new LinkedHashMap<>(library.headers());
    headers.put(Constants.EXPORT_PACKAGE, "acme.library");
    var reasons =
        judge(
                "plugin",
                bundle("plugin", Constants.IMPORT_PACKAGE, "acme.library"),
                new Twin(headers))
            .reasons();
    assertEquals(1, reasons.size());
    assertTrue(reasons.getFirst().contains("of library, which is left out: needs hardware"));
  }

  @Test
  void bundlesThatNeedEachOtherAndLackTheSameDeviceEndTheSearch() throws Exception {
    var one = new LinkedHashMap<>(needing("one", "(type=gpu)").headers());
    one.put(Constants.EXPORT_PACKAGE, "acme.one");
    one.put(Constants.IMPORT_PACKAGE, "acme.two");
    var two = new LinkedHashMap<String, String>();
    two.put(Constants.BUNDLE_MANIFESTVERSION, "2");
    two.put(Constants.BUNDLE_SYMBOLICNAME, "two");
    two.put(Constants.EXPORT_PACKAGE, "acme.two");
    two.put(Constants.IMPORT_PACKAGE, "acme.one");
    var reasons = judge("two", new Twin(one), new Twin(two)).reasons();
    assertEquals(1, reasons.size(), reasons::toString);
  }

  @Test
  void aHostFileNamesTheLineThatIsWrong() {
    var e =
        assertThrows(
            IOException.class, () -> host("# fine", "backplane.hardware;type=cpu", "type=gpu"));
    assertTrue(e.getMessage().contains("line 3"), e.getMessage());
    assertTrue(e.getMessage().contains("'type=gpu'"), e.getMessage());
  }

  @Test
  void aMalformedAttributeNamesItsDevice() throws IOException {
    var devices = host("backplane.hardware;type=cpu;glibc:Version=\"x y\"");
    var e = assertThrows(BundleException.class, () -> TwinFramework.open(context, devices).close());
    assertTrue(e.getMessage().contains("line1"), e.getMessage());
  }

  @Test
  void aFileThatIsNoBundleSaysSo() throws IOException {
    var text = Files.writeString(folder.resolve("plugin.jar"), "not a jar");
    var e = assertThrows(NoBundleException.class, () -> PluginJar.read(text));
    assertTrue(e.getMessage().startsWith("is no whole jar"), e.getMessage());
    assertTrue(e.incomplete());
    assertThrows(NoBundleException.class, () -> PluginJar.read(folder.resolve("missing.jar")));
  }

  @Test
  void theFrameworkThatAsksIsLeftAsItWas() throws Exception {
    var before = context.getBundles().length;
    judge("cuda", needing("cuda", CUDA));
    assertEquals(before, context.getBundles().length);
  }
}
