package dev.backplane.runtime.reference;

import dev.backplane.op.Binary;
import dev.backplane.op.Gather;
import dev.backplane.op.Scatter;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/** Gather, Scatter. */
final class Indexed {
  private static final int OUTSIDE = -1;

  private Indexed() {}

  /** The index vectors of an index operand, one for each position of the batch. */
  private static final class Vectors {
    private final long[] data;
    private final int[] batch;
    private final int[] batchStrides;
    private final int length;
    private final int stride;

    Vectors(Dense indices, int axis) {
      var shape = indices.type().shape();
      var strides = Walk.strides(shape);
      boolean implicit = axis == shape.rank();
      data = indices.longs();
      length = implicit ? 1 : shape.dimension(axis);
      stride = implicit ? 0 : strides[axis];
      batch = new int[implicit ? shape.rank() : shape.rank() - 1];
      batchStrides = new int[batch.length];
      for (int from = 0, to = 0; from < shape.rank(); from++) {
        if (from != axis) {
          batch[to] = shape.dimension(from);
          batchStrides[to++] = strides[from];
        }
      }
    }

    long at(Walk position, int entry) {
      return data[position.offset(batchStrides) + entry * stride];
    }
  }

  static Dense gather(Gather op, List<Dense> operands, TensorType type) {
    var x = operands.getFirst();
    var shape = x.type().shape();
    var source = Walk.strides(shape);
    var vectors = new Vectors(operands.get(1), op.indexAxis());
    var startAxes = Walk.ints(op.startAxes());
    var sizes = Walk.ints(op.sliceSizes());
    var offsetAxes = Walk.ints(op.offsetAxes());
    var resultStrides = Walk.strides(type.shape());
    var batchStrides = others(resultStrides, op.offsetAxes());
    var sliceStrides = spread(shape.rank(), op.collapsedAxes(), offsetAxes, resultStrides);
    var result = Dense.zeros(type);
    for (var walk = new Walk(vectors.batch); walk.inside(); walk.step()) {
      int read = 0;
      for (int entry = 0; entry < vectors.length; entry++) {
        int axis = startAxes[entry];
        int most = shape.dimension(axis) - sizes[axis];
        read += Math.clamp(vectors.at(walk, entry), 0, most) * source[axis];
      }
      var target = new Movement.View(walk.offset(batchStrides), sliceStrides);
      Movement.copy(sizes, x, new Movement.View(read, source), result, target);
    }
    return result;
  }

  static Dense scatter(Scatter op, List<Dense> operands) {
    var x = operands.getFirst();
    var updates = operands.get(2);
    var shape = x.type().shape();
    var updateShape = updates.type().shape();
    var result = Movement.read(x, shape, Movement.View.of(shape));
    var strides = Walk.strides(shape);
    var vectors = new Vectors(operands.get(1), op.indexAxis());
    // For each axis of the updates: its step among the batch's positions, or within x.
    var batchSteps = new int[updateShape.rank()];
    var windowSteps = new int[updateShape.rank()];
    var sizes = new int[shape.rank()];
    for (int axis = 0, next = 0; axis < sizes.length; axis++) {
      sizes[axis] = 1;
      if (!op.insertedAxes().contains(axis)) {
        int windowAxis = op.windowAxes().get(next++);
        windowSteps[windowAxis] = strides[axis];
        sizes[axis] = updateShape.dimension(windowAxis);
      }
    }
    for (int axis = updateShape.rank() - 1, step = 1; axis >= 0; axis--) {
      if (!op.windowAxes().contains(axis)) {
        batchSteps[axis] = step;
        step *= updateShape.dimension(axis);
      }
    }
    var starts = starts(op, shape, sizes, strides, vectors);
    var store = Store.of(op.mode(), result, updates);
    int update = 0;
    for (var walk = Walk.over(updateShape); walk.inside(); walk.step()) {
      int start = starts[walk.offset(batchSteps)];
      if (start != OUTSIDE) {
        store.put(start + walk.offset(windowSteps), update);
      }
      update++;
    }
    return result;
  }

  /** The offset in x of each window, or {@link #OUTSIDE} if any of it would lie outside. */
  private static int[] starts(
      Scatter op, Shape shape, int[] sizes, int[] strides, Vectors vectors) {
    var starts = new int[java.util.Arrays.stream(vectors.batch).reduce(1, (a, b) -> a * b)];
    int position = 0;
    for (var walk = new Walk(vectors.batch); walk.inside(); walk.step()) {
      int offset = 0;
      for (int entry = 0; entry < vectors.length && offset != OUTSIDE; entry++) {
        int axis = op.targetAxes().get(entry);
        long index = vectors.at(walk, entry);
        boolean within = index >= 0 && index <= shape.dimension(axis) - sizes[axis];
        offset = within ? offset + (int) index * strides[axis] : OUTSIDE;
      }
      starts[position++] = offset;
    }
    return starts;
  }

  /** How one update meets one element, both given by their place. */
  private interface Store {
    void put(int target, int update);

    static Store of(Scatter.Mode mode, Dense result, Dense updates) {
      var dtype = result.type().dtype();
      return switch (result) {
        case Dense.Floats floats -> {
          var function = floats(mode);
          yield (target, update) ->
              floats.data()[target] =
                  Rounding.round(
                      dtype,
                      function.applyAsDouble(floats.data()[target], updates.doubles()[update]));
        }
        case Dense.Wholes wholes -> {
          LongBinaryOperator function =
              switch (mode) {
                case ASSIGN -> (old, update) -> update;
                case ADD -> Elementwise.wholes(Binary.Kind.ADD, dtype);
                case MULTIPLY -> Elementwise.wholes(Binary.Kind.MULTIPLY, dtype);
                case MAXIMUM -> Elementwise.wholes(Binary.Kind.MAXIMUM, dtype);
                case MINIMUM -> Elementwise.wholes(Binary.Kind.MINIMUM, dtype);
              };
          yield (target, update) ->
              wholes.data()[target] =
                  Rounding.wrap(
                      dtype, function.applyAsLong(wholes.data()[target], updates.longs()[update]));
        }
      };
    }

    private static DoubleBinaryOperator floats(Scatter.Mode mode) {
      return switch (mode) {
        case ASSIGN -> (old, update) -> update;
        case ADD -> Elementwise.floats(Binary.Kind.ADD);
        case MULTIPLY -> Elementwise.floats(Binary.Kind.MULTIPLY);
        case MAXIMUM -> Elementwise.floats(Binary.Kind.MAXIMUM);
        case MINIMUM -> Elementwise.floats(Binary.Kind.MINIMUM);
      };
    }
  }

  /** The strides of the axes not named. */
  private static int[] others(int[] strides, List<Integer> axes) {
    return java.util.stream.IntStream.range(0, strides.length)
        .filter(axis -> !axes.contains(axis))
        .map(axis -> strides[axis])
        .toArray();
  }

  /** For each axis of x the stride of the axis that shows it elsewhere; 0 for hidden ones. */
  private static int[] spread(int rank, List<Integer> hidden, int[] shown, int[] strides) {
    var spread = new int[rank];
    for (int axis = 0, next = 0; axis < rank; axis++) {
      if (!hidden.contains(axis)) {
        spread[axis] = strides[shown[next++]];
      }
    }
    return spread;
  }
}
