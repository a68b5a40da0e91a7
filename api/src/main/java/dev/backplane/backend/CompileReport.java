package dev.backplane.backend;

import java.util.List;
import java.util.Map;

/**
 * How a program was compiled.
 *
 * @param kernels what runs, in order
 * @param choices the tuning choices in force
 * @param scratchBytes scratch memory it needs of the workspace
 * @param nanos how long compilation took
 */
public record CompileReport(
    List<Kernel> kernels, Map<String, String> choices, long scratchBytes, long nanos) {
  /** Copies. */
  public CompileReport {
    kernels = List.copyOf(kernels);
    choices = Map.copyOf(choices);
  }

  /**
   * One thing that runs.
   *
   * @param name what it computes, such as {@code Dot+bias+relu}
   * @param implementation by what means, such as {@code brgemm:avx512_core}
   * @param nodes how many nodes of the graph it covers
   */
  public record Kernel(String name, String implementation, int nodes) {}
}
