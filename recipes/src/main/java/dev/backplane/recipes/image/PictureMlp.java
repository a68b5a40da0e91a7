package dev.backplane.recipes.image;

import dev.backplane.data.DatasetProvider;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.data.Recipe.Plan;
import dev.backplane.data.Recipe.Setting;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.activation.Relu;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.metric.Accuracy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.recipes.SettingValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The model both picture datasets start with: one hidden layer, softmax cross-entropy, Adam. */
final class PictureMlp {
  static final List<Setting> SETTINGS =
      List.of(
          new Setting("units", "128", "units of the hidden layer"),
          new Setting("rate", "0.001", "learning rate of Adam"),
          new Setting("dropout", "0", "share of hidden units dropped while training"),
          SettingValues.DATA);

  private static final int EPOCHS = 10;
  private static final int BATCH = 64;

  private PictureMlp() {}

  static Plan plan(
      Recipe recipe, DatasetProvider provider, Map<String, String> given, Access access) {
    var values = new SettingValues(recipe, given);
    int units = values.integer("units", 1, 1 << 16);
    double rate = values.positive("rate");
    double dropout = values.share("dropout");
    var data = provider.open(values.access(access));
    var layers = new ArrayList<Layer>();
    layers.add(new Flatten());
    layers.add(new Dense(units, new Relu()));
    if (dropout > 0) {
      layers.add(new Dropout(dropout));
    }
    layers.add(new Dense(data.classes().size()));
    return new Plan(
        data,
        new Sequential(layers),
        new SparseCategoricalCrossEntropy(),
        new Adam(rate),
        List.of(new Accuracy()),
        List.of(),
        EPOCHS,
        BATCH);
  }
}
