package dev.backplane.function;

import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;

/** A function of tensors, to be traced: it must have no effect but its result. */
@FunctionalInterface
public interface Traceable {
  /** The results, built from the arguments. */
  Tensors apply(Tensors arguments);

  /** A function of one tensor. */
  @FunctionalInterface
  interface One {
    /** The results, built from the argument. */
    Tensors apply(Tensor x);
  }

  /** A function of two tensors. */
  @FunctionalInterface
  interface Two {
    /** The results, built from the arguments. */
    Tensors apply(Tensor x, Tensor y);
  }
}
