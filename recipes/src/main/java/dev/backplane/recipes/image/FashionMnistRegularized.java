package dev.backplane.recipes.image;

import dev.backplane.EarlyStopping;
import dev.backplane.Goal;
import dev.backplane.ReduceOnPlateau;
import dev.backplane.data.Dataset;
import dev.backplane.data.Examples;
import dev.backplane.data.Recipe;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.activation.Activations;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.regularizer.L2;
import dev.backplane.layers.vision.Transformed;
import dev.backplane.layers.vision.transform.Flip;
import dev.backplane.layers.vision.transform.Shift;
import dev.backplane.nn.Sequential;
import dev.backplane.recipes.Learned;
import dev.backplane.recipes.SettingValues;
import dev.backplane.tensor.Literal;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * A network of one hidden layer for {@link FashionMnist} with all that keeps it from learning by
 * heart: L2, dropout, pictures flipped and shifted, and an end when the examples that were held out
 * are not predicted better any more.
 */
@Component(service = Recipe.class, immediate = true)
public final class FashionMnistRegularized implements Recipe {
  private static final int CLASSES = 10;
  private static final int EPOCHS = 40;
  private static final int BATCH = 64;
  private static final Goal GOAL = Goal.least("validation_loss");
  private static final List<Setting> SETTINGS =
      List.of(
          new Setting("units", "256", "units of the hidden layer"),
          new Setting("rate", "0.001", "learning rate, where the optimizer says nothing of it"),
          new Setting("l2", "0.00001", "factor of the sum of squared weights of each layer"),
          new Setting("dropout", "0.2", "share of features dropped while training"),
          new Setting("shift", "1", "pixels by which pictures are moved at most; 0 for none"),
          new Setting("flip", "0.5", "how often pictures are flipped, 0 to less than 1"),
          new Setting("patience", "5", "epochs without a lower validation loss, then it stops"),
          new Setting(
              "plateau", "2", "epochs without a lower validation loss, then the rate falls to 0.3"),
          new Setting("validation", "0.1", "share of the training examples held out"),
          SettingValues.FOLDS,
          SettingValues.FOLD,
          SettingValues.OPTIMIZER,
          SettingValues.METRICS,
          SettingValues.DATA);

  /** For the service loaders. */
  public FashionMnistRegularized() {}

  @Override
  public String name() {
    return "fashion-mnist-regularized";
  }

  @Override
  public String summary() {
    return "pictures of clothes in ten classes: one hidden layer with L2, dropout, augmentation and"
        + " early stopping by a validation split; --folds 5 cross-validates";
  }

  @Override
  public List<Setting> settings() {
    return SETTINGS;
  }

  @Override
  public Plan plan(Request request) {
    var values = new SettingValues(this, request);
    int units = values.integer("units", 1, 1 << 16);
    int shift = values.integer("shift", 0, 14);
    double flip = values.share("flip");
    double dropout = values.share("dropout");
    int plateau = values.integer("plateau", 1, 1 << 16);
    int patience = values.integer("patience", 1, 1 << 16);
    var weights = new L2(values.share("l2"));
    var optimizer = values.optimizer(values.positive("rate"));
    var metrics = values.metrics(CLASSES);
    double share = values.positive("validation");
    var fold = values.fold();
    var data = new FashionMnist().open(values.access());
    var learned = Learned.of(fold, data.train(), share, request.seed());
    Examples augmented =
        Transformed.of(
            learned.train(), request.seed(), List.of(new Flip(flip), new Shift(shift, shift)));
    var model =
        Sequential.of(
            new Flatten(),
            new Dense(units, Activations.relu()).regularizer(weights),
            new Dropout(dropout),
            new Dense(CLASSES).regularizer(weights));
    return learned
        .in(
            new Plan(
                new Dataset(data.name(), augmented, data.test(), data.classes()),
                model,
                new SparseCategoricalCrossEntropy(),
                optimizer,
                metrics,
                List.of(),
                EPOCHS,
                BATCH))
        .withCallbacks(new ReduceOnPlateau(GOAL, 0.3, plateau), new EarlyStopping(GOAL, patience))
        .keepingBest(GOAL);
  }

  /** The path of a picture; one that is not 28 × 28 is scaled. */
  @Override
  public List<Literal> read(String input) {
    return List.of(GreyPictures.read(input));
  }
}
