package dev.backplane.layers.convolution;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.op.Pad;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;
import java.util.List;

/**
 * Zeros around a picture, alike on both sides, which {@link Padding#SAME} is not where a stride
 * leaves an odd rest: [batch, height, width, channels] → [batch, height + 2 · rows, width + 2 ·
 * columns, channels].
 *
 * <ul>
 *   <li>C1: the input has rank 4.
 * </ul>
 *
 * @param rows above and below
 * @param columns left and right
 */
public record ZeroPadding2d(int rows, int columns) implements UnaryLayer {
  private static final String NAME = "ZeroPadding2d";

  /** Checks the numbers. */
  public ZeroPadding2d {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException(
          NAME + ": expected 0 or more rows and columns, found " + rows + " and " + columns);
    }
  }

  /** As many on all sides. */
  public ZeroPadding2d(int all) {
    this(all, all);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    Sliding.requireInput(NAME, x, 2);
    var sides = List.of(0, rows, columns, 0);
    return x.apply(new Pad(sides, sides, List.of(0, 0, 0, 0)), Ops.like(x, 0));
  }
}
