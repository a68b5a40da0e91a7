package dev.backplane.recipes.image;

import dev.backplane.data.Recipe;
import org.osgi.service.component.annotations.Component;

/** A network of one convolution for {@link Mnist}. */
@Component(service = Recipe.class, immediate = true)
public final class MnistCnn extends PictureRecipe {
  /** For the service loaders. */
  public MnistCnn() {
    super(
        "mnist-cnn",
        "handwritten digits: 28 × 28 grey values, 32 filters of 3 × 3, pooling of 2 × 2",
        PictureClassifier.CNN,
        new Mnist());
  }
}
