package dev.backplane.layers.convolution;

import dev.backplane.nn.Forward;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import java.util.Optional;

/** The mask of a sequence, for layers behind which there are no steps any more. */
final class Steps {
  private Steps() {}

  /**
   * Which steps of x [batch, steps, channels] are real, bool [batch, steps, 1], where there is a
   * mask; takes the mask away.
   *
   * @throws ShapeException C4 if the mask is no such one
   */
  static Optional<Tensor> real(String layer, Forward forward, Tensor x) {
    var mask = forward.mask();
    forward.mask(Optional.empty());
    return mask.map(
        steps -> {
          var expected = TensorType.of(DType.BOOL, x.shape().dimension(0), x.shape().dimension(1));
          if (x.shape().rank() != 3 || !steps.type().equals(expected)) {
            throw new ShapeException(
                layer
                    + " C4: a mask "
                    + steps.type()
                    + " needs an input [batch, steps, channels] of its steps, found "
                    + x.type());
          }
          return Ops.expand(steps, 2);
        });
  }
}
