import static dev.backplane.layers.core.activation.Activations.relu;

import dev.backplane.Backplane;
import dev.backplane.Trainer;
import dev.backplane.Training;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.attention.Embedding;
import dev.backplane.layers.attention.Transformer;
import dev.backplane.layers.convolution.GlobalAveragePooling;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.loss.BinaryCrossEntropy;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.layers.core.transform.ClipByGlobalNorm;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The training step of a Transformer and of averaged embeddings, on a plain class path and on
 * random words; what they consist of stands in the README. Prints one JSON object, and with a last
 * argument {@code profile} where the time of a step goes.
 *
 * <p>Arguments: {@code transformer} or {@code embedding}, words, steps of a sequence, threads,
 * measurements, seconds of each, seconds before them.
 */
public final class Words {
  private static final int BATCH = 32;

  public static void main(String[] arguments) {
    boolean pairs = arguments[0].equals("transformer");
    int words = Integer.parseInt(arguments[1]);
    int steps = Integer.parseInt(arguments[2]);
    int threads = Integer.parseInt(arguments[3]);
    var millis = new double[Integer.parseInt(arguments[4])];
    double seconds = Double.parseDouble(arguments[5]);
    try (var backplane = Backplane.start()) {
      var target = backplane.device("cpu").threads(threads);
      var trainer = pairs ? transformer(backplane, words) : embedding(backplane, words);
      var batches = new Noise(words, steps, pairs).shuffle(1).batch(BATCH);
      try (var training = trainer.open(batches, target)) {
        mean(training, Double.parseDouble(arguments[6]));
        for (int i = 0; i < millis.length; i++) {
          millis[i] = mean(training, seconds);
        }
        if (arguments.length > 7) {
          Profile.print(training);
        }
      }
    }
    Arrays.sort(millis);
    IO.println(
        String.format(
            Locale.ROOT,
            "{\"threads\": %d, \"stepMicros\": {\"median\": %.1f, \"min\": %.1f}}",
            threads,
            1e3 * millis[millis.length / 2],
            1e3 * millis[0]));
  }

  private static Trainer transformer(Backplane backplane, int words) {
    var model = new Transformer(words, words, 256, 8, 512, 2).dropout(0.1);
    var loss = new SparseCategoricalCrossEntropy().ignoring(0);
    return backplane.trainer(model, loss, new Adam(1e-3)).transforms(new ClipByGlobalNorm(1));
  }

  private static Trainer embedding(Backplane backplane, int words) {
    var model =
        Sequential.of(
            new Embedding(words, 16),
            new GlobalAveragePooling(),
            new Dense(32, relu()),
            new Dense(1));
    return backplane.trainer(model, new BinaryCrossEntropy(), new Adam(1e-3));
  }

  /** Milliseconds of one step, while so many seconds pass. */
  private static double mean(Training training, double seconds) {
    long started = System.nanoTime();
    int steps = 0;
    do {
      training.step();
      steps++;
    } while (System.nanoTime() - started < seconds * 1e9);
    training.metrics(); // the last step has ended when its loss can be read
    return (System.nanoTime() - started) / 1e6 / steps;
  }

  /** Random words, none of them padding: pairs and what follows, or one sequence and a label. */
  private static final class Noise implements Examples {
    private static final int ROWS = 640;

    private final TensorType sequence;
    private final boolean pairs;
    private final int[] words;

    Noise(int words, int steps, boolean pairs) {
      this.sequence = TensorType.of(DType.I32, steps);
      this.pairs = pairs;
      this.words = new Random(0).ints(3L * ROWS * steps, 1, words).toArray();
    }

    @Override
    public int size() {
      return ROWS;
    }

    @Override
    public List<Feature> inputs() {
      var words = Feature.of("words", sequence);
      return pairs ? List.of(words, Feature.of("said", sequence)) : List.of(words);
    }

    @Override
    public List<Feature> targets() {
      return List.of(pairs ? Feature.of("next", sequence) : Feature.of("label", TensorType.f32(1)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      int steps = sequence.shape().last();
      for (int i = 0; i < count; i++) {
        int row = rows[from + i];
        if (!pairs && field == 1) {
          target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, row % 2);
        } else {
          int at = (field * ROWS + row) * steps;
          MemorySegment.copy(
              words, at, target, ValueLayout.JAVA_INT_UNALIGNED, 4L * i * steps, steps);
        }
      }
    }
  }
}
