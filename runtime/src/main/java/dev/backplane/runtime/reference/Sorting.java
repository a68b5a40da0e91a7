package dev.backplane.runtime.reference;

import dev.backplane.op.Sort;
import java.util.List;
import java.util.function.IntBinaryOperator;

/** Sort. */
final class Sorting {
  private Sorting() {}

  static List<Dense> sort(Sort op, List<Dense> operands) {
    var shape = operands.getFirst().type().shape();
    int stride = Walk.strides(shape)[op.axis()];
    int dimension = shape.dimension(op.axis());
    var results = operands.stream().map(operand -> Dense.zeros(operand.type())).toList();
    for (var lane = Walk.over(shape.with(op.axis(), Math.min(1, dimension)));
        lane.inside();
        lane.step()) {
      int start = lane.offset(Walk.strides(shape));
      var order = new int[dimension];
      for (int i = 0; i < dimension; i++) {
        order[i] = start + i * stride;
      }
      mergeSort(order, new int[dimension], 0, dimension, comparison(op, operands));
      for (int operand = 0; operand < results.size(); operand++) {
        for (int i = 0; i < dimension; i++) {
          move(operands.get(operand), order[i], results.get(operand), start + i * stride);
        }
      }
    }
    return results;
  }

  private static IntBinaryOperator comparison(Sort op, List<Dense> operands) {
    return (a, b) -> {
      for (int key = 0; key < op.keys(); key++) {
        int order = compare(operands.get(key), a, b);
        if (order != 0) {
          return op.descending() ? -order : order;
        }
      }
      return 0;
    };
  }

  /** -0 and +0 are equal; so are NaNs, which are above everything else. */
  private static int compare(Dense values, int a, int b) {
    return switch (values) {
      case Dense.Floats floats -> {
        double x = floats.data()[a];
        double y = floats.data()[b];
        yield x < y ? -1 : x > y ? 1 : Boolean.compare(Double.isNaN(x), Double.isNaN(y));
      }
      case Dense.Wholes wholes -> Long.compare(wholes.data()[a], wholes.data()[b]);
    };
  }

  private static void move(Dense from, int read, Dense to, int write) {
    switch (to) {
      case Dense.Floats floats -> floats.data()[write] = from.doubles()[read];
      case Dense.Wholes wholes -> wholes.data()[write] = from.longs()[read];
    }
  }

  /** Stable; the JDK sorts primitives only by their own order. */
  private static void mergeSort(int[] order, int[] spare, int from, int to, IntBinaryOperator by) {
    if (to - from < 2) {
      return;
    }
    int middle = (from + to) >>> 1;
    mergeSort(order, spare, from, middle, by);
    mergeSort(order, spare, middle, to, by);
    System.arraycopy(order, from, spare, from, to - from);
    int left = from;
    int right = middle;
    for (int i = from; i < to; i++) {
      boolean takeLeft =
          right >= to || left < middle && by.applyAsInt(spare[left], spare[right]) <= 0;
      order[i] = takeLeft ? spare[left++] : spare[right++];
    }
  }
}
