package dev.backplane.backend.cpu.kernel;

import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.backend.cpu.warm.Succession;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A plan and the class made of it.
 *
 * @param group what was compiled
 * @param plan its loops
 * @param routines instances of the generated classes
 * @param scratchBytes what the classes need
 * @param form what it was compiled to
 * @param rows how its rows can be divided
 */
record GeneratedKernel(
    Step.Fused group,
    Plan plan,
    Succession<Routine> routines,
    long scratchBytes,
    String form,
    Rows rows)
    implements Kernel {
  /** The least rows that are folded before what they come to is taken together. */
  private static final int LEAST_BLOCK = 256;

  /**
   * How many rows are folded one after the other: a sum over n rows would be wrong by up to n
   * roundings, of n blocks of n rows each by 2 n. A batch normalization has tens of thousands,
   * often of one value, each of which rounds the same way.
   */
  private int block() {
    long rows = plan.space().rows();
    boolean folds = !plan.merge().scalars().isEmpty() || !plan.merge().columns().isEmpty();
    int block = Math.max(LEAST_BLOCK, (int) Math.ceil(Math.sqrt(rows)));
    return plan.divides() && folds && rows > block ? block : Integer.MAX_VALUE;
  }

  /** Twice where there are blocks: what came before, and the block. */
  @Override
  public long scratchBytes() {
    return block() == Integer.MAX_VALUE ? scratchBytes : 2 * aligned();
  }

  private long aligned() {
    return (scratchBytes + 63) / 64 * 64;
  }

  static Rows rows(Step.Fused group, Plan plan, boolean strips) {
    long rows = plan.space().rows();
    long columns = plan.space().columns();
    if (!plan.divides()) {
      return new Rows(1, columns);
    }
    if (rows > 1) {
      return new Rows(rows, columns);
    }
    // Stretches like the rows that other steps divide the same values by, so that no step has to
    // wait for another; else as short as loops allow.
    long shortest = strips ? Chunk.STRIP : Plan.LANES;
    long leading = leading(group.outputs(), columns, leading(group.inputs(), columns, 1));
    long stretch = columns / leading;
    if (leading == 1 || stretch % shortest != 0) {
      stretch = shortest;
    }
    return new Rows((columns + stretch - 1) / stretch, stretch);
  }

  private static long leading(List<Value> values, long size, long otherwise) {
    return values.stream()
        .map(value -> value.type().shape())
        .filter(shape -> shape.size() == size && shape.rank() > 1)
        .mapToLong(shape -> shape.dimension(0))
        .findFirst()
        .orElse(otherwise);
  }

  @Override
  public String name() {
    return group.name();
  }

  @Override
  public boolean inPlace(int input, int output) {
    return plan.inPlace().get(input).get(output);
  }

  @Override
  public long rowBytes(Value value) {
    long width = value.type().dtype().bytes();
    return switch (plan.space().extent(value)) {
      case FULL -> rows.columns() * width;
      case ROW -> width;
      case COLUMN, SCALAR -> 0;
    };
  }

  @Override
  public Written written(int output) {
    if (!plan.writtenBySweep().contains(plan.inputs() + output)) {
      return Written.AT_THE_END;
    }
    return switch (plan.space().extent(group.outputs().get(output))) {
      case FULL, ROW -> Written.BY_ROWS;
      case COLUMN, SCALAR -> Written.BY_EVERY_SWEEP;
    };
  }

  @Override
  public Bound bind(long[] inputAddresses, long[] outputAddresses, long scratchAddress) {
    if (inputAddresses.length != plan.inputs() || outputAddresses.length != plan.outputs()) {
      throw new IllegalArgumentException(
          name()
              + ": expected "
              + plan.inputs()
              + " inputs and "
              + plan.outputs()
              + " outputs, found "
              + inputAddresses.length
              + " and "
              + outputAddresses.length);
    }
    var addresses = Arrays.copyOf(inputAddresses, plan.inputs() + plan.outputs() + 2);
    System.arraycopy(outputAddresses, 0, addresses, plan.inputs(), plan.outputs());
    addresses[plan.inputs() + plan.outputs()] = scratchAddress;
    boolean single = plan.space().rows() == 1;
    long all = single ? plan.space().columns() : plan.space().rows();
    long unit = rows.count() == 1 ? all : single ? rows.columns() : 1;
    var ofBlock = addresses.clone();
    ofBlock[addresses.length - 2] += aligned();
    return new BoundRoutine(routines, addresses, ofBlock, unit, Math.toIntExact(all), block());
  }

  @Override
  public Optional<Cold> cold() {
    return routines.cold();
  }

  /**
   * Routines on fixed memory.
   *
   * @param addresses of inputs, outputs, scratch memory, and that of another binding
   * @param ofBlock the same, with the scratch memory of a block
   * @param unit the rows, or columns of a single row, that count as one
   * @param all rows, or columns of a single row
   * @param block how many of them are folded one after the other
   */
  private record BoundRoutine(
      Succession<Routine> routines, long[] addresses, long[] ofBlock, long unit, int all, int block)
      implements Bound {
    @Override
    public void run() {
      var routine = routines.now();
      sweep(routine, 0, all);
      routine.finish(addresses);
    }

    @Override
    public void sweep(long from, long to) {
      sweep(routines.now(), (int) (from * unit), (int) Math.min(all, to * unit));
    }

    private void sweep(Routine routine, int from, int to) {
      int at = from + Math.min(block, to - from);
      routine.sweep(addresses, from, at);
      while (at < to) {
        int end = at + Math.min(block, to - at);
        routine.sweep(ofBlock, at, end);
        addresses[addresses.length - 1] = ofBlock[addresses.length - 2];
        routine.merge(addresses);
        at = end;
      }
    }

    @Override
    public void merge(long otherScratch) {
      addresses[addresses.length - 1] = otherScratch;
      routines.now().merge(addresses);
    }

    @Override
    public void finish() {
      routines.now().finish(addresses);
    }
  }
}
