package dev.backplane.op;

import dev.backplane.graph.Graph;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * An op made of others, plain data all through: whoever receives a program needs no plugin class. A
 * backend may claim it by name, version and attributes; where none does it is decomposed.
 *
 * <ul>
 *   <li>C1: the operands have the types of the decomposition's inputs.
 * </ul>
 *
 * @param name the stable name, such as {@code softmax} or {@code acme.swish}
 * @param version the version of its meaning
 * @param attributes plain data that tells variants of one name apart
 * @param decomposition the same in other ops
 * @param gradient its own gradient; derived from the decomposition where there is none
 */
public record Composite(
    String name,
    int version,
    Attributes attributes,
    Graph decomposition,
    Optional<CompositeGradient> gradient)
    implements Op {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.equal(name + " C1", "operands", decomposition.inputTypes(), operands);
    return decomposition.outputTypes();
  }
}
