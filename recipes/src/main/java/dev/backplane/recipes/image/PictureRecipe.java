package dev.backplane.recipes.image;

import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Recipe;
import dev.backplane.tensor.Literal;
import java.util.List;

/** A recipe for grey pictures: one of the models on one of the datasets. */
abstract class PictureRecipe implements Recipe {
  private final String name;
  private final String summary;
  private final PictureModel model;
  private final DatasetProvider data;

  PictureRecipe(String name, String summary, PictureModel model, DatasetProvider data) {
    this.name = name;
    this.summary = summary;
    this.model = model;
    this.data = data;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String summary() {
    return summary;
  }

  @Override
  public final List<Setting> settings() {
    return model.settings();
  }

  @Override
  public final Plan plan(Request request) {
    return model.plan(this, data, request);
  }

  /** The path of a picture; one that is not 28 × 28 is scaled. */
  @Override
  public final List<Literal> read(String input) {
    return List.of(GreyPictures.read(input));
  }
}
