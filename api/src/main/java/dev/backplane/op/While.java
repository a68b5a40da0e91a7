package dev.backplane.op;

import dev.backplane.graph.Graph;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * A loop of unknown length. Operands: carries, then invariants; condition and body take both.
 * Results: the last carries. It has no gradient: use {@link Scan}.
 *
 * <ul>
 *   <li>C1: carries are not negative and within the operands.
 *   <li>C2: condition and body take the operands' types.
 *   <li>C3: the condition gives one bool scalar.
 *   <li>C4: the body gives the carries' types.
 * </ul>
 *
 * @param condition whether to run the body once more
 * @param body one iteration
 * @param carries how many operands are carried
 */
public record While(Graph condition, Graph body, int carries) implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.that(
        carries >= 0 && carries <= operands.size(),
        "While C1",
        () -> carries + " carries of " + operands.size() + " operands");
    Check.equal("While C2", "inputs of the condition", operands, condition.inputTypes());
    Check.equal("While C2", "inputs of the body", operands, body.inputTypes());
    Check.equal(
        "While C3",
        "outputs of the condition",
        List.of(TensorType.of(DType.BOOL)),
        condition.outputTypes());
    Check.equal(
        "While C4", "outputs of the body", operands.subList(0, carries), body.outputTypes());
    return List.copyOf(operands.subList(0, carries));
  }
}
