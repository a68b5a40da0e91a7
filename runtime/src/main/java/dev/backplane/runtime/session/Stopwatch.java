package dev.backplane.runtime.session;

import dev.backplane.Training.Measured;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.CompileReport.Kernel;
import dev.backplane.backend.Execution;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * How long each step of a wiring takes while they run one after the other, none before the one in
 * front of it has ended. Steps whose device measures its kernels are told kernel by kernel.
 */
final class Stopwatch implements AutoCloseable {
  /**
   * What a step is.
   *
   * @param device where it runs
   * @param whole the step as one thing
   * @param report how it was compiled, by what means it runs when that is asked; without kernels
   *     for a copy
   */
  record Label(String device, Kernel whole, Supplier<CompileReport> report) {}

  private static final long[] NONE = {};

  private final Execution[] sequence;
  private final List<Label> labels;
  private final long[] nanos;
  private final List<long[]> kernelNanos = new ArrayList<>();
  private int runs;

  Stopwatch(Execution[] sequence, List<Label> labels) {
    this.sequence = sequence;
    this.labels = labels;
    nanos = new long[sequence.length];
    for (int i = 0; i < sequence.length; i++) {
      var kernels = new long[labels.get(i).report().get().kernels().size()];
      kernelNanos.add(kernels.length > 0 && sequence[i].measure(kernels) ? kernels : NONE);
    }
  }

  /** Runs a step to its end. */
  void run(int step) {
    long started = System.nanoTime();
    sequence[step].start();
    sequence[step].await();
    nanos[step] += System.nanoTime() - started;
    if (step == sequence.length - 1) {
      runs++;
    }
  }

  /** How often all steps have run. */
  int runs() {
    return runs;
  }

  /** The means so far, in the order they run. */
  List<Measured> measured() {
    var measured = new ArrayList<Measured>();
    for (int i = 0; i < sequence.length; i++) {
      var label = labels.get(i);
      var kernels = label.report().get().kernels();
      var each = kernelNanos.get(i);
      if (each.length == 0) {
        measured.add(new Measured(label.device(), label.whole(), (double) nanos[i] / runs));
      }
      for (int k = 0; k < each.length; k++) {
        measured.add(new Measured(label.device(), kernels.get(k), (double) each[k] / runs));
      }
    }
    return measured;
  }

  @Override
  public void close() {
    for (var execution : sequence) {
      execution.measure(NONE);
    }
  }
}
