import static dev.backplane.layers.core.activation.Activations.relu;

import dev.backplane.Backplane;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.attention.Embedding;
import dev.backplane.layers.audio.ctc.CtcLoss;
import dev.backplane.layers.convolution.Convolution1d;
import dev.backplane.layers.convolution.Padding;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.loss.BinaryCrossEntropy;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.layers.core.transform.ClipByGlobalNorm;
import dev.backplane.layers.recurrent.Bidirectional;
import dev.backplane.layers.recurrent.Lstm;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Loss;
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
 * The training step of a model with LSTMs on a plain class path and on random examples; what the
 * models consist of stands in the README. Prints one JSON object as the peers do. Arguments: {@code
 * text-lstm}, {@code speech-ctc} or {@code spoken-digits}, threads, measurements, seconds of each,
 * seconds before them; a last argument {@code profile} tells where a step's time goes.
 */
public final class Sequences {
  private static final int EXAMPLES = 3200;

  /** A model, what it learns, and in what batches; its gradients clipped at a norm, or at none. */
  private record Workload(
      Sequential model, Loss loss, Examples examples, int batch, GradientTransform... clipped) {}

  private static Workload text() {
    int steps = 100;
    int vocabulary = 1000;
    var model =
        Sequential.of(
            new Embedding(vocabulary, 64),
            new Lstm(128).withSequences(),
            new Dropout(0.5),
            new Lstm(128),
            new Dropout(0.5),
            new Dense(1));
    var examples =
        new Noise(
            List.of(Feature.of("words", TensorType.of(DType.I32, steps))),
            List.of(Feature.of("label", TensorType.f32(1))),
            List.of(new Values(0, vocabulary), new Values(0, 2)));
    return new Workload(model, new BinaryCrossEntropy(), examples, 32);
  }

  private static Workload speech() {
    int frames = 200;
    int symbols = 36;
    int labels = 5;
    var model =
        Sequential.of(
            new Convolution1d(96, 5, relu()).padding(Padding.SAME),
            new Convolution1d(96, 5, relu()).stride(2).padding(Padding.SAME),
            new Bidirectional(new Lstm(128).withSequences()),
            new Dropout(0.2),
            new Dense(symbols + 1));
    var examples =
        new Noise(
            List.of(Feature.of("features", TensorType.f32(frames, 40))),
            List.of(
                Feature.of("labels", TensorType.of(DType.I32, labels)),
                Feature.of("length", TensorType.of(DType.I32)),
                Feature.of("frames", TensorType.of(DType.I32))),
            List.of(
                new Values(-100, 100),
                new Values(1, symbols + 1),
                new Values(1, labels + 1),
                new Values(frames / 4, frames / 2 + 1)));
    return new Workload(model, new CtcLoss(), examples, 32);
  }

  private static Workload digits() {
    var model = Sequential.of(new Lstm(128), new Dropout(0.3), new Dense(10));
    var examples =
        new Noise(
            List.of(Feature.of("features", TensorType.f32(60, 40))),
            List.of(Feature.of("label", TensorType.of(DType.I32))),
            List.of(new Values(-100, 100), new Values(0, 10)));
    return new Workload(
        model, new SparseCategoricalCrossEntropy(), examples, 64, new ClipByGlobalNorm(5));
  }

  public static void main(String[] arguments) {
    var workload =
        switch (arguments[0]) {
          case "text-lstm" -> text();
          case "speech-ctc" -> speech();
          case "spoken-digits" -> digits();
          default -> throw new IllegalArgumentException("no workload " + arguments[0]);
        };
    int threads = Integer.parseInt(arguments[1]);
    var millis = new double[Integer.parseInt(arguments[2])];
    double seconds = Double.parseDouble(arguments[3]);
    try (var backplane = Backplane.start()) {
      var target = backplane.device("cpu").threads(threads);
      var batches = workload.examples().shuffle(1).batch(workload.batch());
      try (var training =
          backplane
              .trainer(workload.model(), workload.loss(), new Adam(1e-3))
              .transforms(workload.clipped())
              .open(batches, target)) {
        Runnable step =
            () -> {
              training.step();
              training.metrics(); // the step has ended when its loss can be read
            };
        mean(step, Double.parseDouble(arguments[4]));
        for (int i = 0; i < millis.length; i++) {
          millis[i] = mean(step, seconds);
        }
        if (arguments.length > 5) {
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

  /** Whole numbers from one until before another. */
  private record Values(int from, int until) {}

  /**
   * Random examples.
   *
   * @param values by field: inputs, then targets; those of a floating field are hundredths
   */
  private record Noise(List<Feature> inputs, List<Feature> targets, List<Values> values)
      implements Examples {
    @Override
    public int size() {
      return EXAMPLES;
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      var feature = field < inputs.size() ? inputs.get(field) : targets.get(field - inputs.size());
      long each = feature.stored().shape().size();
      var range = values.get(field);
      for (int i = 0; i < count; i++) {
        var random = new Random(31L * rows[from + i] + field);
        for (long k = i * each; k < (i + 1) * each; k++) {
          int value = random.nextInt(range.from(), range.until());
          if (feature.stored().dtype() == DType.F32) {
            float number = range.until() == 2 ? value : value / 100f;
            target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, k, number);
          } else {
            target.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, k, value);
          }
        }
      }
    }
  }
}
