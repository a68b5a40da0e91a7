package dev.backplane.tck;

import dev.backplane.op.Convolution;
import dev.backplane.op.Convolution.Layout;
import dev.backplane.op.Dot;
import dev.backplane.op.Precision;
import dev.backplane.op.Window;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Dot, Convolution. */
final class ContractionCases {
  private ContractionCases() {}

  static List<Family> all() {
    var families = new ArrayList<Family>();
    for (var dtype : DType.values()) {
      if (!dtype.isNumeric()) {
        continue;
      }
      for (var result : results(dtype)) {
        for (var precision :
            dtype == DType.F32 ? Precision.values() : new Precision[] {Precision.FULL}) {
          var variant = "to_" + result + "_" + precision;
          families.add(
              new Family(
                  Dot.class,
                  variant,
                  dtype,
                  50,
                  (draw, i) -> dot(draw, i, dtype, result, precision)));
          families.add(
              new Family(
                  Convolution.class,
                  variant,
                  dtype,
                  50,
                  (draw, i) -> convolution(draw, i, dtype, result, precision)));
        }
      }
    }
    return families;
  }

  private static List<DType> results(DType dtype) {
    return switch (dtype) {
      case F16, BF16 -> List.of(dtype, DType.F32);
      case I8, U8 -> List.of(dtype, DType.I32);
      case F64, F32, I64, I32, U32 -> List.of(dtype);
      case BOOL -> List.of();
    };
  }

  /** Moderate values, spiced now and then; integers of the whole range, which wraps. */
  private static Literal values(Draw draw, TensorType type, int index) {
    if (type.dtype().isInteger()) {
      return draw.any(type, index);
    }
    return index % 4 == 3 ? draw.spiced(type) : draw.ordinary(type);
  }

  private static Case dot(Draw draw, int index, DType dtype, DType result, Precision precision) {
    return switch (index) {
      case 0 -> matmul(draw, index, dtype, result, precision, 1, 1, 1);
      case 1 -> matmul(draw, index, dtype, result, precision, 3, 0, 2);
      case 2 -> matmul(draw, index, dtype, result, precision, 0, 3, 2);
      case 3 -> matmul(draw, index, dtype, result, precision, 17, 129, 33);
      case 4 -> matmul(draw, index, dtype, result, precision, 64, 32, 10);
      case 5 -> matmul(draw, index, dtype, result, precision, 1, 300, 7);
      default -> general(draw, index, dtype, result, precision);
    };
  }

  private static Case matmul(
      Draw draw, int index, DType dtype, DType result, Precision precision, int m, int k, int n) {
    return Case.of(
        new Dot(List.of(), List.of(), List.of(1), List.of(0), result, precision),
        values(draw, TensorType.of(dtype, m, k), index),
        values(draw, TensorType.of(dtype, k, n), index));
  }

  private static Case general(
      Draw draw, int index, DType dtype, DType result, Precision precision) {
    var batch = draw.shape(draw.between(0, 2), 4);
    var contract = draw.shape(draw.between(0, 2), 6);
    var left = new Side(draw, batch, contract, draw.shape(draw.between(0, 2), 5));
    var right = new Side(draw, batch, contract, draw.shape(draw.between(0, 2), 5));
    var op =
        new Dot(
            left.batchAxes,
            right.batchAxes,
            left.contractAxes,
            right.contractAxes,
            result,
            precision);
    return Case.of(
        op,
        values(draw, new TensorType(dtype, left.shape), index),
        values(draw, new TensorType(dtype, right.shape), index));
  }

  /** An operand whose batch, contracted and free axes lie in random order. */
  private static final class Side {
    private final List<Integer> batchAxes;
    private final List<Integer> contractAxes;
    private final Shape shape;

    Side(Draw draw, Shape batch, Shape contract, Shape free) {
      int rank = batch.rank() + contract.rank() + free.rank();
      var places = draw.permutation(rank);
      batchAxes = places.subList(0, batch.rank());
      contractAxes = places.subList(batch.rank(), batch.rank() + contract.rank());
      var all = new ArrayList<>(batch.dimensions());
      all.addAll(contract.dimensions());
      all.addAll(free.dimensions());
      var dimensions = new Integer[rank];
      for (int i = 0; i < rank; i++) {
        dimensions[places.get(i)] = all.get(i);
      }
      shape = new Shape(List.of(dimensions));
    }
  }

  private static Case convolution(
      Draw draw, int index, DType dtype, DType result, Precision precision) {
    return switch (index) {
      // Channels that fill a vector and some; same size, half size, twice the size.
      case 1 -> picture(draw, index, dtype, result, precision, Window.of(3, 1, 1, 1), 3, 32);
      case 2 -> picture(draw, index, dtype, result, precision, Window.of(3, 2, 0, 1), 16, 20);
      case 3 -> picture(draw, index, dtype, result, precision, new Window(3, 1, 1, 2, 2, 1), 17, 8);
      // The window is larger than the result: the gradient of a kernel.
      case 4 -> picture(draw, index, dtype, result, precision, Window.of(7, 1, 1, 1), 5, 33);
      case 5 -> picture(draw, index, dtype, result, precision, new Window(5, 1, 1, 0, 1, 2), 4, 16);
      default -> anyConvolution(draw, index, dtype, result, precision);
    };
  }

  /** Two square pictures, channels last. */
  private static Case picture(
      Draw draw,
      int index,
      DType dtype,
      DType result,
      Precision precision,
      Window window,
      int channels,
      int outputs) {
    var layout = Layout.channelsLast(2);
    var op =
        new Convolution(
            List.of(window, window), layout, Layout.kernelLast(2), layout, 1, 1, result, precision);
    var kernel = TensorType.of(dtype, window.size(), window.size(), channels, outputs);
    return Case.of(
        op,
        values(draw, TensorType.of(dtype, 2, 9, 9, channels), index),
        values(draw, kernel, index + 1));
  }

  private static Case anyConvolution(
      Draw draw, int index, DType dtype, DType result, Precision precision) {
    int spatial = index == 0 ? 0 : draw.between(1, index < 40 ? 2 : 3);
    var windows = new ArrayList<Window>();
    var image = new ArrayList<Integer>();
    for (int i = 0; i < spatial; i++) {
      boolean plain = draw.chance(0.5);
      windows.add(
          new Window(
              draw.between(1, 3),
              draw.between(1, 2),
              draw.between(-1, 2),
              draw.between(-1, 2),
              plain ? 1 : draw.between(1, 2),
              plain ? 1 : draw.between(1, 2)));
      image.add(draw.chance(0.03) ? 0 : draw.between(1, 7));
    }
    int featureGroups = draw.chance(0.25) ? draw.between(2, 3) : 1;
    int batchGroups = featureGroups == 1 && draw.chance(0.2) ? 2 : 1;
    int batch = draw.between(1, 3) * batchGroups;
    int channels = draw.between(1, 4);
    int outputs = draw.between(1, 4) * featureGroups * batchGroups;
    var input = layout(draw, spatial);
    var kernel = layout(draw, spatial);
    var op =
        new Convolution(
            windows,
            input,
            kernel,
            layout(draw, spatial),
            featureGroups,
            batchGroups,
            result,
            precision);
    var x = shape(input, batch, channels * featureGroups, image);
    var k = shape(kernel, outputs, channels, windows.stream().map(Window::size).toList());
    return Case.of(
        op,
        values(draw, new TensorType(dtype, x), index),
        values(draw, new TensorType(dtype, k), index + 2));
  }

  private static Layout layout(Draw draw, int spatial) {
    if (draw.chance(0.5)) {
      return draw.chance(0.5) ? Layout.channelsLast(spatial) : Layout.channelsFirst(spatial);
    }
    var axes = draw.permutation(spatial + 2);
    return new Layout(axes.get(0), axes.get(1), axes.subList(2, axes.size()));
  }

  private static Shape shape(Layout layout, int batch, int feature, List<Integer> spatial) {
    var dimensions = new Integer[spatial.size() + 2];
    dimensions[layout.batch()] = batch;
    dimensions[layout.feature()] = feature;
    for (int i = 0; i < spatial.size(); i++) {
      dimensions[layout.spatial().get(i)] = spatial.get(i);
    }
    return new Shape(List.of(dimensions));
  }
}
