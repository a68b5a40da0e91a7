package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code compile} asks devices' compilers and runs nothing. */
class CompileCommandIT {
  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void launcher() {
    launcher = new Launcher(folder);
  }

  private Launcher.Result compile(String... arguments) throws Exception {
    var all = new ArrayList<>(List.of("compile"));
    all.addAll(List.of(arguments));
    var result = launcher.run(all.toArray(String[]::new));
    assertFalse(result.err().contains("\tat "), result::toString);
    return result;
  }

  @Test
  void aRecipesStepAndInferenceAreCompiledForEachDevice() throws Exception {
    var result =
        compile("iris-mlp", "--device", "cpu,reference", "--set", "units=8", "--batch", "4");
    assertEquals(0, result.exitCode(), result::toString);
    var lines = result.lines();
    assertEquals(2, lines.size(), result::toString);
    for (int i = 0; i < 2; i++) {
      var device = List.of("cpu", "reference").get(i);
      assertTrue(
          lines
              .get(i)
              .matches(
                  "iris-mlp +"
                      + device
                      + " +step of +4: compiled, [0-9.]+ s, [0-9.]+ MB;"
                      + " inference of 1: compiled, .* MB"),
          result::toString);
    }
  }

  @Test
  void settingsReachTheRecipeAndWrongOnesAreWrongUsage() throws Exception {
    var unknown = compile("iris-mlp", "--device", "cpu", "--set", "unit=8");
    assertEquals(2, unknown.exitCode(), unknown::toString);
    assertTrue(unknown.err().contains("unit"), unknown::toString);

    var ofAll = compile("--device", "cpu", "--set", "units=8");
    assertEquals(2, ofAll.exitCode(), ofAll::toString);
    assertTrue(ofAll.err().contains("expected a RECIPE, found units"), ofAll::toString);
  }

  @Test
  void aRecipeThatIsNotGivenWhatItNeedsIsToldWhatThatIs() throws Exception {
    var result = compile("resnet18", "--device", "cpu");
    assertEquals(1, result.exitCode(), result::toString);
    assertTrue(result.lastLine().contains("NO: not planned"), result::toString);
    assertTrue(result.lastLine().contains("--set images=FOLDER"), result::toString);
  }
}
