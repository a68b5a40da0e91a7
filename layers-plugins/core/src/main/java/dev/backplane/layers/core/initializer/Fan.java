package dev.backplane.layers.core.initializer;

import dev.backplane.tensor.Shape;

/**
 * How many inputs a unit sums over, and how many outputs an input goes to. Of a kernel the last
 * axis is output, the one before input, and those in front are the receptive field.
 *
 * @param in inputs per output
 * @param out outputs per input
 */
record Fan(double in, double out) {
  static Fan of(Shape shape) {
    return switch (shape.rank()) {
      case 0 -> new Fan(1, 1);
      case 1 -> new Fan(shape.last(), shape.last());
      default -> {
        double field = 1;
        for (int i = 0; i < shape.rank() - 2; i++) {
          field *= shape.dimension(i);
        }
        yield new Fan(
            Math.max(1, field * shape.dimension(-2)), Math.max(1, field * shape.dimension(-1)));
      }
    };
  }
}
