package dev.backplane.recipes.image;

import dev.backplane.data.Recipe;
import org.osgi.service.component.annotations.Component;

/** A network of one convolution for {@link FashionMnist}. */
@Component(service = Recipe.class, immediate = true)
public final class FashionMnistCnn extends PictureRecipe {
  /** For the service loaders. */
  public FashionMnistCnn() {
    super(
        "fashion-mnist-cnn",
        "pictures of clothes in ten classes: 28 × 28 grey values, 32 filters of 3 × 3, pooling"
            + " of 2 × 2",
        PictureClassifier.CNN,
        new FashionMnist());
  }
}
