package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Target;
import dev.backplane.function.Traceable;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;
import java.util.Locale;

/**
 * The most a device was seen to do in a short probe, run as any program of Backplane: what shares
 * of peak are measured against. Each is the difference between a program that does it often and one
 * that does it once, so that copies to and from the device do not count.
 *
 * @param flops operations a second of the f32 product of two square matrices of {@link #SIDE}
 * @param cacheBytes bytes a second that x · a + b reads and writes on {@link #SMALL} f32
 * @param memoryBytes the same on {@link #LARGE} f32
 */
record Peaks(double flops, double cacheBytes, double memoryBytes) {
  static final int SIDE = 1024;
  static final int SMALL = 1 << 16;
  static final int LARGE = 1 << 24;

  private static final int REPEATS = 5;

  /** Of each program: it may compute in a slower way until its kernels are warm. */
  private static final long WARM_UP_NANOS = 500_000_000;

  static Peaks measure(Backplane backplane, Target target) {
    var matrix = Literal.fill(TensorType.f32(SIDE, SIDE), _ -> 1.0 / SIDE);
    double product = seconds(backplane, target, matrix, 4, 1, (x, more) -> x.matmul(more.get(1)));
    return new Peaks(
        2.0 * SIDE * SIDE * SIDE / product,
        bandwidth(backplane, target, SMALL, 32, 200),
        bandwidth(backplane, target, LARGE, 4, 1));
  }

  private static double bandwidth(
      Backplane backplane, Target target, int elements, int often, int calls) {
    var values = Literal.fill(TensorType.f32(elements), _ -> 1);
    double seconds =
        seconds(
            backplane,
            target,
            values,
            often,
            calls,
            (x, more) -> x.mul(more.get(2)).add(more.get(2)));
    return 2.0 * elements * DType.F32.bytes() / seconds;
  }

  /** One application of a function of a tensor and of the arguments. */
  private interface Applied {
    Tensor to(Tensor x, Tensors arguments);
  }

  /**
   * Seconds of one application.
   *
   * @param often applications more than one in the longer of the two programs
   * @param calls how often a program runs for one measurement
   */
  private static double seconds(
      Backplane backplane, Target target, Literal value, int often, int calls, Applied applied) {
    var arguments = List.of(value, value, Literal.scalar(DType.F32, 0.5));
    double longer = least(backplane, target, arguments, calls, repeated(applied, 1 + often));
    double shorter = least(backplane, target, arguments, calls, repeated(applied, 1));
    return Math.max(longer - shorter, 1e-9) / often;
  }

  /** Barriers keep one application from being merged with the next. */
  private static Traceable repeated(Applied applied, int times) {
    return arguments -> {
      var x = arguments.get(0);
      for (int i = 0; i < times; i++) {
        x = applied.to(x, arguments).apply(new OptimizationBarrier());
      }
      return Tensors.of(x.sum());
    };
  }

  private static double least(
      Backplane backplane, Target target, List<Literal> arguments, int calls, Traceable program) {
    try (var compiled = backplane.compile(program, target)) {
      long warm = System.nanoTime() + WARM_UP_NANOS;
      do {
        compiled.call(arguments);
      } while (System.nanoTime() - warm < 0);
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < REPEATS; i++) {
        long start = System.nanoTime();
        for (int k = 0; k < calls; k++) {
          compiled.call(arguments);
        }
        least = Math.min(least, (System.nanoTime() - start) / 1e9 / calls);
      }
      return least;
    }
  }

  /** The share of peak that so much work in so much time is: of whichever bounds it. */
  double share(long flops, long bytes, double nanos) {
    return Math.max(flops / this.flops, bytes / cacheBytes) * 1e9 / nanos;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "peak, as measured here: %.0f GFLOP/s (product of two f32 [%d,%d]), %.1f GB/s in cache"
            + " (x · a + b on f32[%d]), %.1f GB/s in memory (f32[%d])",
        flops / 1e9,
        SIDE,
        SIDE,
        cacheBytes / 1e9,
        SMALL,
        memoryBytes / 1e9,
        LARGE);
  }
}
