package dev.backplane.runtime.reference;

import dev.backplane.op.ArgReduce;
import dev.backplane.op.Combiner;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Window;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reduce, ArgReduce, ReduceWindow, SelectAndScatter. Elements are combined in row-major order; sums
 * and products of floats in f64, rounded once at the end.
 */
final class Reduction {
  private Reduction() {}

  /** The value that a combiner leaves alone. */
  static double floatIdentity(Combiner combiner) {
    return switch (combiner) {
      case ADD -> 0;
      case MULTIPLY -> 1;
      case MAXIMUM -> Double.NEGATIVE_INFINITY;
      case MINIMUM -> Double.POSITIVE_INFINITY;
      case AND, OR -> throw new IllegalStateException(combiner + " is not defined on floats");
    };
  }

  /** The value that a combiner leaves alone. */
  static long wholeIdentity(Combiner combiner, DType dtype) {
    return switch (combiner) {
      case ADD, OR -> 0;
      case MULTIPLY -> 1;
      case MAXIMUM -> Rounding.smallest(dtype);
      case MINIMUM -> Rounding.largest(dtype);
      case AND -> Rounding.wrap(dtype, -1);
    };
  }

  static Dense reduce(Reduce op, Dense x) {
    var shape = x.type().shape();
    var kept = IntStream.range(0, shape.rank()).filter(axis -> !op.axes().contains(axis));
    var reduced = op.axes().stream().mapToInt(Integer::intValue).sorted();
    var rows = Movement.transpose(x, IntStream.concat(kept, reduced).toArray());
    var result = Dense.zeros(x.type().withShape(shape.without(op.axes())));
    int width = op.axes().stream().mapToInt(shape::dimension).reduce(1, (a, b) -> a * b);
    var dtype = x.type().dtype();
    switch (result) {
      case Dense.Floats floats -> {
        var function = Elementwise.floats(op.combiner().asBinary());
        var data = rows.doubles();
        for (int row = 0; row < floats.data().length; row++) {
          double sum = floatIdentity(op.combiner());
          for (int i = row * width; i < (row + 1) * width; i++) {
            sum = function.applyAsDouble(sum, data[i]);
          }
          floats.data()[row] = Rounding.round(dtype, sum);
        }
      }
      case Dense.Wholes wholes -> {
        var function = Elementwise.wholes(op.combiner().asBinary(), dtype);
        var data = rows.longs();
        for (int row = 0; row < wholes.data().length; row++) {
          long sum = wholeIdentity(op.combiner(), dtype);
          for (int i = row * width; i < (row + 1) * width; i++) {
            sum = function.applyAsLong(sum, data[i]);
          }
          wholes.data()[row] = Rounding.wrap(dtype, sum);
        }
      }
    }
    return result;
  }

  static Dense argReduce(ArgReduce op, Dense x) {
    var shape = x.type().shape();
    var strides = Walk.strides(shape);
    int axisStride = strides[op.axis()];
    int dimension = shape.dimension(op.axis());
    var kept = shape.without(List.of(op.axis()));
    var keptStrides = IntStream.range(0, strides.length).filter(axis -> axis != op.axis());
    var offsets = keptStrides.map(axis -> strides[axis]).toArray();
    var result = Dense.zeros(new TensorType(op.index(), kept));
    int position = 0;
    for (var walk = Walk.over(kept); walk.inside(); walk.step()) {
      int start = walk.offset(offsets);
      int best = 0;
      for (int i = 1; i < dimension; i++) {
        if (replaces(op.kind(), x, start + i * axisStride, start + best * axisStride)) {
          best = i;
        }
      }
      result.longs()[position++] = best;
    }
    return result;
  }

  /** Whether a later element is chosen instead of an earlier: it is better, or the first NaN. */
  private static boolean replaces(ArgReduce.Kind kind, Dense x, int later, int earlier) {
    return switch (x) {
      case Dense.Floats floats -> {
        double a = floats.data()[later];
        double b = floats.data()[earlier];
        yield !Double.isNaN(b)
            && (Double.isNaN(a)
                || switch (kind) {
                  case MAXIMUM -> a > b;
                  case MINIMUM -> a < b;
                });
      }
      case Dense.Wholes wholes -> {
        long a = wholes.data()[later];
        long b = wholes.data()[earlier];
        yield switch (kind) {
          case MAXIMUM -> a > b;
          case MINIMUM -> a < b;
        };
      }
    };
  }

  /** Finds the elements of an operand that lie under a window at a position. */
  static final class Places {
    private final List<Window> windows;
    private final Shape shape;
    private final int[] strides;
    private final int[] sizes;

    Places(List<Window> windows, Shape shape) {
      this.windows = windows;
      this.shape = shape;
      this.strides = Walk.strides(shape);
      this.sizes = windows.stream().mapToInt(Window::size).toArray();
    }

    int stride(int axis) {
      return strides[axis];
    }

    Walk elements() {
      return new Walk(sizes);
    }

    /** The offset of the element under one place of the window, or -1 for padding or dilation. */
    int offset(Walk position, Walk element) {
      int offset = 0;
      for (int axis = 0; axis < sizes.length; axis++) {
        int index = index(windows.get(axis), position.at(axis), element.at(axis));
        if (index < 0 || index >= shape.dimension(axis)) {
          return -1;
        }
        offset += index * strides[axis];
      }
      return offset;
    }

    /** The index in the undilated operand, or -1 if what lies there is put in by the dilation. */
    private static int index(Window window, int position, int element) {
      int padded = position * window.stride() + element * window.windowDilation() - window.low();
      return padded < 0 || padded % window.baseDilation() != 0
          ? -1
          : padded / window.baseDilation();
    }
  }

  static Dense reduceWindow(ReduceWindow op, Dense x, TensorType type) {
    var places = new Places(op.windows(), x.type().shape());
    var dtype = type.dtype();
    var result = Dense.zeros(type);
    int at = 0;
    for (var position = Walk.over(type.shape()); position.inside(); position.step()) {
      switch (result) {
        case Dense.Floats floats -> {
          var function = Elementwise.floats(op.combiner().asBinary());
          double sum = floatIdentity(op.combiner());
          for (var element = places.elements(); element.inside(); element.step()) {
            int offset = places.offset(position, element);
            sum = offset < 0 ? sum : function.applyAsDouble(sum, x.doubles()[offset]);
          }
          floats.data()[at++] = Rounding.round(dtype, sum);
        }
        case Dense.Wholes wholes -> {
          var function = Elementwise.wholes(op.combiner().asBinary(), dtype);
          long sum = wholeIdentity(op.combiner(), dtype);
          for (var element = places.elements(); element.inside(); element.step()) {
            int offset = places.offset(position, element);
            sum = offset < 0 ? sum : function.applyAsLong(sum, x.longs()[offset]);
          }
          wholes.data()[at++] = Rounding.wrap(dtype, sum);
        }
      }
    }
    return result;
  }

  static Dense selectAndScatter(SelectAndScatter op, Dense x, Dense source) {
    var places = new Places(op.windows(), x.type().shape());
    var dtype = x.type().dtype();
    var result = Dense.zeros(x.type());
    int at = 0;
    for (var position = Walk.over(source.type().shape()); position.inside(); position.step()) {
      int chosen = -1;
      for (var element = places.elements(); element.inside(); element.step()) {
        int offset = places.offset(position, element);
        if (offset >= 0 && (chosen < 0 || replaces(op.select(), x, offset, chosen))) {
          chosen = offset;
        }
      }
      if (chosen >= 0) {
        switch (result) {
          case Dense.Floats floats -> floats.data()[chosen] += source.doubles()[at];
          case Dense.Wholes wholes -> wholes.data()[chosen] += source.longs()[at];
        }
      }
      at++;
    }
    return rounded(dtype, result);
  }

  /** Sums held in f64 or 64 bits, rounded or wrapped in place. */
  static Dense rounded(DType dtype, Dense sums) {
    switch (sums) {
      case Dense.Floats floats -> {
        for (int i = 0; i < floats.data().length; i++) {
          floats.data()[i] = Rounding.round(dtype, floats.data()[i]);
        }
      }
      case Dense.Wholes wholes -> {
        for (int i = 0; i < wholes.data().length; i++) {
          wholes.data()[i] = Rounding.wrap(dtype, wholes.data()[i]);
        }
      }
    }
    return sums;
  }

  /** Combines one value of each replica, in their order. */
  static Dense combine(Combiner combiner, List<Dense> replicas) {
    var type = replicas.getFirst().type();
    var result = Dense.zeros(type);
    var dtype = type.dtype();
    switch (result) {
      case Dense.Floats floats -> {
        var function = Elementwise.floats(combiner.asBinary());
        for (int i = 0; i < floats.data().length; i++) {
          double sum = floatIdentity(combiner);
          for (var replica : replicas) {
            sum = function.applyAsDouble(sum, replica.doubles()[i]);
          }
          floats.data()[i] = Rounding.round(dtype, sum);
        }
      }
      case Dense.Wholes wholes -> {
        var function = Elementwise.wholes(combiner.asBinary(), dtype);
        for (int i = 0; i < wholes.data().length; i++) {
          long sum = wholeIdentity(combiner, dtype);
          for (var replica : replicas) {
            sum = function.applyAsLong(sum, replica.longs()[i]);
          }
          wholes.data()[i] = Rounding.wrap(dtype, sum);
        }
      }
    }
    return result;
  }
}
