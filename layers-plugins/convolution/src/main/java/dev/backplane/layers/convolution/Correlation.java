package dev.backplane.layers.convolution;

import dev.backplane.layers.core.initializer.Zeros;
import dev.backplane.layers.core.regularizer.Regularizer;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.op.Convolution;
import dev.backplane.op.Convolution.Layout;
import dev.backplane.op.Precision;
import dev.backplane.op.Reverse;
import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What the convolution layers have in common: kernel, op, bias, activation. */
final class Correlation {
  private Correlation() {}

  static int atLeastOne(String layer, String component, int number) {
    if (number < 1) {
      throw new IllegalArgumentException(
          layer + " " + component + ": expected 1 or more, found " + number);
    }
    return number;
  }

  /**
   * So many groups, each of as many filters.
   *
   * @throws IllegalArgumentException naming layer and component
   */
  static void checkGroups(String layer, int groups, int filters) {
    atLeastOne(layer, "groups", groups);
    if (filters % groups != 0) {
      throw new IllegalArgumentException(
          layer + " groups: expected a divisor of " + filters + " filters, found " + groups);
    }
  }

  /**
   * The channels that one filter of x [batch, spatial …, channels] sees.
   *
   * @throws ShapeException C3 if the groups do not divide the channels
   */
  static int channelsOfGroup(String layer, Tensor x, int groups) {
    int channels = x.shape().last();
    if (channels % groups != 0) {
      throw new ShapeException(
          layer + " C3: expected channels that " + groups + " groups divide, found " + x.type());
    }
    return channels / groups;
  }

  /** The parameter {@code kernel} [spatial …, in, out], its penalty added. */
  static Tensor kernel(
      Forward forward, Shape size, int in, int out, Initializer first, Regularizer regularizer) {
    var kernel = forward.parameter("kernel", size.append(in).append(out), first);
    regularizer.penalty(kernel).ifPresent(forward::penalty);
    return kernel;
  }

  /** x [batch, spatial …, in] with kernel [spatial …, in / groups, out]. */
  static Tensor of(Tensor x, Tensor kernel, List<Window> windows, int groups) {
    int spatial = windows.size();
    return x.apply(
        new Convolution(
            windows,
            Layout.channelsLast(spatial),
            Layout.kernelLast(spatial),
            Layout.channelsLast(spatial),
            groups,
            1,
            x.dtype(),
            Precision.FULL),
        kernel);
  }

  /**
   * The way back of a convolution: x [batch, spatial …, in], drawn apart by the stride, with kernel
   * [spatial …, in, out].
   */
  static Tensor back(Tensor x, Tensor kernel, Shape size, Shape stride, Padding padding) {
    var windows = new ArrayList<Window>();
    var axes = new ArrayList<Integer>();
    for (int i = 0; i < size.rank(); i++) {
      windows.add(padding.back(size.dimension(i), stride.dimension(i)));
      axes.add(i);
    }
    // What each input element adds, seen from an output element, is the kernel the other way round.
    return of(x, kernel.apply(new Reverse(axes)), windows, 1);
  }

  /** activation(y + the parameter {@code bias} [channels]), the bias where there is to be one. */
  static Tensor finish(Forward forward, Tensor y, boolean bias, Activation activation) {
    var sum = bias ? y.add(forward.parameter("bias", Shape.of(y.shape().last()), new Zeros())) : y;
    return activation.apply(sum);
  }
}
