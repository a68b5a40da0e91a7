package dev.backplane.recipes.image;

import dev.backplane.data.Recipe;
import dev.backplane.tensor.Literal;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** A network of one convolution for {@link FashionMnist}. */
@Component(service = Recipe.class, immediate = true)
public final class FashionMnistCnn implements Recipe {
  /** For the service loaders. */
  public FashionMnistCnn() {}

  @Override
  public String name() {
    return "fashion-mnist-cnn";
  }

  @Override
  public String summary() {
    return "pictures of clothes in ten classes: 28 × 28 grey values, 32 filters of 3 × 3, pooling"
        + " of 2 × 2";
  }

  @Override
  public List<Setting> settings() {
    return PictureClassifier.CNN.settings();
  }

  @Override
  public Plan plan(Request request) {
    return PictureClassifier.CNN.plan(this, new FashionMnist(), request);
  }

  /** The path of a PNG of 28 × 28 pixels, the thing bright on black. */
  @Override
  public List<Literal> read(String input) {
    return List.of(GreyPictures.read(input));
  }
}
