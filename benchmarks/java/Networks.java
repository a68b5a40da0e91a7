import static dev.backplane.layers.core.activation.Activations.relu;

import dev.backplane.Backplane;
import dev.backplane.Training;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.convolution.BatchNormalization;
import dev.backplane.layers.convolution.Convolution2d;
import dev.backplane.layers.convolution.GlobalAveragePooling;
import dev.backplane.layers.convolution.MaxPooling2d;
import dev.backplane.layers.convolution.Padding;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Sequential;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The training step (cross-entropy, Adam) and inference of networks of many convolutions, on a
 * plain class path and on random pictures. Prints one JSON object, and with a last argument {@code
 * profile} where the time of a step goes.
 *
 * <p>Arguments: {@code deep} or {@code resnet18}, threads, side of the pictures, batch, seconds of
 * warm-up, seconds of a measurement.
 */
public final class Networks {
  private static final int REPEATS = 7;
  private static final int CLASSES = 10;

  /** Convolution, batch normalization, and relu where wanted. */
  private record Normed(int filters, int size, int stride, boolean active) implements UnaryLayer {
    @Override
    public Tensor apply(Forward forward, Tensor x) {
      var convolution =
          new Convolution2d(filters, size).stride(stride).padding(Padding.SAME).withoutBias();
      var y = forward.child("convolution", convolution, x);
      y = forward.child("norm", new BatchNormalization(), y);
      return active ? relu().apply(y) : y;
    }
  }

  /** The basic block of He and others, 2015. */
  private record Residual(int filters, int stride) implements UnaryLayer {
    @Override
    public Tensor apply(Forward forward, Tensor x) {
      var y = forward.child("first", new Normed(filters, 3, stride, true), x);
      y = forward.child("second", new Normed(filters, 3, 1, false), y);
      boolean same = stride == 1 && x.shape().last() == filters;
      var way = same ? x : forward.child("way", new Normed(filters, 1, stride, false), x);
      return relu().apply(y.add(way));
    }
  }

  private static Sequential deep() {
    return Sequential.of(
        new Normed(32, 3, 1, true),
        new Normed(32, 3, 1, true),
        new MaxPooling2d(2),
        new Normed(64, 3, 1, true),
        new Normed(64, 3, 1, true),
        new MaxPooling2d(2),
        new Flatten(),
        new Dense(128, relu()),
        new Dense(CLASSES));
  }

  private static Sequential resnet18() {
    var layers = new ArrayList<UnaryLayer>();
    layers.add(new Normed(64, 7, 2, true));
    layers.add(new MaxPooling2d(3).stride(2).padding(Padding.SAME));
    for (int filters = 64; filters <= 512; filters *= 2) {
      layers.add(new Residual(filters, filters == 64 ? 1 : 2));
      layers.add(new Residual(filters, 1));
    }
    layers.add(new GlobalAveragePooling());
    layers.add(new Dense(CLASSES));
    return Sequential.of(layers.toArray(UnaryLayer[]::new));
  }

  public static void main(String[] arguments) {
    boolean deep = arguments[0].equals("deep");
    int threads = Integer.parseInt(arguments[1]);
    int side = Integer.parseInt(arguments[2]);
    int batch = Integer.parseInt(arguments[3]);
    double warmUp = Double.parseDouble(arguments[4]);
    double seconds = Double.parseDouble(arguments[5]);
    var pictures = TensorType.f32(side, side, deep ? 1 : 3);
    try (var backplane = Backplane.start()) {
      var target = backplane.device("cpu").threads(threads);
      try (var training =
          backplane
              .trainer(
                  deep ? deep() : resnet18(), new SparseCategoricalCrossEntropy(), new Adam(1e-3))
              .open(new Noise(pictures, batch).batch(batch), target)) {
        var step = micros(training::step, training::metrics, warmUp, seconds);
        if (arguments.length > 6) {
          Profile.print(training);
        }
        var one = inference(training, pictures, 1, warmUp / 2, seconds);
        var many = inference(training, pictures, batch, warmUp / 2, seconds);
        IO.println(
            "{\"stepMicros\": %s, \"inferMicros\": {\"batch1\": %s, \"batch%d\": %s}}"
                .formatted(json(step), json(one), batch, json(many)));
      }
    }
  }

  private static double[] inference(
      Training training, TensorType picture, int count, double warmUp, double seconds) {
    var random = new Random(1);
    var type = new TensorType(picture.dtype(), picture.shape().prepend(count));
    var inputs = List.of(Literal.fill(type, _ -> random.nextDouble()));
    return micros(() -> training.predict(inputs), () -> {}, warmUp, seconds);
  }

  /** The mean of as many runs as fit into each repeat, sorted. */
  private static double[] micros(Runnable run, Runnable finish, double warmUp, double seconds) {
    int runs = 0;
    long start = System.nanoTime();
    while (runs == 0 || System.nanoTime() - start < warmUp * 1e9) {
      run.run();
      runs++;
    }
    finish.run();
    double each = (System.nanoTime() - start) / (double) runs;
    int count = (int) Math.max(1, Math.round(seconds * 1e9 / each));
    var micros = new double[REPEATS];
    for (int i = 0; i < micros.length; i++) {
      start = System.nanoTime();
      for (int j = 0; j < count; j++) {
        run.run();
      }
      finish.run();
      micros[i] = (System.nanoTime() - start) / 1e3 / count;
    }
    Arrays.sort(micros);
    return micros;
  }

  private static String json(double[] sorted) {
    return String.format(
        Locale.ROOT,
        "{\"median\": %.1f, \"min\": %.1f, \"max\": %.1f}",
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1]);
  }

  /** Random pictures and labels, as many as one batch takes. */
  private record Noise(TensorType picture, int size) implements Examples {
    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("image", picture));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("label", TensorType.of(DType.I32)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      var random = new Random(0);
      for (long i = 0; field == 0 && i < count * picture.shape().size(); i++) {
        target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, i % 97 / 97f);
      }
      for (long i = 0; field == 1 && i < count; i++) {
        target.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, random.nextInt(CLASSES));
      }
    }
  }
}
