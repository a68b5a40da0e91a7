package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training from the command line that begins with another framework's weights. */
class WeightsIT {
  /** fc1.weight[out][in] is 16 rows of 4. */
  private static final int HIDDEN = 16;

  private static final int FEATURES = 4;

  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void launcher() {
    launcher = new Launcher(folder);
  }

  private Launcher.Result train(int exitCode, String... further) throws Exception {
    var words = new ArrayList<>(List.of("train", "iris-mlp", "--epochs", "1", "--no-plots"));
    words.addAll(List.of(further));
    var result = launcher.run(words.toArray(String[]::new));
    assertEquals(exitCode, result.exitCode(), result::toString);
    assertFalse(result.err().contains("\tat "), result::toString);
    return result;
  }

  private static float value(int index) {
    return (index % 7 - 3) / 8f;
  }

  /** As PyTorch's safetensors writes a linear layer of 4 → 16, in 16 bits, and one thing more. */
  private void writeTheirs() throws Exception {
    int bytes = 2 * HIDDEN * FEATURES;
    var header =
        "{\"fc1.weight\":{\"dtype\":\"F16\",\"shape\":[16,4],\"data_offsets\":[0,"
            + bytes
            + "]},\"fc9.bias\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":["
            + bytes
            + ","
            + (bytes + 2)
            + "]}}";
    var text = header.getBytes(StandardCharsets.UTF_8);
    var file = ByteBuffer.allocate(8 + text.length + bytes + 2).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);
    for (int i = 0; i < HIDDEN * FEATURES; i++) {
      file.putShort(Float.floatToFloat16(value(i)));
    }
    file.putShort((short) 0);
    Files.write(folder.resolve("theirs.safetensors"), file.array());
  }

  private String[] mapped(String line, String... further) throws Exception {
    Files.writeString(folder.resolve("map"), line + "\n");
    var words = new ArrayList<>(List.of("--weights", "theirs.safetensors", "--map", "map"));
    words.addAll(List.of(further));
    return words.toArray(String[]::new);
  }

  private double[] parameter(String run, String path) {
    try (var backplane = Backplane.start();
        var opened = backplane.open(folder.resolve(run), backplane.device("reference"))) {
      return opened.parameters().get(path).toDoubles();
    }
  }

  @Test
  void whatTheMapNamesIsTakenAndWhatIsFrozenStays() throws Exception {
    writeTheirs();
    var kernel = "dense_1/kernel <- fc1.weight (1, 0)   # theirs is [out, in]";
    var trained = train(0, mapped(kernel, "--freeze", "dense_*/kernel", "--out", "run"));
    assertTrue(trained.err().contains("map names nothing of these: [fc9.bias]"), trained::toString);
    var expected = new double[FEATURES * HIDDEN];
    Arrays.setAll(expected, i -> value(i % HIDDEN * FEATURES + i / HIDDEN));
    assertArrayEquals(expected, parameter("run", "dense_1/kernel"));
    // The biases begin with zeros, and are trained.
    assertTrue(Arrays.stream(parameter("run", "dense_1/bias")).anyMatch(bias -> bias != 0));

    var missing = train(1, mapped("dense_1/kernel <- fc2.weight (1, 0)"));
    assertTrue(
        missing.err().contains("there is no tensor fc2.weight for dense_1/kernel; there are"),
        missing::toString);
    var turned = train(2, mapped("dense_1/kernel <- fc1.weight", "--out", "turned"));
    assertTrue(
        turned.err().contains("weights: dense_1/kernel is f32[4,16], found f16[16,4]"),
        turned::toString);
    var nowhere = train(2, mapped("dense1/kernel <- fc1.weight (1, 0)", "--out", "nowhere"));
    assertTrue(
        nowhere.err().contains("no parameter or state dense1/kernel; did you mean dense_1/kernel?"),
        nowhere::toString);
  }

  @Test
  void withoutAMapAFileIsTheWholeModel() throws Exception {
    writeTheirs();
    train(0, "--out", "first");
    var exported = launcher.run("export", "first", "first.safetensors");
    assertEquals(0, exported.exitCode(), exported::toString);
    // At a rate of next to nothing what it begins with is what it ends with.
    train(
        0,
        "--weights",
        "first.safetensors",
        "--set",
        "optimizer=sgd(rate=constant(value=1e-30))",
        "--out",
        "second");
    assertArrayEquals(parameter("first", "dense_2/kernel"), parameter("second", "dense_2/kernel"));

    var strange = train(2, "--weights", "theirs.safetensors", "--out", "strange");
    assertTrue(
        strange.err().contains("weights: the model has no parameter or state fc1.weight"),
        strange::toString);
    var none = train(1, "--weights", "none.safetensors");
    assertTrue(
        none.err().contains("--weights none.safetensors: there is no such file"), none::toString);
    var map = train(2, "--map", "map");
    assertTrue(map.err().contains("--map needs --weights FILE"), map::toString);
  }
}
