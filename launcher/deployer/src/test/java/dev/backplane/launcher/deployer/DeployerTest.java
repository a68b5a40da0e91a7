package dev.backplane.launcher.deployer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.launcher.deployer.Plugin.State;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** What looks at a folder make of a framework of bundles without code, where no job runs. */
class DeployerTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.now().minus(Duration.ofHours(1)));

  @TempDir Path plugins;
  @TempDir Path storage;
  private final List<String> news = new ArrayList<>();
  private Framework framework;
  private Deployer deployer;

  @BeforeEach
  void start() throws BundleException {
    framework =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow()
            .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString()));
    framework.start();
    deployer = new Deployer(framework.getBundleContext(), plugins, new Notices(news::add));
  }

  @AfterEach
  void stop() throws Exception {
    deployer.close();
    framework.stop();
    framework.waitForStop(10_000);
  }

  private void drop(String file, TestJar jar) throws IOException {
    var path = Files.write(plugins.resolve(file), jar.bytes());
    Files.setLastModifiedTime(path, LONG_AGO);
  }

  /** Looks until nothing more is under way: the state of each file. */
  private Map<String, State> look() throws InterruptedException {
    for (int i = 0; deployer.look(); i++) {
      assertTrue(i < 1000, () -> "no end: " + news);
      Thread.sleep(10);
    }
    var states = new TreeMap<String, State>();
    deployer.list().forEach(plugin -> states.put(plugin.file(), plugin.state()));
    return states;
  }

  private List<String> active() {
    return Arrays.stream(framework.getBundleContext().getBundles())
        .filter(bundle -> bundle.getBundleId() != 0 && bundle.getState() == Bundle.ACTIVE)
        .map(bundle -> bundle.getSymbolicName() + " " + bundle.getVersion())
        .sorted()
        .toList();
  }

  @Test
  void bundlesThatNeedEachOtherComeInTogether() throws Exception {
    drop("a.jar", TestJar.of("a", "1").header("Import-Package", "b").header("Export-Package", "a"));
    drop("b.jar", TestJar.of("b", "1").header("Import-Package", "a").header("Export-Package", "b"));
    assertEquals(Map.of("a.jar", State.IN, "b.jar", State.IN), look());
    assertEquals(List.of("a 1.0.0", "b 1.0.0"), active());
  }

  @Test
  void ofSeveralVersionsTheNewestThatFitsIsInAndTheOthersWaitTheirTurn() throws Exception {
    drop("one.jar", TestJar.of("a", "1"));
    drop("two.jar", TestJar.of("a", "2"));
    drop("three.jar", TestJar.of("a", "3").header("Import-Package", "nowhere"));
    assertEquals(
        Map.of("one.jar", State.OLDER, "two.jar", State.IN, "three.jar", State.WAITING), look());
    assertEquals(List.of("a 2.0.0"), active());
    Files.delete(plugins.resolve("two.jar"));
    look();
    assertEquals(List.of("a 1.0.0"), active());
  }

  @Test
  void anOlderVersionInTheSameFileIsTakenAsMeant() throws Exception {
    drop("a.jar", TestJar.of("a", "2"));
    look();
    drop("a.jar", TestJar.of("a", "1"));
    look();
    assertEquals(List.of("a 1.0.0"), active());
  }

  @Test
  void aFileThatIsRenamedChangesNothing() throws Exception {
    drop("a.jar", TestJar.of("a", "1"));
    look();
    var before = framework.getBundleContext().getBundles();
    Files.move(plugins.resolve("a.jar"), plugins.resolve("b.jar"));
    assertEquals(Map.of("b.jar", State.IN), look());
    assertEquals(List.of(before), List.of(framework.getBundleContext().getBundles()));
  }

  @Test
  void onlyWhatWasWiredToTheOldOneIsWiredAnew() throws Exception {
    drop("library.jar", TestJar.of("library", "1").header("Export-Package", "library"));
    drop("user.jar", TestJar.of("user", "1").header("Import-Package", "library"));
    drop("other.jar", TestJar.of("other", "1"));
    look();
    var restarted = new ArrayList<String>();
    framework
        .getBundleContext()
        .addBundleListener(
            event -> {
              if (event.getType() == org.osgi.framework.BundleEvent.UNRESOLVED) {
                restarted.add(event.getBundle() + "");
              }
            });
    drop("library.jar", TestJar.of("library", "2").header("Export-Package", "library"));
    look();
    assertEquals(List.of("library 2.0.0", "other 1.0.0", "user 1.0.0"), active());
    assertTrue(restarted.stream().anyMatch(name -> name.startsWith("user_")), restarted::toString);
    assertTrue(
        restarted.stream().noneMatch(name -> name.startsWith("other_")), restarted::toString);
  }

  @Test
  void whatIsLoadedOnceComesInAndStays() throws Exception {
    drop("library.jar", TestJar.of("library", "1").header("Backplane-Stays", "it keeps a driver"));
    assertEquals(Map.of("library.jar", State.IN), look());
    drop("newer.jar", TestJar.of("library", "2"));
    assertEquals(State.REFUSED, look().get("newer.jar"));
    assertEquals(List.of("library 1.0.0"), active());
    Files.delete(plugins.resolve("newer.jar"));
    Files.delete(plugins.resolve("library.jar"));
    look();
    assertEquals(List.of("library 1.0.0"), active());
    assertTrue(
        news.stream().anyMatch(n -> n.contains("stays until the process ends: it keeps a driver")),
        () -> "" + news);
  }

  @Test
  void aSingletonIsReplacedInPlace() throws Exception {
    drop("a.jar", TestJar.of("a;singleton:=true", "1"));
    look();
    drop("a.jar", TestJar.of("a;singleton:=true", "2"));
    look();
    assertEquals(List.of("a 2.0.0"), active());
    assertTrue(
        news.stream().anyMatch(line -> line.contains("as it is a singleton")), news::toString);
  }

  @Test
  void aReplacementInPlaceThatDoesNotResolveLeavesWhatIsThere() throws Exception {
    drop("a.jar", TestJar.of("a", "1"));
    look();
    drop("a.jar", TestJar.of("a", "1").header("Import-Package", "nowhere"));
    assertEquals(Map.of("a.jar", State.WAITING), look());
    assertEquals(List.of("a 1.0.0"), active());
    assertTrue(news.getLast().contains("what it would replace stays: needs package nowhere"));
  }

  @Test
  void whatWasThereWithoutTheFolderGivesWayToTheNewerAndComesBack() throws Exception {
    var original = Files.write(storage.resolve("original.jar"), TestJar.of("a", "1").bytes());
    framework.getBundleContext().installBundle(original.toUri().toString()).start();
    drop("old.jar", TestJar.of("a", "0.5"));
    assertEquals(Map.of("old.jar", State.OLDER), look());
    drop("new.jar", TestJar.of("a", "2"));
    look();
    assertEquals(List.of("a 2.0.0"), active());
    Files.delete(plugins.resolve("new.jar"));
    look();
    assertEquals(List.of("a 1.0.0"), active());
  }

  @Test
  void whatTheFrameworkRemembersOfAnEarlierProcessIsBroughtToWhatTheFolderSaysNow()
      throws Exception {
    drop("kept.jar", TestJar.of("kept", "1"));
    drop("gone.jar", TestJar.of("gone", "1"));
    look();
    stop();
    Files.delete(plugins.resolve("gone.jar"));
    start();
    assertEquals(2, framework.getBundleContext().getBundles().length - 1);
    look();
    assertEquals(List.of("kept 1.0.0"), active());
    assertEquals(1, framework.getBundleContext().getBundles().length - 1);
  }

  @Test
  void bundlesOfOthersThatHadBeenWaitingStartToo() throws Exception {
    var waiting =
        framework
            .getBundleContext()
            .installBundle(
                "waiting",
                new ByteArrayInputStream(
                    TestJar.of("waiting", "1").header("Import-Package", "library").bytes()));
    try {
      waiting.start();
    } catch (BundleException e) {
      assertEquals(BundleException.RESOLVE_ERROR, e.getType());
    }
    drop("library.jar", TestJar.of("library", "1").header("Export-Package", "library"));
    look();
    assertEquals(List.of("library 1.0.0", "waiting 1.0.0"), active());
  }

  @Test
  void theFolderIsOnlyRead() throws Exception {
    drop("a.jar", TestJar.of("a", "1"));
    drop("b.jar", TestJar.of("b", "1").header("Import-Package", "nowhere"));
    var before = Files.getLastModifiedTime(plugins);
    look();
    assertEquals(before, Files.getLastModifiedTime(plugins));
  }
}
