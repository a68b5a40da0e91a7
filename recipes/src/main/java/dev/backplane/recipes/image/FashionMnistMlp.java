package dev.backplane.recipes.image;

import dev.backplane.data.Recipe;
import org.osgi.service.component.annotations.Component;

/** A network of one hidden layer for {@link FashionMnist}. */
@Component(service = Recipe.class, immediate = true)
public final class FashionMnistMlp extends PictureRecipe {
  /** For the service loaders. */
  public FashionMnistMlp() {
    super(
        "fashion-mnist-mlp",
        "pictures of clothes in ten classes: 28 × 28 grey values, one hidden layer of 128 units",
        PictureClassifier.MLP,
        new FashionMnist());
  }
}
