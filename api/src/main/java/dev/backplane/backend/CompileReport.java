package dev.backplane.backend;

import java.util.List;
import java.util.Map;

/**
 * How a program was compiled, and by what means its kernels run when this is asked for.
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
   * @param implementation by what means, such as {@code brgemm:avx512_core}; {@code scalar (why)}
   *     in it says that a faster form is held back at this moment, and what for
   * @param nodes how many nodes of the graph it covers
   * @param origin the layers these come from, joined by commas; empty if nowhere in particular
   * @param flops operations on floating numbers, a multiplication and an addition being two; 0 if
   *     there are none or it is not known
   * @param bytes what it has to read and write, each value once; 0 if it is not known
   */
  public record Kernel(
      String name, String implementation, int nodes, String origin, long flops, long bytes) {
    /** A kernel of which nothing is known but this. */
    public Kernel(String name, String implementation, int nodes) {
      this(name, implementation, nodes, "", 0, 0);
    }
  }
}
