package dev.backplane;

import dev.backplane.data.Batches;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Metric;
import dev.backplane.op.Precision;
import dev.backplane.tensor.Literal;
import java.nio.file.Path;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** Sets up a training. Every method gives this trainer back. */
@ProviderType
public interface Trainer {
  /** The name of the model in messages and files; {@code model} unless set. */
  Trainer name(String name);

  /** What is measured beside the loss. */
  Trainer metrics(Metric... metrics);

  /** What is done to the gradients, in this order. */
  Trainer transforms(GradientTransform... transforms);

  /** A free note, kept in the run folder; the command line keeps recipe and settings so. */
  Trainer note(String key, String value);

  /**
   * A text that belongs to the model, such as a vocabulary: kept in the run folder under {@code
   * files}, and there again as {@link Run#files}. A resume must give the same.
   *
   * @param name letters, digits, dots, dashes and underlines, the first a letter or digit; at most
   *     100
   * @throws IllegalArgumentException if the name is none
   */
  Trainer file(String name, String text);

  /** The seed of initial values and of all random numbers; 0 unless set. */
  Trainer seed(long seed);

  /** Who is told of progress and may stop it. */
  Trainer callbacks(Callback... callbacks);

  /**
   * What else it is measured with after each epoch, for choices while training: {@code
   * validation_loss} …. So the test examples stay unseen by {@link EarlyStopping} and {@link
   * #keepBest}.
   */
  Trainer validation(Batches validation);

  /**
   * Keeps the weights of the best epoch: the run that {@link #fit} gives, and that {@link
   * Backplane#open} opens, has them and the figures of that epoch. A resume goes on from the last.
   */
  Trainer keepBest(Goal goal);

  /**
   * Values to begin with, by path, instead of drawn ones; others are drawn. Of another floating
   * type they are converted. A resume goes on with its own.
   */
  Trainer weights(Map<String, Literal> values);

  /**
   * The same, and where they are to be the whole model it is an error, when the training begins, if
   * one is missing.
   *
   * @param whole whether each parameter and state must be among the values
   */
  Trainer weights(Map<String, Literal> values, boolean whole);

  /**
   * What is not to be trained: parameters, or layers with all that is in them, by path.
   *
   * @param paths such as {@code encoder}, {@code dense_1/kernel} or {@code encoder_*}, where a star
   *     stands for any letters but a slash; one that is no parameter's and no layer's is an error
   *     when the training begins
   */
  Trainer freeze(String... paths);

  /**
   * Updates once in so many batches, with the mean gradient of all their examples, as one batch of
   * them would give it; 1 unless set. What is left over at the end of an epoch is a smaller group.
   */
  Trainer accumulate(int batches);

  /**
   * In which precision the model multiplies; {@link Precision#FULL} unless set. With {@link
   * Precision#BF16} the operands of its contractions and convolutions are rounded to bf16 and their
   * sums are f32; parameters, optimizer state, reductions, normalizations, the loss and metrics
   * stay f32, and no loss is scaled. It belongs to the run: resuming, evaluating and predicting
   * from its folder do the same.
   *
   * @throws BackplaneException when the training begins, if the device does not multiply bf16
   */
  Trainer precision(Precision precision);

  /** The run folder: metrics, checkpoints, the tuning record. Without one nothing is written. */
  Trainer out(Path run);

  /** Goes on from the run folder's last checkpoint, where there is one; needs {@link #out}. */
  Trainer resume(boolean resume);

  /**
   * Trains up to a number of epochs in all.
   *
   * @param train what it learns from
   * @param test what it is measured with after each epoch
   * @param epochs in all, those before a resume included
   * @param target where it runs
   * @throws TrainingFailedException if the loss is no longer finite, naming the step
   */
  Run fit(Batches train, Batches test, Epochs epochs, Target target);

  /** A training that the caller drives step by step. */
  Training open(Batches train, Target target);

  /**
   * How often a training goes through the data.
   *
   * @param total how often, at least 1
   */
  record Epochs(int total) {
    /** Checks the number. */
    public Epochs {
      if (total < 1) {
        throw new IllegalArgumentException("epochs: expected 1 or more, found " + total);
      }
    }

    /** So many epochs. */
    public static Epochs epochs(int total) {
      return new Epochs(total);
    }
  }
}
