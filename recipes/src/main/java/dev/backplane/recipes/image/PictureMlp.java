package dev.backplane.recipes.image;

import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Recipe;
import dev.backplane.data.Recipe.Plan;
import dev.backplane.data.Recipe.Request;
import dev.backplane.data.Recipe.Setting;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.recipes.SettingValues;
import java.util.ArrayList;
import java.util.List;

/** The model both picture datasets start with: one hidden layer, softmax cross-entropy, Adam. */
final class PictureMlp {
  static final List<Setting> SETTINGS =
      List.of(
          new Setting("units", "128", "units of the hidden layer"),
          new Setting("rate", "0.001", "learning rate, where the optimizer says nothing of it"),
          new Setting("dropout", "0", "share of hidden units dropped while training"),
          SettingValues.ACTIVATION,
          SettingValues.OPTIMIZER,
          SettingValues.METRICS,
          SettingValues.DATA);

  private static final int EPOCHS = 10;
  private static final int BATCH = 64;

  private PictureMlp() {}

  static Plan plan(Recipe recipe, DatasetProvider provider, Request request) {
    var values = new SettingValues(recipe, request);
    int units = values.integer("units", 1, 1 << 16);
    double rate = values.positive("rate");
    double dropout = values.share("dropout");
    var optimizer = values.optimizer(rate);
    var metrics = values.metrics();
    var hidden = values.activated(units);
    var data = provider.open(values.access());
    var layers = new ArrayList<Layer>();
    layers.add(new Flatten());
    layers.addAll(hidden);
    if (dropout > 0) {
      layers.add(new Dropout(dropout));
    }
    layers.add(new Dense(data.classes().size()));
    return new Plan(
        data,
        new Sequential(layers),
        new SparseCategoricalCrossEntropy(),
        optimizer,
        metrics,
        List.of(),
        EPOCHS,
        BATCH);
  }
}
