package dev.backplane.recipes.image;

import dev.backplane.data.Recipe;
import dev.backplane.tensor.Literal;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * A network of three convolutions with batch normalization, augmented, for {@link FashionMnist}.
 */
@Component(service = Recipe.class, immediate = true)
public final class FashionMnistCnnDeep implements Recipe {
  private static final DeepClassifier MODEL =
      new DeepClassifier("image.flip, image.shift(rows=2, columns=2)");

  /** For the service loaders. */
  public FashionMnistCnnDeep() {}

  @Override
  public String name() {
    return "fashion-mnist-cnn-deep";
  }

  @Override
  public String summary() {
    return "pictures of clothes in ten classes: three convolutions with batch normalization,"
        + " augmented pictures";
  }

  @Override
  public List<Setting> settings() {
    return MODEL.settings();
  }

  @Override
  public Plan plan(Request request) {
    return MODEL.plan(this, new FashionMnist(), request);
  }

  /** The path of a PNG of 28 × 28 pixels, the thing bright on black. */
  @Override
  public List<Literal> read(String input) {
    return List.of(GreyPictures.read(input));
  }
}
