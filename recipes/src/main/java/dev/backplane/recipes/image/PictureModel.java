package dev.backplane.recipes.image;

import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Recipe;
import dev.backplane.data.Recipe.Plan;
import dev.backplane.data.Recipe.Request;
import dev.backplane.data.Recipe.Setting;
import java.util.List;

/** A model for either dataset of grey pictures. */
interface PictureModel {
  /** What users may change. */
  List<Setting> settings();

  /** The whole plan of a recipe. */
  Plan plan(Recipe recipe, DatasetProvider provider, Request request);
}
