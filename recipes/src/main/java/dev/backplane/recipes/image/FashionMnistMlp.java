package dev.backplane.recipes.image;

import dev.backplane.data.Recipe;
import dev.backplane.tensor.Literal;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** A network of one hidden layer for {@link FashionMnist}. */
@Component(service = Recipe.class, immediate = true)
public final class FashionMnistMlp implements Recipe {
  /** For the service loaders. */
  public FashionMnistMlp() {}

  @Override
  public String name() {
    return "fashion-mnist-mlp";
  }

  @Override
  public String summary() {
    return "pictures of clothes in ten classes: 28 × 28 grey values, one hidden layer of 128 units";
  }

  @Override
  public List<Setting> settings() {
    return PictureClassifier.MLP.settings();
  }

  @Override
  public Plan plan(Request request) {
    return PictureClassifier.MLP.plan(this, new FashionMnist(), request);
  }

  /** The path of a PNG of 28 × 28 pixels, the thing bright on black. */
  @Override
  public List<Literal> read(String input) {
    return List.of(GreyPictures.read(input));
  }
}
