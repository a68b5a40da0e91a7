package dev.backplane.layers.attention;

import dev.backplane.op.Attributes;
import dev.backplane.op.OpDefinition;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The ops {@code layer_norm} and {@code rms_norm}: x [..., units] with scale [units] and, where it
 * is centered, bias [units] → x's type. Attribute: epsilon. Computed in f32.
 *
 * <p>The gradient keeps, beside the operands, a mean (centered only) and the inverse deviation of
 * each row: with n the normalized row and h = g · scale, the gradient of x is the inverse deviation
 * times h - mean(h) - n · mean(h · n), the mean of h only where it is centered.
 *
 * @param centered whether the mean is taken away: layer norm; else it is RMS norm
 * @param epsilon added to the mean square
 */
record Normalization(boolean centered, double epsilon) implements OpDefinition {
  /** Constraint C1 of both layers. */
  static void require(String layer, Tensor x) {
    if (x.shape().rank() == 0 || !x.dtype().isFloating()) {
      throw new ShapeException(layer + " C1: expected floating [..., units], found " + x.type());
    }
  }

  @Override
  public String name() {
    return centered ? "layer_norm" : "rms_norm";
  }

  @Override
  public Attributes attributes() {
    return Attributes.none().with("epsilon", epsilon);
  }

  @Override
  public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
    return List.of(forward(operands).getFirst());
  }

  /** The result, the mean where it is centered, the inverse deviation. */
  private List<Tensor> forward(List<Tensor> operands) {
    var x = operands.getFirst();
    var wide = x.cast(DType.F32);
    var given = new ArrayList<Tensor>();
    if (centered) {
      var mean = wide.mean(-1);
      given.add(mean);
      wide = wide.sub(Ops.expand(mean, -1));
    }
    var inverse = wide.square().mean(-1).add(epsilon).apply(new Unary(Unary.Kind.RSQRT));
    given.add(inverse);
    var y = wide.mul(Ops.expand(inverse, -1)).mul(operands.get(1));
    given.addFirst((centered ? y.add(operands.get(2)) : y).cast(x.dtype()));
    return given;
  }

  private List<Tensor> backward(List<Tensor> operands, List<Tensor> residuals, Tensor cotangent) {
    var x = operands.getFirst();
    var wide = x.cast(DType.F32);
    var g = cotangent.cast(DType.F32);
    var inverse = Ops.expand(residuals.getLast(), -1);
    var normalized =
        (centered ? wide.sub(Ops.expand(residuals.getFirst(), -1)) : wide).mul(inverse);
    var h = g.mul(operands.get(1));
    var rest = h.sub(normalized.mul(Ops.expand(h.mul(normalized).mean(-1), -1)));
    if (centered) {
      rest = rest.sub(Ops.expand(h.mean(-1), -1));
    }
    var given = new ArrayList<Tensor>();
    given.add(rest.mul(inverse).cast(x.dtype()));
    given.add(overRows(g.mul(normalized)));
    if (centered) {
      given.add(overRows(g));
    }
    return given;
  }

  private static Tensor overRows(Tensor x) {
    var axes = IntStream.range(0, x.shape().rank() - 1).toArray();
    return axes.length == 0 ? x : x.sum(axes);
  }

  @Override
  public Optional<OwnGradient> gradient() {
    return Optional.of(
        new OwnGradient() {
          @Override
          public List<Tensor> forward(Scope scope, List<Tensor> operands) {
            return Normalization.this.forward(operands);
          }

          @Override
          public List<Tensor> backward(
              Scope scope,
              List<Tensor> operands,
              List<Tensor> results,
              List<Tensor> residuals,
              List<Tensor> cotangents) {
            return Normalization.this.backward(operands, residuals, cotangents.getFirst());
          }
        });
  }
}
