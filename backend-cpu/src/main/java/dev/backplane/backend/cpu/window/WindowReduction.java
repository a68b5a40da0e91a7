package dev.backplane.backend.cpu.window;

import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.op.Combiner;
import dev.backplane.op.ReduceWindow;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/** A {@link ReduceWindow}. Thread-safe; its bindings are not. */
public final class WindowReduction {
  private final ReduceWindow op;
  private final TensorType x;
  private final long results;
  private final Widened type;
  private final Lines<Reducing> lines;

  /**
   * A reduction of an operand.
   *
   * @param forms which forms may run; the bits are the same
   */
  public WindowReduction(ReduceWindow op, TensorType x, Forms forms) {
    this.op = op;
    this.x = x;
    type = Widened.of(x.dtype());
    results = op.infer(List.of(x)).getFirst().shape().size();
    var positions = new Positions(op.windows(), x.shape());
    var scalar = ScalarReducing.of(type, op.combiner(), identity(op.combiner(), x.dtype()));
    lines =
        Lines.of(
            forms,
            type,
            positions,
            "window reduction",
            scalar,
            rest -> VectorReducing.of(op.combiner(), rest, positions.always(4)),
            LineRehearsal::of);
  }

  private static long identity(Combiner combiner, DType dtype) {
    if (dtype.isFloating()) {
      return 0;
    }
    return switch (combiner) {
      case ADD, OR -> 0;
      case MULTIPLY -> 1;
      case AND -> dtype == DType.BOOL ? 1 : -1;
      case MAXIMUM -> smallest(dtype);
      case MINIMUM -> largest(dtype);
    };
  }

  private static long smallest(DType dtype) {
    return switch (dtype) {
      case I64 -> Long.MIN_VALUE;
      case I32 -> Integer.MIN_VALUE;
      case I8 -> Byte.MIN_VALUE;
      case U32, U8, BOOL -> 0;
      case F64, F32, BF16, F16 -> throw new IllegalStateException(dtype + " is no integer");
    };
  }

  private static long largest(DType dtype) {
    return switch (dtype) {
      case I64 -> Long.MAX_VALUE;
      case I32 -> Integer.MAX_VALUE;
      case I8 -> Byte.MAX_VALUE;
      case U32 -> 0xffffffffL;
      case U8 -> 0xff;
      case BOOL -> 1;
      case F64, F32, BF16, F16 -> throw new IllegalStateException(dtype + " is no integer");
    };
  }

  /** As reports name it. */
  public String implementation() {
    return "window:" + lines.running();
  }

  /** The way to the vector form, where the scalar one begins. */
  public List<Cold> cold() {
    return lines.cold();
  }

  /** Scratch: the operand and the result in their wide form, where the dtype is narrower. */
  public long scratchBytes() {
    return Widened.copyBytes(x.dtype(), x.shape().size()) + Widened.copyBytes(x.dtype(), results);
  }

  /** The rows that it can be split into. */
  public int rows() {
    return new Positions(op.windows(), x.shape()).rows();
  }

  /** Something that reduces some rows, as often as wanted; {@code scratch} is shared by all. */
  public Runnable bind(long from, long to, long scratch, int firstRow, int endRow) {
    var positions = new Positions(op.windows(), x.shape());
    long wideResult = scratch + Widened.copyBytes(x.dtype(), x.shape().size());
    return () -> run(positions, from, to, scratch, wideResult, firstRow, endRow);
  }

  private void run(
      Positions positions,
      long from,
      long to,
      long wideOperand,
      long wideResult,
      int firstRow,
      int endRow) {
    var dtype = x.dtype();
    boolean copies = Widened.differs(dtype);
    int width = type.bytes();
    long source = from;
    long target = to;
    if (copies) {
      long first = firstRow * positions.rowElements();
      long count = (endRow - firstRow) * positions.rowElements();
      Widened.widen(dtype, from + first * dtype.bytes(), wideOperand + first * width, count);
      source = wideOperand;
      target = wideResult;
    }
    long run = positions.run();
    positions.start(firstRow, endRow);
    var form = lines.now();
    while (positions.next()) {
      form.reduce(
          source + positions.base() * width,
          positions.advance(),
          positions.offsets(),
          positions.count(),
          target + positions.index() * run * width,
          positions.length(),
          run);
    }
    if (copies) {
      long first = firstRow * positions.rowSize() * run;
      long count = (endRow - firstRow) * positions.rowSize() * run;
      Widened.narrow(dtype, wideResult + first * width, to + first * dtype.bytes(), count);
    }
  }
}
