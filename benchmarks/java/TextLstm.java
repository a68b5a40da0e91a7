import dev.backplane.Backplane;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.attention.Embedding;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.loss.BinaryCrossEntropy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.layers.recurrent.Lstm;
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
 * The training step of a text classifier with two LSTMs on a plain class path; what it consists of
 * stands in the README. Prints one JSON object as the peers do. Arguments: threads, measurements,
 * seconds of each, seconds before them; a last argument {@code profile} tells where a step's time
 * goes.
 */
public final class TextLstm {
  private static final int BATCH = 32;
  private static final int STEPS = 100;
  private static final int VOCABULARY = 1000;

  public static void main(String[] arguments) {
    int threads = Integer.parseInt(arguments[0]);
    var millis = new double[Integer.parseInt(arguments[1])];
    double seconds = Double.parseDouble(arguments[2]);
    try (var backplane = Backplane.start()) {
      var model =
          Sequential.of(
              new Embedding(VOCABULARY, 64),
              new Lstm(128).withSequences(),
              new Dropout(0.5),
              new Lstm(128),
              new Dropout(0.5),
              new Dense(1));
      var target = backplane.device("cpu").threads(threads);
      try (var training =
          backplane
              .trainer(model, new BinaryCrossEntropy(), new Adam(1e-3))
              .open(new Noise().shuffle(1).batch(BATCH), target)) {
        Runnable step =
            () -> {
              training.step();
              training.metrics(); // the step has ended when its loss can be read
            };
        mean(step, Double.parseDouble(arguments[3]));
        for (int i = 0; i < millis.length; i++) {
          millis[i] = mean(step, seconds);
        }
        if (arguments.length > 4) {
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

  /** Milliseconds of one step, while so many seconds pass. */
  private static double mean(Runnable step, double seconds) {
    long started = System.nanoTime();
    int steps = 0;
    do {
      step.run();
      steps++;
    } while (System.nanoTime() - started < seconds * 1e9);
    return (System.nanoTime() - started) / 1e6 / steps;
  }

  /** Random words and labels. */
  private static final class Noise implements Examples {
    private final int[] words = new Random(0).ints(3200L * STEPS, 0, VOCABULARY).toArray();

    @Override
    public int size() {
      return words.length / STEPS;
    }

    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("words", TensorType.of(DType.I32, STEPS)));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("label", TensorType.f32(1)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < count; i++) {
        int row = rows[from + i];
        if (field == 1) {
          target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, row % 2);
        } else {
          MemorySegment.copy(
              words, row * STEPS, target, ValueLayout.JAVA_INT_UNALIGNED, 4L * i * STEPS, STEPS);
        }
      }
    }
  }
}
