package dev.backplane.backend.cpu.kernel;

import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Step;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/**
 * A plan and the class made of it.
 *
 * @param group what was compiled
 * @param plan its loops
 * @param routine an instance of the generated class
 * @param scratchBytes what the class needs
 * @param form what it was compiled to
 * @param rows how its rows can be divided
 */
record GeneratedKernel(
    Step.Fused group, Plan plan, Routine routine, long scratchBytes, String form, Rows rows)
    implements Kernel {
  private static final int WARM_UP_CALLS = 20_000;

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
    return new BoundRoutine(routine, addresses, unit, Math.toIntExact(all));
  }

  @Override
  public void warmUp(long nanos) {
    long end = System.nanoTime() + nanos;
    try (var arena = Arena.ofConfined()) {
      var inputs =
          group.inputs().stream()
              .mapToLong(value -> arena.allocate(value.type().bytes(), 64).address())
              .toArray();
      var outputs =
          group.outputs().stream()
              .mapToLong(value -> arena.allocate(value.type().bytes(), 64).address())
              .toArray();
      var bound = bind(inputs, outputs, arena.allocate(Math.max(64, scratchBytes()), 64).address());
      for (int i = 0; i < WARM_UP_CALLS && System.nanoTime() < end; i++) {
        bound.run();
      }
    }
  }

  /**
   * A routine on fixed memory.
   *
   * @param addresses of inputs, outputs, scratch memory, and that of another binding
   * @param unit the rows, or columns of a single row, that count as one
   * @param all rows, or columns of a single row
   */
  private record BoundRoutine(Routine routine, long[] addresses, long unit, int all)
      implements Bound {
    @Override
    public void run() {
      routine.sweep(addresses, 0, all);
      routine.finish(addresses);
    }

    @Override
    public void sweep(long from, long to) {
      routine.sweep(addresses, (int) (from * unit), (int) Math.min(all, to * unit));
    }

    @Override
    public void merge(long otherScratch) {
      addresses[addresses.length - 1] = otherScratch;
      routine.merge(addresses);
    }

    @Override
    public void finish() {
      routine.finish(addresses);
    }
  }
}
