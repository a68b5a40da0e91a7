package dev.backplane.integration.swap.plugin;

import dev.backplane.op.Attributes;
import dev.backplane.op.OpDefinition;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** x + slope · x², with a gradient of its own. */
record Bend(double slope) implements OpDefinition {
  @Override
  public String name() {
    return "acme.bend";
  }

  @Override
  public Attributes attributes() {
    return Attributes.none().with("slope", slope);
  }

  @Override
  public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
    var x = operands.getFirst();
    return List.of(x.add(x.mul(x).mul(slope)));
  }

  @Override
  public Optional<OwnGradient> gradient() {
    return Optional.of(
        new OwnGradient() {
          @Override
          public List<Tensor> forward(Scope scope, List<Tensor> operands) {
            var x = operands.getFirst();
            return List.of(x.add(x.mul(x).mul(slope)), x.mul(2 * slope));
          }

          @Override
          public List<Tensor> backward(
              Scope scope,
              List<Tensor> operands,
              List<Tensor> results,
              List<Tensor> residuals,
              List<Tensor> cotangents) {
            var cotangent = cotangents.getFirst();
            return List.of(cotangent.add(cotangent.mul(residuals.getFirst())));
          }
        });
  }
}
