package dev.backplane.backend.cpu;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Program;
import dev.backplane.backend.cpu.program.Assembly;
import dev.backplane.backend.cpu.program.BoundProgram;
import dev.backplane.backend.cpu.program.TimedProgram;
import dev.backplane.backend.cpu.warm.Warmth;
import dev.backplane.kit.check.Bindings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A compiled program of the CPU. */
final class CpuExecutable implements Executable {
  private final CpuDevice device;
  private final Program program;
  private final Assembly assembly;
  private final Scratch scratch;
  private final Warmth warmth;
  private final Set<CpuExecution> executions = new HashSet<>();
  private boolean closed;

  CpuExecutable(
      CpuDevice device, Program program, Assembly assembly, Scratch scratch, Warmth warmth) {
    this.device = device;
    this.program = program;
    this.assembly = assembly;
    this.scratch = scratch;
    this.warmth = warmth;
    scratch.require(assembly.scratchBytes());
  }

  @Override
  public Execution bind(List<Buffer> arguments, List<Buffer> results) {
    device.requireOpen();
    Bindings.check(
        program.graph().inputTypes(),
        program.graph().outputTypes(),
        program.donations(),
        arguments,
        results);
    var arguments0 = own("argument", arguments);
    var results0 = own("result", results);
    device.lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the executable is closed");
      }
      var steps =
          assembly.bind(
              addresses(arguments0), addresses(results0), scratch.require(assembly.scratchBytes()));
      var donated =
          program.donations().resultOfArgument().keySet().stream()
              .map(arguments0::get)
              .toArray(CpuBuffer[]::new);
      var argumentArray = arguments0.toArray(CpuBuffer[]::new);
      var resultArray = results0.toArray(CpuBuffer[]::new);
      var execution =
          new CpuExecution(
              device,
              new Run(steps, donated, resultArray),
              () -> check(argumentArray, resultArray),
              closing -> free(closing, steps));
      executions.add(execution);
      return execution;
    } finally {
      device.lock.unlock();
    }
  }

  private List<CpuBuffer> own(String what, List<Buffer> buffers) {
    var own = new ArrayList<CpuBuffer>();
    for (int i = 0; i < buffers.size(); i++) {
      if (!(buffers.get(i) instanceof CpuBuffer buffer) || buffer.device() != device) {
        throw new IllegalArgumentException(
            "bind C6: " + what + " " + i + " is a buffer of another device");
      }
      buffer.requireOpen();
      own.add(buffer);
    }
    return own;
  }

  private static long[] addresses(List<CpuBuffer> buffers) {
    return buffers.stream().mapToLong(CpuBuffer::address).toArray();
  }

  private void check(CpuBuffer[] arguments, CpuBuffer[] results) {
    device.requireOpen();
    if (closed || scratch.isClosed()) {
      throw new IllegalStateException("the executable, or the workspace it shares, is closed");
    }
    for (var argument : arguments) {
      argument.requireHeld();
    }
    for (var result : results) {
      result.requireOpen();
    }
  }

  /** The program bound to its buffers. */
  private final class Run implements CpuExecution.Work {
    private final BoundProgram steps;
    private final CpuBuffer[] donated;
    private final CpuBuffer[] results;
    private @Nullable TimedProgram timed;
    private long[] nanos = {};

    Run(BoundProgram steps, CpuBuffer[] donated, CpuBuffer[] results) {
      this.steps = steps;
      this.donated = donated;
      this.results = results;
    }

    @Override
    public void run() {
      var measured = timed;
      CpuExecutable.this.run(measured == null ? steps : measured.program(), donated, results);
      if (measured != null) {
        measured.addTo(nanos);
      }
    }

    @Override
    public boolean measure(long[] nanos) {
      int kernels = assembly.lines();
      if (nanos.length != 0 && nanos.length != kernels) {
        throw new IllegalArgumentException(
            "measure: expected an entry for each of "
                + kernels
                + " kernels, found "
                + nanos.length);
      }
      this.nanos = nanos;
      timed = nanos.length == 0 ? null : steps.timed(kernels);
      return true;
    }
  }

  private void run(BoundProgram steps, CpuBuffer[] donated, CpuBuffer[] results) {
    int threads = device.enter();
    boolean ended = false;
    try {
      device.run(steps, warmth.beforeRun());
      warmth.afterRun();
      ended = true;
    } finally {
      device.leave(threads);
      mark(donated, !ended);
      mark(results, !ended);
    }
  }

  private static void mark(CpuBuffer[] buffers, boolean lost) {
    for (var buffer : buffers) {
      buffer.lost = lost;
    }
  }

  private void free(CpuExecution closing, BoundProgram steps) {
    executions.remove(closing);
    steps.close();
  }

  @Override
  public CompileReport report() {
    return assembly.report();
  }

  @Override
  public void close() {
    device.lock.lock();
    try {
      if (!closed) {
        closed = true;
        warmth.end();
        List.copyOf(executions).forEach(CpuExecution::close);
        assembly.close();
      }
    } finally {
      device.lock.unlock();
    }
    device.closed(this);
  }
}
