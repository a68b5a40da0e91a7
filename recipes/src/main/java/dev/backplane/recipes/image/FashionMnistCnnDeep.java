package dev.backplane.recipes.image;

import dev.backplane.data.Recipe;
import org.osgi.service.component.annotations.Component;

/**
 * A network of three convolutions with batch normalization, augmented, for {@link FashionMnist}.
 */
@Component(service = Recipe.class, immediate = true)
public final class FashionMnistCnnDeep extends PictureRecipe {
  /** For the service loaders. */
  public FashionMnistCnnDeep() {
    super(
        "fashion-mnist-cnn-deep",
        "pictures of clothes in ten classes: three convolutions with batch normalization,"
            + " augmented pictures",
        new DeepClassifier("image.flip, image.shift(rows=2, columns=2)"),
        new FashionMnist());
  }
}
