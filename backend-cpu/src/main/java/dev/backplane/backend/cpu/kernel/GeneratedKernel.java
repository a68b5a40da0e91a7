package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Step;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * A plan and the class made of it.
 *
 * @param group what was compiled
 * @param plan its loops
 * @param routine an instance of the generated class
 * @param scratchBytes what the class needs
 * @param form what it was compiled to
 */
record GeneratedKernel(Step.Fused group, Plan plan, Routine routine, long scratchBytes, String form)
    implements Kernel {
  @Override
  public String name() {
    return group.name();
  }

  @Override
  public boolean inPlace(int input, int output) {
    return plan.inPlace().get(input).get(output);
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
    var addresses = Arrays.copyOf(inputAddresses, plan.inputs() + plan.outputs() + 1);
    System.arraycopy(outputAddresses, 0, addresses, plan.inputs(), plan.outputs());
    addresses[plan.inputs() + plan.outputs()] = scratchAddress;
    return new BoundRoutine(routine, addresses);
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
      for (int i = 0; i < 20_000 && System.nanoTime() < end; i++) {
        bound.run();
      }
    }
  }

  private record BoundRoutine(Routine routine, long[] addresses) implements Bound {
    @Override
    public void run() {
      routine.run(addresses);
    }
  }
}
