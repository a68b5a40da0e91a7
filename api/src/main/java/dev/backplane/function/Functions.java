package dev.backplane.function;

import dev.backplane.op.OpDefinition;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Functions of functions. They work wherever their arguments live: while tracing and eagerly. */
public final class Functions {
  private Functions() {}

  /**
   * A scalar function's value and gradient at one point, in this order. The function may use other
   * tensors of the same scope; with respect to them nothing is differentiated.
   */
  public static Tensors valueAndGradient(UnaryOperator<Tensor> function, Tensor at) {
    var both = valueAndGradient(arguments -> function.apply(arguments.only()), Tensors.of(at));
    return Tensors.of(both.value(), both.gradient().only());
  }

  /** A scalar function's value and its gradient with respect to each argument. */
  public static Scope.ValueAndGradient valueAndGradient(
      Function<Tensors, Tensor> function, Tensors at) {
    return at.get(0).scope().valueAndGradient(function, at);
  }

  /** The same value, through which no gradient flows. */
  public static Tensor stopGradient(Tensor x) {
    return x.scope().apply(new StopGradient(), List.of(x)).getFirst();
  }

  /** Identity with a gradient of zero. */
  private record StopGradient() implements OpDefinition {
    @Override
    public String name() {
      return "stop_gradient";
    }

    @Override
    public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
      return operands;
    }

    @Override
    public Optional<OwnGradient> gradient() {
      return Optional.of(
          new OwnGradient() {
            @Override
            public List<Tensor> forward(Scope scope, List<Tensor> operands) {
              return operands;
            }

            @Override
            public List<Tensor> backward(
                Scope scope,
                List<Tensor> operands,
                List<Tensor> results,
                List<Tensor> residuals,
                List<Tensor> cotangents) {
              var zeros = new ArrayList<Tensor>();
              for (var operand : operands) {
                if (operand.dtype().isFloating()) {
                  zeros.add(Ops.fill(scope, operand.type(), 0));
                }
              }
              return zeros;
            }
          });
    }
  }
}
