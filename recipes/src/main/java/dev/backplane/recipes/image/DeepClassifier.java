package dev.backplane.recipes.image;

import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Recipe;
import dev.backplane.data.Recipe.Plan;
import dev.backplane.data.Recipe.Request;
import dev.backplane.data.Recipe.Setting;
import dev.backplane.layers.convolution.BatchNormalization;
import dev.backplane.layers.convolution.Convolution2d;
import dev.backplane.layers.convolution.MaxPooling2d;
import dev.backplane.layers.convolution.Padding;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.Reshape;
import dev.backplane.layers.core.activation.Relu;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.schedule.CosineDecay;
import dev.backplane.layers.vision.Transformed;
import dev.backplane.layers.vision.transform.ImageTransform;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.recipes.Learned;
import dev.backplane.recipes.SettingValues;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Blocks of convolution 3 × 3, batch normalization, relu and pooling 2 × 2, each of twice the
 * filters; a dense layer of one output per class; softmax cross-entropy, Adam on half a cosine,
 * pictures augmented anew in each epoch.
 *
 * @param augmentation the default transforms
 */
record DeepClassifier(String augmentation) implements PictureModel {
  private static final int EPOCHS = 20;
  private static final int BATCH = 64;
  private static final int CLASSES = 10;
  private static final int BLOCKS = 3;

  @Override
  public List<Setting> settings() {
    return List.of(
        new Setting(
            "filters", "32", "filters of the first convolution; twice as many in each more"),
        new Setting("rate", "0.002", "first learning rate, where the optimizer says nothing of it"),
        new Setting("decay", "" + EPOCHS, "epochs until the rate is down; as many as are trained"),
        new Setting("dropout", "0.3", "share of features dropped while training"),
        new Setting(
            "augmentation", augmentation, "registered transforms of pictures; empty for none"),
        SettingValues.FOLDS,
        SettingValues.FOLD,
        SettingValues.OPTIMIZER,
        SettingValues.METRICS,
        SettingValues.DATA);
  }

  /** The whole plan; wrong numbers are refused before any data is fetched. */
  @Override
  public Plan plan(Recipe recipe, DatasetProvider provider, Request request) {
    var values = new SettingValues(recipe, request);
    int filters = values.integer("filters", 1, 1 << 10);
    double rate = values.positive("rate");
    int decay = values.integer("decay", 1, 1 << 20);
    double dropout = values.share("dropout");
    var transforms = values.parts(ImageTransform.class, "augmentation");
    var metrics = values.metrics(CLASSES);
    // Its schedule is as long as the data: what is wrong with its name is said before.
    values.optimizer(rate);
    var fold = values.fold();
    var data = provider.open(values.access());
    var learned = Learned.of(fold, data.train(), request.seed());
    int steps = decay * learned.train().batch(BATCH).count();
    var optimizer = values.optimizer(new CosineDecay(rate, steps, rate / 1000));
    var train =
        transforms.isEmpty()
            ? learned.train()
            : Transformed.of(learned.train(), request.seed(), transforms);
    return learned.in(
        new Plan(
            new Dataset(data.name(), train, data.test(), data.classes()),
            model(filters, dropout, data.classes().size()),
            new SparseCategoricalCrossEntropy(),
            optimizer,
            metrics,
            List.of(),
            EPOCHS,
            BATCH));
  }

  private static Sequential model(int filters, double dropout, int classes) {
    var layers = new ArrayList<Layer>();
    layers.add(new Reshape(Shape.of(GreyPictures.SIDE, GreyPictures.SIDE, 1)));
    for (int block = 0; block < BLOCKS; block++) {
      layers.add(new Convolution2d(filters << block, 3).padding(Padding.SAME).withoutBias());
      layers.add(new BatchNormalization());
      layers.add(new Relu());
      layers.add(new MaxPooling2d(2));
    }
    layers.add(new Flatten());
    layers.add(new Dropout(dropout));
    layers.add(new Dense(classes));
    return new Sequential(layers);
  }
}
