package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * The operands, unchanged; no pass moves or merges anything across it. Recomputation stands behind
 * one.
 */
public record OptimizationBarrier() implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.atLeast(name(), operands, 1);
    return List.copyOf(operands);
  }
}
