package dev.backplane.op;

import dev.backplane.graph.Graph;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * A loop of known length over a closed body. Operands: carries, then scanned operands [length, …],
 * then invariants. The body takes carries, one slice […] of each scanned operand, invariants; it
 * gives the new carries, then the slices of stacked results. Results: the last carries, then the
 * stacked results [length, …].
 *
 * <ul>
 *   <li>C1: carries and scanned are not negative and within the operands; length ≥ 0.
 *   <li>C2: scanned operands have the length as their first dimension.
 *   <li>C3: the body's inputs have the types of carries, slices and invariants.
 *   <li>C4: the body's first outputs have the types of the carries.
 * </ul>
 *
 * @param body one iteration
 * @param length the number of iterations
 * @param carries how many operands are carried
 * @param scanned how many operands are scanned
 * @param reverse from the last slice to the first; stacked results keep the place of their slice
 */
public record Scan(Graph body, int length, int carries, int scanned, boolean reverse)
    implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.that(
        carries >= 0 && scanned >= 0 && length >= 0 && carries + scanned <= operands.size(),
        "Scan C1",
        () ->
            carries
                + " carries, "
                + scanned
                + " scanned, length "
                + length
                + " of "
                + operands.size()
                + " operands");
    var inputs = new ArrayList<>(operands);
    for (int i = carries; i < carries + scanned; i++) {
      var operand = operands.get(i);
      Check.that(
          operand.shape().rank() > 0 && operand.shape().dimension(0) == length,
          "Scan C2",
          () -> "scanned operand " + operand + " does not have " + length + " slices");
      inputs.set(i, operand.withShape(operand.shape().without(List.of(0))));
    }
    Check.equal("Scan C3", "inputs of the body", inputs, body.inputTypes());
    var outputs = body.outputTypes();
    Check.that(
        outputs.size() >= carries
            && outputs.subList(0, carries).equals(operands.subList(0, carries)),
        "Scan C4",
        () -> "the body carries " + operands.subList(0, carries) + " but gives " + outputs);
    var results = new ArrayList<>(outputs);
    for (int i = carries; i < results.size(); i++) {
      results.set(i, results.get(i).withShape(results.get(i).shape().prepend(length)));
    }
    return List.copyOf(results);
  }
}
