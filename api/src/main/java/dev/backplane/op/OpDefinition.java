package dev.backplane.op;

import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * An op of a plugin: a record of its attributes that says how to compute it from other ops, so that
 * it runs on every backend the day it is written. At trace time it becomes a {@link Composite}.
 */
public interface OpDefinition {
  /** The stable name, beginning with the vendor: {@code acme.swish}. */
  String name();

  /** The version of its meaning. */
  default int version() {
    return 1;
  }

  /** What tells variants of one name apart; backends claim by it. */
  default Attributes attributes() {
    return Attributes.none();
  }

  /** Computes it from other ops; closes over nothing but the operands and constants. */
  List<Tensor> decompose(Scope scope, List<Tensor> operands);

  /** Its own gradient; without one the gradient is derived from the decomposition. */
  default Optional<OwnGradient> gradient() {
    return Optional.empty();
  }

  /** A gradient written by hand. */
  interface OwnGradient {
    /** The results and, behind them, the residuals that the backward pass needs. */
    List<Tensor> forward(Scope scope, List<Tensor> operands);

    /**
     * One cotangent for each operand of floating dtype.
     *
     * @param operands the operands of the forward pass
     * @param results its results
     * @param residuals what it left behind
     * @param cotangents the cotangents of the results
     */
    List<Tensor> backward(
        Scope scope,
        List<Tensor> operands,
        List<Tensor> results,
        List<Tensor> residuals,
        List<Tensor> cotangents);
  }
}
