package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.op.Compare;
import dev.backplane.op.OpDefinition;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * max(x, 0), the op {@code relu}; NaN stays NaN. The gradient at 0 is 0, as everywhere in the
 * field.
 */
public record Relu() implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    return x.scope().apply(new Definition(), List.of(x)).getFirst();
  }

  /** The op; its gradient needs only the output, so the input need not be kept. */
  private record Definition() implements OpDefinition {
    @Override
    public String name() {
      return "relu";
    }

    @Override
    public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
      var x = operands.getFirst();
      return List.of(x.maximum(Ops.like(x, 0)));
    }

    @Override
    public Optional<OwnGradient> gradient() {
      return Optional.of(
          new OwnGradient() {
            @Override
            public List<Tensor> forward(Scope scope, List<Tensor> operands) {
              return decompose(scope, operands);
            }

            @Override
            public List<Tensor> backward(
                Scope scope,
                List<Tensor> operands,
                List<Tensor> results,
                List<Tensor> residuals,
                List<Tensor> cotangents) {
              var y = results.getFirst();
              var zero = Ops.like(y, 0);
              return List.of(
                  Ops.where(y.compare(Compare.Direction.GT, zero), cotangents.getFirst(), zero));
            }
          });
    }
  }
}
