package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a training leaves, and what is done with it: pictures, models as files, folds. */
class RunFolderIT {
  private static final Pattern ACCURACY = Pattern.compile("\"test_accuracy\":([0-9.]+)");

  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void launcher() {
    launcher = new Launcher(folder);
  }

  private Launcher.Result run(int exitCode, String... arguments) throws Exception {
    return ended(exitCode, launcher.start(arguments));
  }

  private static Launcher.Result ended(int exitCode, Launcher.Running running) throws Exception {
    var result = running.await();
    assertEquals(exitCode, result.exitCode(), result::toString);
    assertFalse(result.err().contains("\tat "), result::toString);
    return result;
  }

  private static String accuracy(Launcher.Result result) {
    var found = ACCURACY.matcher(result.lastLine());
    assertTrue(found.find(), result::toString);
    return found.group(1);
  }

  @Test
  void aTrainingLeavesPicturesOfItsCurvesAndOfTheConfusionMatrix() throws Exception {
    var trained = run(0, "train", "iris-mlp", "--epochs", "3", "--out", "run");
    assertEquals("", trained.err().replaceAll("epoch .*\n", ""), trained::toString);
    for (var name : List.of("loss.png", "accuracy.png", "confusion_matrix.png")) {
      var picture = ImageIO.read(folder.resolve("run/plots").resolve(name).toFile());
      assertNotNull(picture, name);
      assertTrue(picture.getWidth() >= 500 && picture.getHeight() >= 500, name);
    }
    run(0, "train", "iris-mlp", "--epochs", "1", "--no-plots", "--out", "plain");
    assertTrue(Files.isRegularFile(folder.resolve("plain/metrics.csv")));
    assertFalse(Files.exists(folder.resolve("plain/plots")));
  }

  @Test
  void aJvmThatCannotDrawSaysSoAndTrainsAllTheSame() throws Exception {
    // Where fontconfig knows no font; and none that it knew before.
    var fonts = folder.resolve("fonts.conf");
    Files.writeString(fonts, "<?xml version=\"1.0\"?><fontconfig></fontconfig>");
    var trained =
        ended(
            0,
            launcher.start(
                Map.of("FONTCONFIG_FILE", fonts.toString()),
                List.of("-Duser.home=" + folder),
                "train",
                "iris-mlp",
                "--epochs",
                "1",
                "--out",
                "run"));
    assertTrue(
        trained.err().contains("no plots: run/plots/loss.png cannot be drawn by this JVM"),
        trained::toString);
    assertTrue(
        trained.err().contains("it needs the module java.desktop and a font"), trained::toString);
    assertTrue(Files.isDirectory(folder.resolve("run/checkpoints")));
  }

  @Test
  void anExportedModelEvaluatesAndPredictsAsItsRun() throws Exception {
    var trained = run(0, "train", "iris-mlp", "--json", "--no-plots", "--out", "run");
    run(0, "export", "run", "iris.safetensors");
    var evaluated = run(0, "evaluate", "iris.safetensors", "--json");
    assertEquals(accuracy(trained), accuracy(evaluated));
    var classes = run(0, "evaluate", "run", "--classes").lines();
    assertTrue(classes.get(1).matches("class +precision +recall +f1 +examples"), classes::toString);
    assertTrue(
        classes.get(2).matches("setosa +1\\.0000 +1\\.0000 +1\\.0000 +10"), classes::toString);
    var fields = run(0, "evaluate", "run", "--classes", "--json").lastLine();
    assertTrue(fields.contains("\"classes\":[{\"class\":\"setosa\",\"precision\":1.0,"), fields);
    var input = "6.3,3.3,6.0,2.5";
    var byRun = run(0, "predict", "run", input, "--json");
    assertEquals(byRun.out(), run(0, "predict", "iris.safetensors", input, "--json").out());
    assertTrue(byRun.out().contains("\"class\":\"virginica\""), byRun::toString);
    Files.writeString(folder.resolve("broken.safetensors"), "no model");
    var broken = run(1, "predict", "broken.safetensors", input);
    assertTrue(broken.err().contains("broken.safetensors"), broken::toString);
  }

  @Test
  void summaryTellsLayersAndSums() throws Exception {
    var lines = run(0, "summary", "iris-mlp", "--batch", "16", "--json").lines();
    var hidden = lines.stream().filter(line -> line.contains("\"path\":\"dense_1\"")).findFirst();
    assertTrue(hidden.isPresent(), lines::toString);
    assertTrue(
        hidden.get().contains("\"outputs\":[\"f32[16,16]\"],\"parameters\":80,\"trained\":80"),
        hidden::get);
    var sums = lines.getLast();
    assertTrue(sums.startsWith("{\"event\":\"result\",\"parameters\":131,\"trained\":131,"), sums);
  }

  /** Three folds of two epochs each, in the folder {@code folds}. */
  private Launcher.Result folds(String... further) throws Exception {
    var words = new ArrayList<>(List.of("train", "iris-mlp", "--folds", "3", "--epochs", "2"));
    words.addAll(List.of("--no-plots", "--json", "--out", "folds"));
    words.addAll(List.of(further));
    return run(0, words.toArray(String[]::new));
  }

  @Test
  void foldsAreTrainedOneByOneAndTheirMeanIsTold() throws Exception {
    var result = folds();
    assertTrue(
        result.lastLine().startsWith("{\"event\":\"folds\",\"recipe\":\"iris-mlp\",\"folds\":3,"),
        result::toString);
    var mean = Pattern.compile("\"mean\":\\{[^}]*\"validation_accuracy\":([0-9.]+)");
    var found = mean.matcher(result.lastLine());
    assertTrue(found.find(), result::toString);
    double sum = 0;
    for (int fold = 1; fold <= 3; fold++) {
      var lines = Files.readAllLines(folder.resolve("folds/fold-" + fold + "/metrics.csv"));
      assertEquals(3, lines.size(), lines::toString);
      int column = List.of(lines.getFirst().split(",")).indexOf("validation_accuracy");
      sum += Double.parseDouble(lines.getLast().split(",")[column]);
    }
    assertEquals(sum / 3, Double.parseDouble(found.group(1)), 1e-6);
    // What has ended is not trained again.
    var again = folds("--resume");
    assertEquals(
        result.lastLine().replaceAll("\"deviation.*", ""),
        again.lastLine().replaceAll("\"deviation.*", ""));
    var refused = run(2, "train", "speech-ctc", "--folds", "3");
    assertTrue(refused.err().contains("speech-ctc has no setting 'folds'"), refused::toString);
  }

  @Test
  void aProgramThatCannotBeHadIsExitCode3WithTheReason() throws Exception {
    var nothing = Files.createDirectories(folder.resolve("nothing"));
    var options = List.of("-Dbackplane.offline=1", "-Dbackplane.cache=" + nothing);
    var refused = ended(3, launcher.start(options, "train", "spoken-digits-lstm"));
    assertTrue(refused.err().contains("no voices on this host: "), refused::toString);
    assertTrue(refused.err().contains("--set recordings=FOLDER"), refused::toString);
    assertEquals(Set.of(), Set.copyOf(refused.lines()));
    var pictures = run(3, "train", "resnet18");
    assertTrue(pictures.err().contains("resnet18 brings no pictures"), pictures::toString);
    var data = ended(1, launcher.start(options, "train", "mnist-mlp"));
    assertTrue(data.err().contains("dataset mnist cannot be had"), data::toString);
  }
}
