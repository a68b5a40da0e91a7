package dev.backplane.recipes.image;

import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Recipe;
import dev.backplane.data.Recipe.Plan;
import dev.backplane.data.Recipe.Request;
import dev.backplane.data.Recipe.Setting;
import dev.backplane.layers.convolution.Convolution2d;
import dev.backplane.layers.convolution.MaxPooling2d;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.Reshape;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.recipes.Learned;
import dev.backplane.recipes.SettingValues;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The models both picture datasets start with: features of the picture, a dense layer of one output
 * per class, softmax cross-entropy, Adam.
 */
enum PictureClassifier implements PictureModel {
  /** One hidden layer of units. */
  MLP(new Setting("units", "128", "units of the hidden layer")) {
    @Override
    List<Layer> features(SettingValues values) {
      var layers = new ArrayList<Layer>();
      layers.add(new Flatten());
      layers.addAll(values.activated(values.integer("units", 1, 1 << 16)));
      return layers;
    }
  },
  /** One convolution of 3 × 3, one pooling of 2 × 2. */
  CNN(new Setting("filters", "32", "filters of the 3 × 3 convolution")) {
    @Override
    List<Layer> features(SettingValues values) {
      int filters = values.integer("filters", 1, 1 << 12);
      var layers = new ArrayList<Layer>();
      layers.add(new Reshape(Shape.of(GreyPictures.SIDE, GreyPictures.SIDE, 1)));
      layers.addAll(values.activated(activation -> new Convolution2d(filters, 3, activation)));
      layers.add(new MaxPooling2d(2));
      layers.add(new Flatten());
      return layers;
    }
  };

  private static final int CLASSES = 10;
  private static final int EPOCHS = 10;
  private static final int BATCH = 64;

  private final List<Setting> settings;

  PictureClassifier(Setting size) {
    settings =
        List.of(
            size,
            new Setting("rate", "0.001", "learning rate, where the optimizer says nothing of it"),
            new Setting("dropout", "0", "share of features dropped while training"),
            SettingValues.FOLDS,
            SettingValues.FOLD,
            SettingValues.ACTIVATION,
            SettingValues.OPTIMIZER,
            SettingValues.METRICS,
            SettingValues.DATA);
  }

  /** The layers in front of the last, for pictures [batch, 28, 28]. */
  abstract List<Layer> features(SettingValues values);

  @Override
  public List<Setting> settings() {
    return settings;
  }

  /** The whole plan; wrong values are refused before any data is fetched. */
  @Override
  public Plan plan(Recipe recipe, DatasetProvider provider, Request request) {
    var values = new SettingValues(recipe, request);
    var layers = features(values);
    double rate = values.positive("rate");
    double dropout = values.share("dropout");
    var optimizer = values.optimizer(rate);
    var metrics = values.metrics(CLASSES);
    var fold = values.fold();
    var data = provider.open(values.access());
    var learned = Learned.of(fold, data.train(), request.seed());
    if (dropout > 0) {
      layers.add(new Dropout(dropout));
    }
    layers.add(new Dense(data.classes().size()));
    return learned.in(
        new Plan(
            new Dataset(data.name(), learned.train(), data.test(), data.classes()),
            new Sequential(layers),
            new SparseCategoricalCrossEntropy(),
            optimizer,
            metrics,
            List.of(),
            EPOCHS,
            BATCH));
  }
}
