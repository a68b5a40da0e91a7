package dev.backplane.backend.cpu.program;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.backplane.backend.cpu.movement.StridedCopy;
import dev.backplane.graph.Node;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Concatenate;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.Gather;
import dev.backplane.op.Pad;
import dev.backplane.op.Reverse;
import dev.backplane.op.Slice;
import dev.backplane.op.Transpose;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The steps that only move elements: each op is one or a few strided copies. */
final class Movements {
  private static final String STRIDED = "strided-copy";

  private Movements() {}

  static Planned transpose(Node node, Transpose op, int parts) {
    var strides = strides(node, 0);
    var from = new long[strides.length];
    for (int i = 0; i < from.length; i++) {
      from[i] = strides[op.permutation().get(i)];
    }
    return single(node, 0, from, parts);
  }

  static Planned slice(Node node, Slice op, int parts) {
    var strides = strides(node, 0);
    var from = new long[strides.length];
    long start = 0;
    for (int i = 0; i < from.length; i++) {
      from[i] = strides[i] * op.strides().get(i);
      start += strides[i] * op.starts().get(i);
    }
    return single(node, start, from, parts);
  }

  static Planned reverse(Node node, Reverse op, int parts) {
    var from = strides(node, 0);
    long start = 0;
    for (int axis : op.axes()) {
      start += from[axis] * Math.max(0, type(node, 0).shape().dimension(axis) - 1);
      from[axis] = -from[axis];
    }
    return single(node, start, from, parts);
  }

  static Planned broadcast(Node node, Broadcast op, int parts) {
    var strides = strides(node, 0);
    var from = new long[op.shape().rank()];
    for (int i = 0; i < strides.length; i++) {
      int axis = op.axes().get(i);
      from[axis] = type(node, 0).shape().dimension(i) == 1 ? 0 : strides[i];
    }
    return single(node, 0, from, parts);
  }

  /**
   * The result, element by element, from the first operand's start with these strides; divided by
   * the first axis of the result.
   */
  private static Planned single(Node node, long start, long[] from, int parts) {
    int width = width(node);
    var result = node.result().type().shape();
    var to = result.strides();
    if (result.rank() == 0 || result.size() == 0) {
      var copy = StridedCopy.of(width, result.dimensions(), from, to);
      return NodeStep.of(
          node, STRIDED, (reads, writes) -> _ -> copy.run(reads[0] + start * width, writes[0]));
    }
    return new CopiedRows(node, STRIDED, Division.of(result.dimension(0), parts), start, from);
  }

  static Planned concatenate(Node node, Concatenate op) {
    int width = width(node);
    var to = node.result().type().shape().strides();
    return NodeStep.of(
        node,
        STRIDED,
        (reads, writes) -> {
          var copies = new ArrayList<Bound>();
          long start = writes[0];
          for (int i = 0; i < reads.length; i++) {
            var shape = type(node, i).shape();
            var copy = StridedCopy.of(width, shape.dimensions(), shape.strides(), to);
            long from = reads[i];
            long target = start;
            copies.add(_ -> copy.run(from, target));
            start += shape.dimension(op.axis()) * to[op.axis()] * width;
          }
          var all = copies.toArray(Bound[]::new);
          return part -> runAll(all, part);
        });
  }

  private static void runAll(Bound[] copies, int part) {
    for (var copy : copies) {
      copy.run(part);
    }
  }

  static Planned pad(Node node, Pad op) {
    int width = width(node);
    var shape = type(node, 0).shape();
    var result = node.result().type().shape();
    var box = new ArrayList<Integer>();
    var toStrides = result.strides();
    long from = 0;
    long to = 0;
    for (int i = 0; i < shape.rank(); i++) {
      // Element e goes to low + e·(interior + 1); a negative low or high cuts elements off.
      // Computed in longs: the amounts may be any ints, and what comes out addresses memory.
      long step = op.interior().get(i) + 1L;
      long low = op.low().get(i);
      long first = low >= 0 ? 0 : (-low + step - 1) / step;
      long room = result.dimension(i) - low;
      long last = Math.min(shape.dimension(i), room <= 0 ? 0 : (room + step - 1) / step);
      box.add((int) Math.max(0, last - first));
      from += shape.strides()[i] * first;
      to += toStrides[i] * (low + first * step);
      toStrides[i] *= step;
    }
    long fromStart = from * width;
    long toStart = to * width;
    long count = result.size();
    return NodeStep.of(
        node,
        STRIDED,
        (reads, writes) -> {
          var copy = StridedCopy.of(width, box, shape.strides(), toStrides);
          return _ -> {
            fill(width, reads[1], writes[0], count);
            copy.run(reads[0] + fromStart, writes[0] + toStart);
          };
        });
  }

  static Planned dynamicSlice(Node node, DynamicSlice op) {
    int width = width(node);
    var from = type(node, 0).shape();
    var result = new Shape(op.sizes());
    return NodeStep.of(
        node,
        STRIDED,
        (reads, writes) -> {
          var copy = StridedCopy.of(width, result.dimensions(), from.strides(), result.strides());
          var start = start(node, 1, from, result, reads);
          return _ -> copy.run(reads[0] + start.elements() * width, writes[0]);
        });
  }

  static Planned dynamicUpdateSlice(Node node) {
    int width = width(node);
    var whole = type(node, 0).shape();
    var update = type(node, 1).shape();
    long bytes = type(node, 0).bytes();
    var step =
        NodeStep.of(
            node,
            STRIDED,
            (reads, writes) -> {
              var copy =
                  StridedCopy.of(width, update.dimensions(), update.strides(), whole.strides());
              var start = start(node, 2, whole, update, reads);
              return _ -> {
                copy(reads[0], writes[0], bytes);
                copy.run(reads[1], writes[0] + start.elements() * width);
              };
            });
    return new InPlaceFirst(step);
  }

  /** Where a slice of computed starts begins, clamped so that it lies within. */
  private interface Start {
    long elements();
  }

  private static Start start(Node node, int first, Shape whole, Shape part, long[] reads) {
    var strides = whole.strides();
    int rank = whole.rank();
    if (rank == 0) {
      return () -> 0;
    }
    var dtype = type(node, first).dtype();
    return () -> {
      long elements = 0;
      for (int i = 0; i < rank; i++) {
        long limit = whole.dimension(i) - part.dimension(i);
        elements += clamp(index(dtype, reads[first + i]), limit) * strides[i];
      }
      return elements;
    };
  }

  static Planned gather(Node node, Gather op, int parts) {
    int width = width(node);
    var from = type(node, 0).shape();
    var indices = type(node, 1);
    var result = node.result().type().shape();
    var kept = new ArrayList<Integer>();
    var keptStrides = new ArrayList<Long>();
    for (int i = 0; i < from.rank(); i++) {
      if (!op.collapsedAxes().contains(i)) {
        kept.add(op.sliceSizes().get(i));
        keptStrides.add(from.strides()[i]);
      }
    }
    if (op.collapsedAxes().stream().anyMatch(axis -> op.sliceSizes().get(axis) == 0)) {
      // Slices without elements, whose empty axis the result does not show: zeros.
      long bytes = node.result().type().bytes();
      return NodeStep.of(
          node, "zeros", (reads, writes) -> _ -> ALL.asSlice(writes[0], bytes).fill((byte) 0));
    }
    var toStrides = result.strides();
    var sliceTo = op.offsetAxes().stream().mapToLong(axis -> toStrides[axis]).toArray();
    var sliceFrom = keptStrides.stream().mapToLong(Long::longValue).toArray();
    return GatherStep.of(
        node,
        op,
        parts,
        () ->
            new GatheredSlices(
                op, from, indices, result, width, StridedCopy.of(width, kept, sliceFrom, sliceTo)));
  }

  static void copy(long from, long to, long bytes) {
    if (from != to) {
      MemorySegment.copy(ALL, from, ALL, to, bytes);
    }
  }

  private static void fill(int width, long value, long to, long count) {
    switch (width) {
      case 1 -> ALL.asSlice(to, count).fill(ALL.get(JAVA_BYTE, value));
      case 2 -> {
        short bits = ALL.get(JAVA_SHORT, value);
        for (long i = 0; i < count; i++) {
          ALL.set(JAVA_SHORT, to + 2 * i, bits);
        }
      }
      case 4 -> {
        int bits = ALL.get(JAVA_INT, value);
        for (long i = 0; i < count; i++) {
          ALL.set(JAVA_INT, to + 4 * i, bits);
        }
      }
      case 8 -> {
        long bits = ALL.get(JAVA_LONG, value);
        for (long i = 0; i < count; i++) {
          ALL.set(JAVA_LONG, to + 8 * i, bits);
        }
      }
      default -> throw new IllegalStateException("no element has " + width + " bytes");
    }
  }

  /** An integer in memory. */
  static long index(DType dtype, long at) {
    return switch (dtype) {
      case I64 -> ALL.get(JAVA_LONG, at);
      case I32 -> ALL.get(JAVA_INT, at);
      case U32 -> Integer.toUnsignedLong(ALL.get(JAVA_INT, at));
      case I8 -> ALL.get(JAVA_BYTE, at);
      case U8 -> ALL.get(JAVA_BYTE, at) & 0xff;
      case F64, F32, BF16, F16, BOOL ->
          throw new IllegalStateException(dtype + " is no index: the op's inference refuses it");
    };
  }

  static long clamp(long index, long limit) {
    return Math.max(0, Math.min(index, limit));
  }

  private static TensorType type(Node node, int operand) {
    return node.operands().get(operand).type();
  }

  private static long[] strides(Node node, int operand) {
    return type(node, operand).shape().strides();
  }

  private static int width(Node node) {
    return node.result().type().dtype().bytes();
  }

  /** A step whose result may take the memory of its first operand. */
  private record InPlaceFirst(NodeStep step) implements Planned {
    @Override
    public String name() {
      return step.name();
    }

    @Override
    public String implementation() {
      return step.implementation();
    }

    @Override
    public List<Node> nodes() {
      return step.nodes();
    }

    @Override
    public List<dev.backplane.graph.Value> reads() {
      return step.reads();
    }

    @Override
    public List<dev.backplane.graph.Value> writes() {
      return step.writes();
    }

    @Override
    public long scratchBytes() {
      return 0;
    }

    @Override
    public boolean inPlace(int write, int read) {
      return read == 0;
    }

    @Override
    public Bound bind(long[] reads, long[] writes, long scratch) {
      return step.bind(reads, writes, scratch);
    }
  }
}
