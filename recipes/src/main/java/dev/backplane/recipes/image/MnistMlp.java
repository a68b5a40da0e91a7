package dev.backplane.recipes.image;

import dev.backplane.data.Recipe;
import org.osgi.service.component.annotations.Component;

/** A network of one hidden layer for {@link Mnist}. */
@Component(service = Recipe.class, immediate = true)
public final class MnistMlp extends PictureRecipe {
  /** For the service loaders. */
  public MnistMlp() {
    super(
        "mnist-mlp",
        "handwritten digits: 28 × 28 grey values, one hidden layer of 128 units",
        PictureClassifier.MLP,
        new Mnist());
  }
}
