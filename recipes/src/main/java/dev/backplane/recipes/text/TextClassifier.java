package dev.backplane.recipes.text;

import dev.backplane.EarlyStopping;
import dev.backplane.Goal;
import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.data.Recipe.Plan;
import dev.backplane.data.Recipe.Request;
import dev.backplane.data.Recipe.Setting;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.loss.BinaryCrossEntropy;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.schedule.Constant;
import dev.backplane.layers.core.schedule.CosineDecay;
import dev.backplane.layers.core.transform.ClipByGlobalNorm;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.recipes.ClassWeights;
import dev.backplane.recipes.Learned;
import dev.backplane.recipes.SettingValues;
import dev.backplane.recipes.format.MalformedDataException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What the recipes for texts in classes share: rows of word ids, layers, one output with a sigmoid
 * or one for each class with a softmax, Adam.
 *
 * @param corpus gets the texts, unless the user gives some
 * @param length words in a row
 * @param training how it is trained, unless the user says otherwise
 * @param own settings of the layers
 * @param layers the layers in front of the last, for a number of ids
 */
record TextClassifier(
    Function<Access, Corpus> corpus,
    int length,
    Training training,
    List<Setting> own,
    Layers layers) {
  private static final int BATCH = 32;
  private static final int LONGEST = 1024;
  private static final Goal GOAL = Goal.least("validation_loss");
  private static final String SIGMOID = "sigmoid";
  private static final String TEXTS = "texts";

  /**
   * How a model is trained.
   *
   * @param epochs how often it goes through the data
   * @param rate learning rate
   * @param decay epochs in which the rate comes down on half a cosine; 0 where it stays
   * @param clip norm to which the gradients of a step are clipped (Pascanu et al., 2013), or 0
   * @param validation share of the training texts that says when to stop; 0 where all are learned
   *     from, to the end
   */
  record Training(int epochs, double rate, int decay, double clip, double validation) {
    /** At an even rate, until a tenth of the texts is not understood better any more. */
    static Training untilNothingIsGained(int epochs) {
      return new Training(epochs, 0.001, 0, 0, 0.1);
    }

    /** On all texts, at a rate that comes down to the last of the epochs. */
    static Training comingDown(int epochs, double clip) {
      return new Training(epochs, 0.001, epochs, clip, 0);
    }
  }

  /** Makes the layers in front of the last. */
  @FunctionalInterface
  interface Layers {
    List<Layer> of(SettingValues values, int vocabulary);
  }

  List<Setting> settings() {
    var settings = new ArrayList<>(own);
    settings.add(new Setting("output", SIGMOID, "sigmoid, or softmax: one output for each class"));
    settings.add(
        new Setting("vocabulary", "10000", "words that are told apart, with two to spare"));
    settings.add(
        new Setting(
            "length", "" + length, "words of a text that are read: 8, 16, 32 … " + LONGEST));
    settings.add(
        new Setting("overlong", TextEncoding.CUT, "cut or refuse texts of more words than length"));
    settings.add(
        new Setting(
            "rate",
            "" + training.rate(),
            "first learning rate, where the optimizer says nothing of it"));
    settings.add(
        new Setting(
            "decay",
            "" + training.decay(),
            "epochs until the rate is down; as many as are trained; 0 if it stays"));
    settings.add(
        new Setting(
            "clip", "" + training.clip(), "largest norm of all gradients of a step; 0 for any"));
    settings.add(
        new Setting(
            "validation",
            "" + training.validation(),
            "share of the training texts that says when to stop; or 0"));
    settings.add(
        new Setting("patience", "2", "epochs without a lower validation loss, then it stops"));
    settings.add(SettingValues.FOLDS);
    settings.add(SettingValues.FOLD);
    settings.add(ClassWeights.SETTING);
    settings.add(new Setting(TEXTS, "", "a file of your own texts, a line each: CLASS TAB TEXT"));
    settings.add(SettingValues.OPTIMIZER);
    settings.add(SettingValues.METRICS);
    settings.add(SettingValues.DATA);
    return settings;
  }

  /** The whole plan; wrong values are refused before any data is fetched. */
  Plan plan(Recipe recipe, Request request) {
    var values = new SettingValues(recipe, request);
    int size = values.integer("vocabulary", 3, 1 << 20);
    int steps = length(recipe, values);
    var overlong = values.choice("overlong", TextEncoding.CUT, "refuse");
    boolean sigmoid = values.choice("output", SIGMOID, "softmax").equals(SIGMOID);
    double rate = values.positive("rate");
    values.optimizer(rate);
    int decay = values.integer("decay", 0, 1 << 20);
    double norm = values.notNegative("clip");
    // The texts tell how many classes there are; what is wrong with a name is said before.
    values.metrics(2);
    var weights = values.classWeights();
    var fold = values.fold();
    double validation = values.share("validation");
    int patience = values.integer("patience", 1, 1000);
    layers.of(values, size);
    var texts =
        values.path(TEXTS).map(OwnTexts::read).orElseGet(() -> corpus.apply(values.access()));
    if (sigmoid && texts.classes().size() != 2) {
      throw new MalformedDataException(
          texts.name(),
          "two classes for one sigmoid (--set output=softmax takes more)",
          texts.classes().size() + ": " + texts.classes());
    }
    var encoding =
        request.files().isEmpty()
            ? TextEncoding.make(texts, size, steps, overlong)
            : TextEncoding.read(request.files());
    var stack = new ArrayList<>(layers.of(values, encoding.encoder().vocabulary().size()));
    stack.add(new Dense(sigmoid ? 1 : texts.classes().size()));
    var data = encoding.dataset(texts);
    var learned = Learned.of(fold, data.train(), validation, request.seed());
    int stepsDown = decay * learned.train().batch(BATCH).count();
    var loss = sigmoid ? new BinaryCrossEntropy() : new SparseCategoricalCrossEntropy();
    var plan =
        new Plan(
                new Dataset(data.name(), learned.train(), data.test(), data.classes()),
                new Sequential(stack),
                weights.on(loss, learned.train(), data.classes()),
                values.optimizer(
                    decay == 0
                        ? new Constant(rate)
                        : new CosineDecay(rate, stepsDown, rate / 1000)),
                values.metrics(data.classes().size()),
                norm == 0 ? List.of() : List.of(new ClipByGlobalNorm(norm)),
                training.epochs(),
                BATCH)
            .withFiles(encoding.files());
    var whole = learned.in(plan);
    return validation == 0
        ? whole
        : whole.withCallbacks(new EarlyStopping(GOAL, patience)).keepingBest(GOAL);
  }

  private static int length(Recipe recipe, SettingValues values) {
    int length = values.integer("length", 8, LONGEST);
    if (Integer.bitCount(length) != 1) {
      throw new IllegalArgumentException(
          recipe.name()
              + ": --set length: expected a power of two, so that few programs are compiled, found "
              + length);
    }
    return length;
  }
}
