package dev.backplane.backend.cpu.convolution;

import dev.backplane.op.Convolution;
import dev.backplane.op.Convolution.Layout;
import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import java.util.List;

/**
 * A convolution without its order of axes: sizes, and where elements lie. Feature and batch groups
 * are one thing: each group reads another part of the input with another part of the kernel.
 *
 * @param batch images of the result
 * @param groups how many
 * @param channels input features of a group
 * @param outputs output features of a group
 * @param windows one per spatial axis
 * @param inputs spatial extents of the input
 * @param positions spatial extents of the result
 * @param input where the input's elements lie
 * @param kernel where the kernel's elements lie; its batch is the output feature
 * @param output where the result's elements lie
 */
public record Geometry(
    long batch,
    int groups,
    long channels,
    long outputs,
    List<Window> windows,
    List<Integer> inputs,
    List<Integer> positions,
    Strides input,
    Strides kernel,
    Strides output) {
  /** Element strides of an operand. */
  public record Strides(long batch, long feature, long group, List<Long> spatial) {
    private static Strides of(Layout layout, Shape shape, long groupBatch, long groupFeature) {
      var strides = shape.strides();
      long batch = strides[layout.batch()];
      long feature = strides[layout.feature()];
      return new Strides(
          batch,
          feature,
          groupBatch * batch + groupFeature * feature,
          layout.spatial().stream().map(axis -> strides[axis]).toList());
    }
  }

  /** The geometry of an op on operands of these shapes. */
  public static Geometry of(Convolution op, Shape x, Shape k, Shape y) {
    int groups = Math.max(op.featureGroups(), op.batchGroups());
    long batch = y.dimension(op.output().batch());
    long channels = k.dimension(op.kernel().feature());
    long outputs = k.dimension(op.kernel().batch()) / groups;
    return new Geometry(
        batch,
        groups,
        channels,
        outputs,
        op.windows(),
        op.input().spatial().stream().map(x::dimension).toList(),
        op.output().spatial().stream().map(y::dimension).toList(),
        op.batchGroups() > 1
            ? Strides.of(op.input(), x, batch, 0)
            : Strides.of(op.input(), x, 0, channels),
        Strides.of(op.kernel(), k, outputs, 0),
        Strides.of(op.output(), y, 0, outputs));
  }

  /** The same of fewer output features, which lie where those of all do. */
  public Geometry withOutputs(long count) {
    return new Geometry(
        batch, groups, channels, count, windows, inputs, positions, input, kernel, output);
  }

  /** Elements of the window. */
  public long taps() {
    return windows.stream().mapToLong(Window::size).reduce(1, Math::multiplyExact);
  }

  /** Rows of the result: an image and a position, for all output features. */
  public long rows() {
    return positions.stream().mapToLong(Integer::longValue).reduce(batch, Math::multiplyExact);
  }

  /** Terms of a sum. */
  public long terms() {
    return Math.multiplyExact(taps(), channels);
  }

  /** Multiplications and additions. */
  public double operations() {
    return 2.0 * rows() * outputs * groups * terms();
  }

  /** Whether there is nothing to multiply. */
  public boolean isEmpty() {
    return rows() == 0 || outputs == 0 || terms() == 0 || inputs.contains(0);
  }

  /** Whether a window may reach what is no element of the input. */
  public boolean padded() {
    return windows.stream().anyMatch(w -> w.low() > 0 || w.high() > 0 || w.baseDilation() > 1);
  }
}
