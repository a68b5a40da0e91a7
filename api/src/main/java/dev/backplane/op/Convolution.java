package dev.backplane.op;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * General convolution (cross-correlation, as everywhere in the field): operands (input, kernel).
 * Any number of spatial axes and any order of axes; feature groups give grouped and depthwise
 * convolution, batch groups their kernel gradient, dilations transposed convolution and gradients.
 * (StableHLO convolution.)
 *
 * <ul>
 *   <li>C1: both operands have one numeric dtype and the rank of 2 + number of windows.
 *   <li>C2: each {@link Layout} is a permutation of the axes.
 *   <li>C3: the windows' sizes are the kernel's spatial dimensions.
 *   <li>C4: input features = kernel input features · feature groups.
 *   <li>C5: feature groups and batch groups divide the kernel's output features, batch groups the
 *       batch; one of them is 1.
 *   <li>C6: result dtype and precision as in Dot.
 * </ul>
 *
 * @param windows one per spatial axis
 * @param input which of the input's axes are batch, feature and spatial
 * @param kernel which of the kernel's axes are output feature (as batch), input feature, spatial
 * @param output which of the result's axes are batch, feature and spatial
 * @param featureGroups the number of groups of features
 * @param batchGroups the number of groups of the batch
 * @param result the dtype of the result
 * @param precision how exactly it multiplies
 */
public record Convolution(
    List<Window> windows,
    Layout input,
    Layout kernel,
    Layout output,
    int featureGroups,
    int batchGroups,
    DType result,
    Precision precision)
    implements Primitive {
  /**
   * The role of each axis.
   *
   * @param batch the batch axis; in a kernel the axis of output features
   * @param feature the feature axis; in a kernel the axis of input features
   * @param spatial the spatial axes, in the order of the windows
   */
  public record Layout(int batch, int feature, List<Integer> spatial) {
    /** Copies the spatial axes. */
    public Layout {
      spatial = List.copyOf(spatial);
    }

    /** Batch, spatial …, feature: {@code nhwc}. */
    public static Layout channelsLast(int spatial) {
      return new Layout(
          0, spatial + 1, java.util.stream.IntStream.rangeClosed(1, spatial).boxed().toList());
    }

    /** Batch, feature, spatial …: {@code nchw}, and {@code oihw} of a kernel. */
    public static Layout channelsFirst(int spatial) {
      return new Layout(0, 1, java.util.stream.IntStream.range(2, spatial + 2).boxed().toList());
    }

    /** Spatial …, input feature, output feature: {@code hwio} of a kernel. */
    public static Layout kernelLast(int spatial) {
      return new Layout(
          spatial + 1, spatial, java.util.stream.IntStream.range(0, spatial).boxed().toList());
    }

    List<Integer> axes() {
      var axes = new ArrayList<Integer>(List.of(batch, feature));
      axes.addAll(spatial);
      return axes;
    }
  }

  /** Copies the windows. */
  public Convolution {
    windows = List.copyOf(windows);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 2);
    var x = operands.getFirst();
    var k = operands.get(1);
    int rank = windows.size() + 2;
    Check.that(
        x.dtype() == k.dtype()
            && x.dtype().isNumeric()
            && x.shape().rank() == rank
            && k.shape().rank() == rank,
        "Convolution C1",
        () ->
            "expected two operands of one numeric dtype and rank "
                + rank
                + ", found "
                + x
                + " * "
                + k);
    for (var layout : List.of(input, kernel, output)) {
      Check.axes("Convolution C2", layout.axes(), rank);
      Check.equal("Convolution C2", "number of axes of " + layout, rank, layout.axes().size());
    }
    for (int i = 0; i < windows.size(); i++) {
      Check.equal(
          "Convolution C3",
          "kernel size on spatial axis " + i,
          windows.get(i).size(),
          k.shape().dimension(kernel.spatial.get(i)));
    }
    groups(x, k);
    Dot.accumulates("Convolution C6", x.dtype(), result);
    Check.that(
        precision == Precision.FULL || x.dtype() == DType.F32,
        "Convolution C6",
        () -> "precision BF16 needs f32 operands, found " + x.dtype());
    var dimensions = new Integer[rank];
    dimensions[output.batch] = x.shape().dimension(input.batch) / batchGroups;
    dimensions[output.feature] = k.shape().dimension(kernel.batch);
    for (int i = 0; i < windows.size(); i++) {
      dimensions[output.spatial.get(i)] =
          windows.get(i).positions(x.shape().dimension(input.spatial.get(i)));
    }
    return List.of(new TensorType(result, new Shape(List.of(dimensions))));
  }

  private void groups(TensorType x, TensorType k) {
    int features = x.shape().dimension(input.feature);
    int kernelIn = k.shape().dimension(kernel.feature);
    int kernelOut = k.shape().dimension(kernel.batch);
    Check.that(
        featureGroups >= 1 && batchGroups >= 1 && (featureGroups == 1 || batchGroups == 1),
        "Convolution C5",
        () -> "feature groups " + featureGroups + ", batch groups " + batchGroups);
    Check.that(
        features == kernelIn * featureGroups,
        "Convolution C4",
        () ->
            "the input has "
                + features
                + " features, the kernel takes "
                + kernelIn
                + " in "
                + featureGroups
                + " groups");
    Check.that(
        kernelOut % featureGroups == 0
            && kernelOut % batchGroups == 0
            && x.shape().dimension(input.batch) % batchGroups == 0,
        "Convolution C5",
        () -> "groups do not divide output features " + kernelOut + " or the batch of " + x);
  }
}
