package dev.backplane.tensor;

import dev.backplane.op.Constant;
import dev.backplane.op.Op;
import dev.backplane.op.OpDefinition;
import java.util.List;
import java.util.function.Function;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Where ops become values: a graph that is being traced, or a device that computes at once. Eager
 * temporaries belong to their scope and go with it; closing is idempotent, and a closed scope or
 * its tensors used again throw {@link IllegalStateException}. A scope serves one thread at a time.
 */
@ProviderType
public interface Scope extends AutoCloseable {
  /**
   * Applies an op of the closed world.
   *
   * @throws ShapeException if the operands do not fit; names the layer where there is one
   * @throws IllegalArgumentException if an operand belongs to another scope
   */
  List<Tensor> apply(Op op, List<Tensor> operands);

  /** Applies a plugin's op: traces its decomposition (and gradient) and applies the composite. */
  List<Tensor> apply(OpDefinition definition, List<Tensor> operands);

  /** A known value. */
  default Tensor constant(Literal value) {
    return apply(new Constant(value), List.of()).getFirst();
  }

  /**
   * Traces a function into a closed sub-graph, for the body of a loop or branch.
   *
   * @param inputs the types of its arguments
   * @param function must use nothing but its arguments and constants made in their scope
   */
  dev.backplane.graph.Graph trace(List<TensorType> inputs, Function<Tensors, Tensors> function);

  /**
   * The value of a scalar function and its gradient with respect to each argument of floating
   * dtype.
   *
   * @param function gives one floating scalar
   * @param at the point
   */
  ValueAndGradient valueAndGradient(Function<Tensors, Tensor> function, Tensors at);

  @Override
  void close();

  /**
   * A value with its gradient.
   *
   * @param value the scalar value
   * @param gradient one tensor for each argument, of the argument's type; zeros for arguments that
   *     are not floating
   */
  record ValueAndGradient(Tensor value, Tensors gradient) {}
}
