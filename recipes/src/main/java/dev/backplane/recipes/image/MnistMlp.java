package dev.backplane.recipes.image;

import dev.backplane.data.Recipe;
import dev.backplane.tensor.Literal;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** A network of one hidden layer for {@link Mnist}. */
@Component(service = Recipe.class, immediate = true)
public final class MnistMlp implements Recipe {
  /** For the service loaders. */
  public MnistMlp() {}

  @Override
  public String name() {
    return "mnist-mlp";
  }

  @Override
  public String summary() {
    return "handwritten digits: 28 × 28 grey values, one hidden layer of 128 units";
  }

  @Override
  public List<Setting> settings() {
    return PictureClassifier.MLP.settings();
  }

  @Override
  public Plan plan(Request request) {
    return PictureClassifier.MLP.plan(this, new Mnist(), request);
  }

  /** The path of a PNG of 28 × 28 pixels, the thing bright on black. */
  @Override
  public List<Literal> read(String input) {
    return List.of(GreyPictures.read(input));
  }
}
