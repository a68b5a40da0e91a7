package dev.backplane.runtime.reference;

import dev.backplane.op.Convolution;
import dev.backplane.op.Dot;
import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Dot, Convolution. Products of floats are added up in f64 in row-major order and rounded once;
 * those of integers in 64 bits and wrapped once. {@code Precision.BF16} allows less exactness and
 * is not made use of.
 */
final class Contraction {
  private Contraction() {}

  static Dense dot(Dot op, Dense left, Dense right, TensorType type) {
    var a = left.type().shape();
    var b = right.type().shape();
    var leftFree = free(a.rank(), op.leftBatch(), op.leftContract());
    var rightFree = free(b.rank(), op.rightBatch(), op.rightContract());
    var rows = Movement.transpose(left, order(op.leftBatch(), leftFree, op.leftContract()));
    var columns = Movement.transpose(right, order(op.rightBatch(), op.rightContract(), rightFree));
    int batch = product(a, op.leftBatch());
    int m = product(a, leftFree);
    int k = product(a, op.leftContract());
    int n = product(b, rightFree);
    var sums = Dense.zeros(type);
    for (int i = 0; i < batch * m; i++) {
      for (int j = 0; j < k; j++) {
        multiplyAdd(rows, i * k + j, columns, (i / m * k + j) * n, sums, i * n, n);
      }
    }
    return Reduction.rounded(type.dtype(), sums);
  }

  /** Adds one element times a run of others to a run of sums. */
  private static void multiplyAdd(
      Dense x, int at, Dense y, int from, Dense sums, int to, int count) {
    switch (sums) {
      case Dense.Floats floats -> {
        double factor = x.doubles()[at];
        var others = y.doubles();
        var data = floats.data();
        for (int i = 0; i < count; i++) {
          data[to + i] += factor * others[from + i];
        }
      }
      case Dense.Wholes wholes -> {
        long factor = x.longs()[at];
        var others = y.longs();
        var data = wholes.data();
        for (int i = 0; i < count; i++) {
          data[to + i] += factor * others[from + i];
        }
      }
    }
  }

  private static List<Integer> free(int rank, List<Integer> batch, List<Integer> contract) {
    return IntStream.range(0, rank)
        .filter(axis -> !batch.contains(axis) && !contract.contains(axis))
        .boxed()
        .toList();
  }

  @SafeVarargs
  private static int[] order(List<Integer>... groups) {
    var order = new ArrayList<Integer>();
    for (var group : groups) {
      order.addAll(group);
    }
    return Walk.ints(order);
  }

  private static int product(Shape shape, List<Integer> axes) {
    return axes.stream().mapToInt(shape::dimension).reduce(1, (a, b) -> a * b);
  }

  /**
   * Brings everything into the order batch, spatial …, feature (kernel: spatial …, input feature,
   * output feature), convolves there, and brings the result back into its own order.
   */
  static Dense convolution(Convolution op, Dense input, Dense kernel, TensorType type) {
    var x = Movement.transpose(input, channelsLast(op.input()));
    var k = Movement.transpose(kernel, kernelLast(op.kernel()));
    var order = channelsLast(op.output());
    var shape = Shape.of(IntStream.of(order).map(axis -> type.shape().dimension(axis)).toArray());
    var sums = Dense.zeros(type.withShape(shape));
    int outputs = shape.last();
    int channels = k.type().shape().dimension(-2);
    int groups = Math.max(op.featureGroups(), op.batchGroups());
    int groupOutputs = outputs / groups;
    var places = new Reduction.Places(everyAxis(op.windows()), x.type().shape());
    int batchStep = op.batchGroups() > 1 ? shape.dimension(0) * places.stride(0) : 0;
    int groupStep = op.featureGroups() > 1 ? channels : batchStep;
    int position = 0;
    for (var walk = Walk.over(shape.with(-1, 1)); walk.inside(); walk.step(), position++) {
      int tap = 0;
      for (var element = places.elements(); element.inside(); element.step(), tap++) {
        int read = places.offset(walk, element);
        for (int group = 0; group < groups && read >= 0; group++) {
          for (int channel = 0; channel < channels; channel++) {
            int weights = (tap * channels + channel) * outputs + group * groupOutputs;
            int write = position * outputs + group * groupOutputs;
            int at = read + group * groupStep + channel;
            multiplyAdd(x, at, k, weights, sums, write, groupOutputs);
          }
        }
      }
    }
    return Movement.transpose(Reduction.rounded(type.dtype(), sums), inverse(order));
  }

  private static int[] channelsLast(Convolution.Layout layout) {
    return order(List.of(layout.batch()), layout.spatial(), List.of(layout.feature()));
  }

  private static int[] kernelLast(Convolution.Layout layout) {
    return order(layout.spatial(), List.of(layout.feature()), List.of(layout.batch()));
  }

  private static int[] inverse(int[] permutation) {
    var inverse = new int[permutation.length];
    for (int i = 0; i < permutation.length; i++) {
      inverse[permutation[i]] = i;
    }
    return inverse;
  }

  /** The spatial windows between those of batch and feature, which do not reach over neighbours. */
  private static List<Window> everyAxis(List<Window> spatial) {
    var windows = new ArrayList<>(spatial);
    windows.addFirst(Window.one());
    windows.addLast(Window.one());
    return windows;
  }
}
