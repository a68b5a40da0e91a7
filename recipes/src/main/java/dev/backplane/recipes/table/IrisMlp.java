package dev.backplane.recipes.table;

import dev.backplane.data.Dataset;
import dev.backplane.data.Examples;
import dev.backplane.data.Recipe;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.recipes.Learned;
import dev.backplane.recipes.SettingValues;
import dev.backplane.recipes.format.MalformedDataException;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** A network of one hidden layer for {@link Iris}: trained in a second, without any download. */
@Component(service = Recipe.class, immediate = true)
public final class IrisMlp implements Recipe {
  private static final int FEATURES = 4;
  private static final int CLASSES = 3;
  private static final int EPOCHS = 50;
  private static final int BATCH = 16;
  private static final List<Setting> SETTINGS =
      List.of(
          new Setting("units", "16", "units of the hidden layer"),
          new Setting("rate", "0.01", "learning rate, where the optimizer says nothing of it"),
          SettingValues.FOLDS,
          SettingValues.FOLD,
          SettingValues.ACTIVATION,
          SettingValues.OPTIMIZER,
          SettingValues.METRICS,
          SettingValues.DATA);

  /** For the service loaders. */
  public IrisMlp() {}

  @Override
  public String name() {
    return "iris-mlp";
  }

  @Override
  public String summary() {
    return "iris plants by four lengths in cm, one hidden layer of 16 units; needs no download";
  }

  @Override
  public List<Setting> settings() {
    return SETTINGS;
  }

  @Override
  public Plan plan(Request request) {
    var values = new SettingValues(this, request);
    int units = values.integer("units", 1, 1 << 16);
    double rate = values.positive("rate");
    var optimizer = values.optimizer(rate);
    var metrics = values.metrics(CLASSES);
    var hidden = values.activated(units);
    var fold = values.fold();
    var data = Iris.split(values.access(), request.seed());
    var learned = Learned.of(fold, data.train(), request.seed());
    var layers = new ArrayList<Layer>();
    layers.add(statistics(learned.train()));
    layers.addAll(hidden);
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

  /** Mean and deviation of the training examples alone: the test examples stay unseen. */
  private static Standardize statistics(Examples train) {
    var sums = new double[FEATURES];
    var squares = new double[FEATURES];
    for (int row = 0; row < train.size(); row++) {
      var lengths = train.example(row).input();
      for (int i = 0; i < FEATURES; i++) {
        double length = lengths.doubleAt(i);
        sums[i] += length;
        squares[i] += length * length;
      }
    }
    var mean = new ArrayList<Double>();
    var deviation = new ArrayList<Double>();
    for (int i = 0; i < FEATURES; i++) {
      double average = sums[i] / train.size();
      mean.add(average);
      deviation.add(Math.sqrt(squares[i] / train.size() - average * average));
    }
    return new Standardize(mean, deviation);
  }

  /** Four lengths in cm: of sepal and petal, length and width, as in {@code 5.1,3.5,1.4,0.2}. */
  @Override
  public List<Literal> read(String input) {
    var expected =
        "four lengths in cm: sepal length, sepal width, petal length, petal width,"
            + " such as 5.1,3.5,1.4,0.2";
    var words = input.strip().split("[,;\\s]+");
    if (words.length != FEATURES) {
      throw new MalformedDataException(
          "iris-mlp", expected, words.length + " in \"" + input + "\"");
    }
    var lengths = new float[FEATURES];
    for (int i = 0; i < FEATURES; i++) {
      try {
        lengths[i] = Float.parseFloat(words[i]);
      } catch (NumberFormatException e) {
        throw new MalformedDataException("iris-mlp", expected, "\"" + words[i] + "\"", e);
      }
      if (!(lengths[i] >= 0 && lengths[i] < 1000)) {
        throw new MalformedDataException("iris-mlp", expected, "\"" + words[i] + "\"");
      }
    }
    return List.of(Literal.of(lengths));
  }
}
