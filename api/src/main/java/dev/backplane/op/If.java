package dev.backplane.op;

import dev.backplane.graph.Graph;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * One of two closed branches. Operands: a bool scalar, then the captures that both branches take.
 * Only the chosen branch runs.
 *
 * <ul>
 *   <li>C1: the first operand is a bool scalar.
 *   <li>C2: both branches take the captures' types.
 *   <li>C3: both branches give the same types.
 * </ul>
 *
 * @param then runs where the condition holds
 * @param otherwise runs where it does not
 */
public record If(Graph then, Graph otherwise) implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.atLeast(name(), operands, 1);
    Check.equal("If C1", "condition", TensorType.of(DType.BOOL), operands.getFirst());
    var captures = operands.subList(1, operands.size());
    Check.equal("If C2", "inputs of the first branch", captures, then.inputTypes());
    Check.equal("If C2", "inputs of the second branch", captures, otherwise.inputTypes());
    Check.equal(
        "If C3", "outputs of the second branch", then.outputTypes(), otherwise.outputTypes());
    return then.outputTypes();
  }
}
