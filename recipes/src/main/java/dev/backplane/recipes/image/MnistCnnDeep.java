package dev.backplane.recipes.image;

import dev.backplane.data.Recipe;
import org.osgi.service.component.annotations.Component;

/** A network of three convolutions with batch normalization, augmented, for {@link Mnist}. */
@Component(service = Recipe.class, immediate = true)
public final class MnistCnnDeep extends PictureRecipe {
  /** For the service loaders. */
  public MnistCnnDeep() {
    super(
        "mnist-cnn-deep",
        "handwritten digits in ten classes: three convolutions with batch normalization,"
            + " augmented pictures",
        new DeepClassifier("image.shift(rows=2, columns=2), image.rotate(degrees=10)"),
        new Mnist());
  }
}
