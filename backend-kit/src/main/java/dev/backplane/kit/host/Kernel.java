package dev.backplane.kit.host;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Computes one node of a program, any number of times. */
@FunctionalInterface
@ConsumerType
public interface Kernel {
  /**
   * Computes the results.
   *
   * @param operands the values, dense and row-major; not to be written
   * @param results where the results go, dense and row-major, every element; they overlap no
   *     operand and hold anything before
   */
  void run(List<MemorySegment> operands, List<MemorySegment> results);
}
