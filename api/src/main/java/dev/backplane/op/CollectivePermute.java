package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Sends the operand of one replica to another. A replica that receives nothing gets zeros.
 *
 * <ul>
 *   <li>C1: sources and targets pair up, each distinct and not negative.
 * </ul>
 *
 * @param sources the sending replicas
 * @param targets the receiving replicas, in the order of the sources
 */
public record CollectivePermute(List<Integer> sources, List<Integer> targets) implements Primitive {
  /** Checks C1. */
  public CollectivePermute {
    sources = List.copyOf(sources);
    targets = List.copyOf(targets);
    Check.equal("CollectivePermute C1", "number of targets", sources.size(), targets.size());
    Check.axes("CollectivePermute C1", sources, Integer.MAX_VALUE);
    Check.axes("CollectivePermute C1", targets, Integer.MAX_VALUE);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    return List.copyOf(operands);
  }
}
