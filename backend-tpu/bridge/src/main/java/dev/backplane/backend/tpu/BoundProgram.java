package dev.backplane.backend.tpu;

import dev.backplane.backend.Donations;
import dev.backplane.backend.tpu.pjrt.Run;
import java.lang.foreign.Arena;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A program bound to buffers. The plugin makes new buffers for the results of each run; those of
 * donated arguments live in the arguments' memory. An argument that could be donated but whose
 * result is bound elsewhere keeps its value.
 */
final class BoundProgram implements TpuExecution.Work {
  private final TpuExecutable executable;
  private final TpuBuffer[] arguments;
  private final TpuBuffer[] results;

  /** Whether a result is an argument too, of which the memory was donated to it. */
  private final boolean[] shared;

  private final Run run;

  BoundProgram(
      TpuExecutable executable,
      Donations donations,
      TpuBuffer[] arguments,
      TpuBuffer[] results,
      Arena arena) {
    this.executable = executable;
    this.arguments = arguments;
    this.results = results;
    int group = executable.group();
    int in = arguments.length / group;
    int out = results.length / group;
    shared = new boolean[results.length];
    var kept = new TreeSet<Integer>();
    donations
        .resultOfArgument()
        .forEach(
            (argument, result) -> {
              boolean all =
                  IntStream.range(0, group)
                      .allMatch(r -> arguments[r * in + argument] == results[r * out + result]);
              for (int r = 0; r < group; r++) {
                boolean same = arguments[r * in + argument] == results[r * out + result];
                shared[r * out + result] = same;
              }
              if (!all) {
                kept.add(argument);
              }
            });
    run = new Run(executable.loaded(), arena, in, kept.stream().mapToLong(i -> i).toArray());
  }

  @Override
  public void check() {
    executable.requireOpen();
    for (var argument : arguments) {
      argument.requireHeld();
    }
    for (var result : results) {
      result.requireOpen();
    }
  }

  @Override
  public void submit(long[] events) {
    int group = executable.group();
    int in = arguments.length / group;
    for (int i = 0; i < arguments.length; i++) {
      run.argument(i / in, i % in, arguments[i].handle());
    }
    for (int i = 0; i < results.length; i++) {
      if (!shared[i]) {
        results[i].release();
      }
    }
    run.start();
    int out = results.length / group;
    for (int i = 0; i < results.length; i++) {
      results[i].put(run.result(i / out, i % out));
    }
    for (int replica = 0; replica < group; replica++) {
      events[replica] = run.event(replica);
    }
  }

  /** What failed has neither results nor what was donated to them. */
  @Override
  public void ended(boolean well) {
    if (!well) {
      for (var result : results) {
        result.lose();
      }
    }
  }
}
