package dev.backplane.backend.cpu.window;

import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.tensor.TensorType;

/** A {@link SelectAndScatter}. Thread-safe; its bindings are not. */
public final class WindowSelection {
  private final SelectAndScatter op;
  private final TensorType x;
  private final long sources;
  private final Widened type;
  private final Rows rows;

  /**
   * A selection.
   *
   * @param vectors whether the Vector API may be used; the bits are the same
   */
  public WindowSelection(SelectAndScatter op, TensorType x, TensorType source, boolean vectors) {
    this.op = op;
    this.x = x;
    sources = source.shape().size();
    type = Widened.of(x.dtype());
    var scalar = new ScalarRows(0);
    long run = new Positions(op.windows(), x.shape()).run();
    rows = WarmingRows.of(scalar, type, run, vectors);
  }

  /** As reports name it. */
  public String implementation() {
    return "window:" + rows.form();
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
    boolean only = positions.disjoint();
    if (!only || !positions.covers()) {
      Libc.segment(target + firstElement * width, elements * width).fill((byte) 0);
    }
    positions.start(firstRow, endRow);
    while (positions.next()) {
      rows.select(
          type,
          op.select() == ArgReduce.Kind.MAXIMUM,
          only,
          operand,
          positions.base(),
          positions.offsets(),
          positions.count(),
          values + positions.index() * run * width,
          target,
          run);
    }
    if (copies) {
      Widened.narrow(
          dtype, target + firstElement * width, to + firstElement * dtype.bytes(), elements);
    }
  }
}
