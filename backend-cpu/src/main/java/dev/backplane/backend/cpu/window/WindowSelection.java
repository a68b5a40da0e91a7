package dev.backplane.backend.cpu.window;

import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.tensor.TensorType;
import java.util.List;

/** A {@link SelectAndScatter}. Thread-safe; its bindings are not. */
public final class WindowSelection {
  private final SelectAndScatter op;
  private final TensorType x;
  private final long sources;
  private final Widened type;
  private final boolean disjoint;
  private final boolean covers;
  private final Lines<Selecting> lines;

  /**
   * A selection.
   *
   * @param forms which forms may run; the bits are the same
   */
  public WindowSelection(SelectAndScatter op, TensorType x, TensorType source, Forms forms) {
    this.op = op;
    this.x = x;
    sources = source.shape().size();
    type = Widened.of(x.dtype());
    var positions = new Positions(op.windows(), x.shape());
    disjoint = positions.disjoint();
    covers = positions.covers();
    var scalar = new ScalarSelecting(type, op.select() == ArgReduce.Kind.MAXIMUM, disjoint);
    lines =
        Lines.of(
            forms,
            type,
            positions,
            "window selection",
            scalar,
            _ -> VectorSelecting.of(scalar, positions.always(4)),
            LineRehearsal::of);
  }

  /** As reports name it. */
  public String implementation() {
    return "window:" + lines.running();
  }

  /** The way to the vector form, where the scalar one begins. */
  public List<Cold> cold() {
    return lines.cold();
  }

  private long operandBytes() {
    return Widened.copyBytes(x.dtype(), x.shape().size());
  }

  /** Scratch: operand, source and result in their wide form, where the dtype is narrower. */
  public long scratchBytes() {
    return 2 * operandBytes() + Widened.copyBytes(x.dtype(), sources);
  }

  /** The rows that it can be split into. */
  public int rows() {
    return new Positions(op.windows(), x.shape()).rows();
  }

  /** Something that does some rows, as often as wanted; {@code scratch} is shared by all. */
  public Runnable bind(long from, long source, long to, long scratch, int firstRow, int endRow) {
    var positions = new Positions(op.windows(), x.shape());
    return () -> run(positions, from, source, to, scratch, firstRow, endRow);
  }

  private void run(
      Positions positions,
      long from,
      long source,
      long to,
      long scratch,
      int firstRow,
      int endRow) {
    var dtype = x.dtype();
    int width = type.bytes();
    long run = positions.run();
    long firstElement = firstRow * positions.rowElements();
    long elements = (endRow - firstRow) * positions.rowElements();
    long firstSource = firstRow * positions.rowSize() * run;
    long sourceCount = (endRow - firstRow) * positions.rowSize() * run;
    boolean copies = Widened.differs(dtype);
    long operand = from;
    long values = source;
    long target = to;
    if (copies) {
      operand = scratch;
      target = scratch + operandBytes();
      values = target + operandBytes();
      Widened.widen(
          dtype, from + firstElement * dtype.bytes(), operand + firstElement * width, elements);
      Widened.widen(
          dtype, source + firstSource * dtype.bytes(), values + firstSource * width, sourceCount);
    }
    if (!disjoint || !covers) {
      Libc.segment(target + firstElement * width, elements * width).fill((byte) 0);
    }
    positions.start(firstRow, endRow);
    var form = lines.now();
    while (positions.next()) {
      if (positions.count() > 0) {
        form.select(
            operand + positions.base() * width,
            positions.advance(),
            positions.offsets(),
            positions.count(),
            values + positions.index() * run * width,
            target + positions.base() * width,
            positions.length(),
            run);
      }
    }
    if (copies) {
      Widened.narrow(
          dtype, target + firstElement * width, to + firstElement * dtype.bytes(), elements);
    }
  }
}
