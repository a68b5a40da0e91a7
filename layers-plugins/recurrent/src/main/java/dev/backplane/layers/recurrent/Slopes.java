package dev.backplane.layers.recurrent;

import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/** Derivatives of the gates' functions by what the functions gave. */
final class Slopes {
  private Slopes() {}

  /** y · (1 - y). */
  static Tensor ofLogistic(Tensor y) {
    return y.mul(Ops.like(y, 1).sub(y));
  }

  /** 1 - y². */
  static Tensor ofTanh(Tensor y) {
    return Ops.like(y, 1).sub(y.square());
  }
}
