package dev.backplane.recipes.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.UnavailableException;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.data.Recipe;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Loss;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ResNet-18 gives PyTorch's numbers for the same weights, and takes any folder of pictures. */
class Resnet18Test {
  @TempDir Path folder;

  /** The rule of generate.py. */
  private static double wave(int k, int i) {
    double r = Math.sin(12.9898 * i + 78.233 * k) * 43758.5453;
    return 2 * (r - Math.floor(r)) - 1;
  }

  private static Literal value(String path, int k, TensorType type) {
    var name = path.substring(path.lastIndexOf('/') + 1);
    double scale = Math.sqrt(6.0 * type.shape().last() / type.shape().size());
    return switch (name) {
      case "kernel" -> Literal.fill(type, i -> wave(k, i) * scale);
      case "scale", "variance" -> Literal.fill(type, i -> 1 + wave(k, i) / 4);
      default -> Literal.fill(type, i -> wave(k, i) / 10);
    };
  }

  private record Logits() implements Loss {
    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      return outputs.only().sum(1);
    }
  }

  private record Nothing() implements Examples {
    @Override
    public int size() {
      return 2;
    }

    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("image", TensorType.f32(64, 64, 3)));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("none", TensorType.f32()));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      target.fill((byte) 0);
    }
  }

  @Test
  void theSameWeightsGiveTheNumbersOfPyTorch() throws IOException {
    float[] expected = new float[20];
    try (var in = Resnet18Test.class.getResourceAsStream("/resnet18/logits.txt")) {
      var numbers = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip().split(" ");
      for (int i = 0; i < 20; i++) {
        expected[i] = Float.parseFloat(numbers[i]);
      }
    }
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(Resnet18.model(10), new Logits(), new Sgd(0))
                .open(new Nothing().batch(2), backplane.device("auto"))) {
      var values = new TreeMap<>(training.parameters());
      int k = 0;
      for (var entry : values.entrySet()) {
        entry.setValue(value(entry.getKey(), k++, entry.getValue().type()));
      }
      training.load(values);
      var pictures = Literal.fill(TensorType.f32(2, 64, 64, 3), i -> wave(1000, i));
      var found = training.predict(List.of(pictures)).getFirst();
      assertEquals(Shape.of(2, 10), found.type().shape());
      for (int i = 0; i < 20; i++) {
        double error = Math.abs(found.toFloats()[i] - expected[i]) / Math.abs(expected[i]);
        assertTrue(error <= 1e-4, i + ": expected " + expected[i] + ", found " + found);
      }
    }
  }

  private void picture(String name, int colour) throws IOException {
    var image = new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 40 * 36; i++) {
      image.setRGB(i % 40, i / 40, colour + i % 40);
    }
    Files.createDirectories(folder.resolve(name).getParent());
    ImageIO.write(image, "png", folder.resolve(name).toFile());
  }

  @Test
  void aFolderOfPicturesIsPlannedAndRead() throws IOException {
    for (int i = 0; i < 10; i++) {
      picture("red/" + i + ".png", 0xff0000);
      picture("blue/" + i + ".png", 0x0000c0);
    }
    var recipe = new Resnet18();
    try (var backplane = Backplane.start()) {
      var settings = Map.of("images", folder.toString(), "size", "32");
      var plan = recipe.plan(new Recipe.Request(settings, Access.silent(), 1, backplane.parts()));
      assertEquals(List.of("blue", "red"), plan.data().classes());
      assertEquals(16, plan.data().train().size());
      assertEquals(4, plan.data().test().size());
      var read = recipe.read(folder.resolve("red/1.png").toString(), plan.files()).getFirst();
      assertEquals(plan.data().test().inputs().getFirst().stored(), read.type());
      var none = new Recipe.Request(Map.of(), Access.silent(), 1, backplane.parts());
      assertThrows(UnavailableException.class, () -> recipe.plan(none));
    }
  }
}
