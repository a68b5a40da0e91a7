package dev.backplane.backend.tpu.stablehlo;

import static dev.backplane.backend.tpu.stablehlo.Reductions.array;

import dev.backplane.op.Binary;
import dev.backplane.op.Compare.Direction;
import dev.backplane.op.Gather;
import dev.backplane.op.Scatter;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Gather, Scatter, and the indices of DynamicSlice and DynamicUpdateSlice. */
final class Indexed {
  private Indexed() {}

  /**
   * Indices as i32, in which every dimension fits: what is far off stays far off on its side. In
   * narrower types clamping to a dimension could itself wrap.
   */
  static Ssa indices(Emitter to, Ssa x) {
    return switch (x.element()) {
      case "i32" -> x;
      case "i64" -> {
        var low = to.splat(Integer.toString(Integer.MIN_VALUE), x);
        var high = to.splat(Integer.toString(Integer.MAX_VALUE), x);
        yield to.convert(Elementwise.clamp(to, low, x, high), "i32");
      }
      case "ui32" -> {
        var high = to.splat(Integer.toString(Integer.MAX_VALUE), x);
        yield to.convert(to.binary("stablehlo.minimum", x, high), "i32");
      }
      default -> to.convert(x, "i32");
    };
  }

  static List<Ssa> indices(Emitter to, List<Ssa> starts) {
    return starts.stream().map(start -> indices(to, start)).toList();
  }

  static Ssa gather(Emitter to, Gather op, Ssa x, Ssa indices, TensorType type) {
    if (op.sliceSizes().contains(0)) {
      return to.zeros(x.element(), type.shape());
    }
    if (op.startAxes().isEmpty()) {
      var front = inFront(to, x, indices, op.indexAxis());
      var sizes = new ArrayList<>(op.sliceSizes());
      sizes.addFirst(1);
      var one = List.of(0);
      var general =
          new Gather(
              op.offsetAxes(), later(op.collapsedAxes()), one, front.indices.shape().rank(), sizes);
      return gather(to, general, front.x, front.indices, type);
    }
    var operands = List.of(x, indices(to, indices));
    return to.emit(
        "\"stablehlo.gather\"("
            + Ssa.names(operands)
            + ") <{dimension_numbers = #stablehlo.gather<"
            + list("offset_dims", op.offsetAxes())
            + list("collapsed_slice_dims", op.collapsedAxes())
            + list("start_index_map", op.startAxes())
            + "index_vector_dim = "
            + op.indexAxis()
            + ">, indices_are_sorted = false, slice_sizes = "
            + array(op.sliceSizes())
            + "}> : ("
            + Ssa.types(operands)
            + ") -> "
            + Ssa.type(x.element(), type.shape()),
        x.element(),
        type.shape());
  }

  private static String list(String name, List<Integer> axes) {
    return axes.isEmpty() ? "" : name + " = " + axes + ", ";
  }

  /** An operand with an axis of 1 in front, and indices that are all 0 in it. */
  private record Front(Ssa x, Ssa indices) {}

  /** Index vectors without entries: everything happens at the start. */
  private static Front inFront(Emitter to, Ssa x, Ssa indices, int indexAxis) {
    var batch = indices.shape().without(List.of(indexAxis));
    return new Front(to.reshape(x, x.shape().prepend(1)), to.zeros("i32", batch));
  }

  /** Axes behind a new one in front. */
  private static List<Integer> later(List<Integer> axes) {
    return IntStream.concat(IntStream.of(0), axes.stream().mapToInt(axis -> axis + 1))
        .boxed()
        .toList();
  }

  static Ssa scatter(Emitter to, Scatter op, Ssa x, Ssa indices, Ssa updates) {
    if (updates.shape().size() == 0 || x.shape().size() == 0) {
      return x;
    }
    if (op.targetAxes().isEmpty()) {
      var front = inFront(to, x, indices, op.indexAxis());
      var general =
          new Scatter(
              op.mode(),
              op.windowAxes(),
              later(op.insertedAxes()),
              List.of(0),
              front.indices.shape().rank());
      return to.reshape(scatter(to, general, front.x, front.indices, updates), x.shape());
    }
    if (op.mode() == Scatter.Mode.ASSIGN && batchInside(op, updates)) {
      return pointwise(to, op, x, indices(to, indices), updates);
    }
    return emit(to, op, x, indices(to, indices), updates);
  }

  private static Ssa emit(Emitter to, Scatter op, Ssa x, Ssa indices, Ssa updates) {
    var operands = List.of(x, indices, updates);
    var scalar = x.shaped(Shape.scalar());
    var region = to.region(List.of(scalar, scalar), pair -> List.of(meet(to, op.mode(), pair)));
    return to.emit(
        "\"stablehlo.scatter\"("
            + Ssa.names(operands)
            + ") <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<"
            + list("update_window_dims", op.windowAxes())
            + list("inserted_window_dims", op.insertedAxes())
            + list("scatter_dims_to_operand_dims", op.targetAxes())
            + "index_vector_dim = "
            + op.indexAxis()
            + ">, unique_indices = false}> ("
            + region
            + ") : ("
            + Ssa.types(operands)
            + ") -> "
            + x.type(),
        x.element(),
        x.shape());
  }

  private static Ssa meet(Emitter to, Scatter.Mode mode, List<Ssa> pair) {
    var old = pair.getFirst();
    var update = pair.get(1);
    return switch (mode) {
      case ASSIGN -> update;
      case ADD -> Elementwise.binary(to, Binary.Kind.ADD, old, update);
      case MULTIPLY -> Elementwise.binary(to, Binary.Kind.MULTIPLY, old, update);
      case MAXIMUM -> Elementwise.binary(to, Binary.Kind.MAXIMUM, old, update);
      case MINIMUM -> Elementwise.binary(to, Binary.Kind.MINIMUM, old, update);
    };
  }

  /**
   * Whether a window axis of more than one element lies before an axis of the batch: then updates
   * in row-major order are not windows one after the other, and which is last makes a difference.
   */
  private static boolean batchInside(Scatter op, Ssa updates) {
    boolean window = false;
    for (int axis = 0; axis < updates.shape().rank(); axis++) {
      boolean several = updates.shape().dimension(axis) > 1;
      if (op.windowAxes().contains(axis)) {
        window |= several;
      } else if (window && several) {
        return true;
      }
    }
    return false;
  }

  /** Every element of the updates as a window of its own, with an index for each axis of x. */
  private static Ssa pointwise(Emitter to, Scatter op, Ssa x, Ssa indices, Ssa updates) {
    var shape = updates.shape();
    var batch =
        IntStream.range(0, shape.rank()).filter(i -> !op.windowAxes().contains(i)).boxed().toList();
    var columns = new ArrayList<Ssa>();
    Ssa within = to.splat("true", "i1", shape);
    int nextWindow = 0;
    for (int axis = 0; axis < x.shape().rank(); axis++) {
      boolean shown = !op.insertedAxes().contains(axis);
      int windowAxis = shown ? op.windowAxes().get(nextWindow++) : -1;
      int size = shown ? shape.dimension(windowAxis) : 1;
      var offset = shown ? to.iota("i32", shape, windowAxis) : to.zeros("i32", shape);
      int entry = op.targetAxes().indexOf(axis);
      if (entry < 0) {
        columns.add(offset);
        continue;
      }
      var start = to.broadcast(entry(to, indices, op.indexAxis(), entry), shape, batch);
      var most = to.splat(Integer.toString(x.shape().dimension(axis) - size), start);
      var zero = to.zeros("i32", shape);
      within = to.binary("stablehlo.and", within, to.compare(Direction.GE, start, zero));
      within = to.binary("stablehlo.and", within, to.compare(Direction.LE, start, most));
      columns.add(to.binary("stablehlo.add", start, offset));
    }
    // One column outside is enough to leave the element out.
    columns.set(0, to.select(within, columns.getFirst(), to.splat("-1", columns.getFirst())));
    int rank = shape.rank();
    var column = new ArrayList<>(shape.dimensions());
    column.add(1);
    var parts = columns.stream().map(each -> to.reshape(each, new Shape(column))).toList();
    var vectors = Movement.concatenate(to, parts, rank, new Shape(column).with(rank, parts.size()));
    var every = IntStream.range(0, x.shape().rank()).boxed().toList();
    return emit(to, new Scatter(op.mode(), List.of(), every, every, rank), x, vectors, updates);
  }

  /** One entry of all index vectors, in the shape of the batch. */
  private static Ssa entry(Emitter to, Ssa indices, int indexAxis, int entry) {
    int rank = indices.shape().rank();
    if (indexAxis == rank) {
      return indices;
    }
    var starts = new ArrayList<Integer>();
    for (int axis = 0; axis < rank; axis++) {
      starts.add(axis == indexAxis ? entry : 0);
    }
    var limits = new ArrayList<>(indices.shape().dimensions());
    limits.set(indexAxis, entry + 1);
    var ones = java.util.Collections.nCopies(rank, 1);
    var row = to.slice(indices, starts, limits, ones, indices.shape().with(indexAxis, 1));
    return to.reshape(row, indices.shape().without(List.of(indexAxis)));
  }
}
