package dev.backplane.recipes.image;

import dev.backplane.data.Recipe;
import dev.backplane.tensor.Literal;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** A network of three convolutions with batch normalization, augmented, for {@link Mnist}. */
@Component(service = Recipe.class, immediate = true)
public final class MnistCnnDeep implements Recipe {
  private static final DeepClassifier MODEL =
      new DeepClassifier("image.shift(rows=2, columns=2), image.rotate(degrees=10)");

  /** For the service loaders. */
  public MnistCnnDeep() {}

  @Override
  public String name() {
    return "mnist-cnn-deep";
  }

  @Override
  public String summary() {
    return "handwritten digits in ten classes: three convolutions with batch normalization,"
        + " augmented pictures";
  }

  @Override
  public List<Setting> settings() {
    return MODEL.settings();
  }

  @Override
  public Plan plan(Request request) {
    return MODEL.plan(this, new Mnist(), request);
  }

  /** The path of a PNG of 28 × 28 pixels, the digit bright on black. */
  @Override
  public List<Literal> read(String input) {
    return List.of(GreyPictures.read(input));
  }
}
