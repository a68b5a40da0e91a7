package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.convolution.Geometry;
import dev.backplane.backend.cpu.internal.NativeConvolution.Form;
import dev.backplane.graph.Value;
import dev.backplane.op.Convolution;
import dev.backplane.tensor.DType;

/**
 * What of a convolution each part computes: some of the images for all output features, or, where
 * the kernel is larger than what it runs over or there are fewer images than parts, some of the
 * output features for all images. Then each part reads, checks and moves its own share of the
 * kernel only.
 *
 * @param division of the images or the output features
 * @param outputs whether of the output features
 * @param geometry of the whole
 */
record Share(Division division, boolean outputs, Geometry geometry) {
  /** Fewer output features than a vector holds are not worth a part. */
  private static final int FEWEST_OUTPUTS = 16;

  /** By images. */
  static Share ofImages(Convolutions.Request request, int parts) {
    var geometry = request.geometry();
    return new Share(Division.of(geometry.batch(), parts), false, geometry);
  }

  /** How one that oneDNN does in some form is divided. */
  static Share of(Convolutions.Request request, Form form, int parts) {
    var geometry = request.geometry();
    boolean outputs =
        request.dtype() == DType.F32
            && geometry.groups() == 1
            && geometry.outputs() >= (long) FEWEST_OUTPUTS * parts
            && (form.source().extents()[0] < parts || kernelIsLarger(request, form));
    return outputs
        ? new Share(Division.of(geometry.outputs(), parts), true, geometry)
        : ofImages(request, parts);
  }

  /** Of the forward convolution: its gradient has the kernel as its result. */
  private static boolean kernelIsLarger(Convolutions.Request request, Form form) {
    long x = request.x().shape().size();
    long kernel = request.kernel().shape().size();
    long result = request.result().type().shape().size();
    return switch (form.direction()) {
      case FORWARD, DATA -> kernel > x + result;
      case WEIGHTS -> result > x + kernel;
    };
  }

  int parts() {
    return division.parts();
  }

  /** A part as a convolution of its own. */
  Geometry geometry(int part) {
    return outputs ? geometry.withOutputs(division.count(part)) : geometry;
  }

  /** Elements of the input before those that a part reads. */
  long input(int part) {
    return outputs ? 0 : division.from(part) * geometry.input().batch();
  }

  /** Elements of the kernel before those that a part reads. */
  long kernel(int part) {
    return outputs ? division.from(part) * geometry.kernel().batch() : 0;
  }

  /** Elements of the bias before those that a part reads. */
  long bias(int part) {
    return outputs ? division.from(part) : 0;
  }

  /** Elements of the result before those that a part writes. */
  long output(int part) {
    return division.from(part)
        * (outputs ? geometry.output().feature() : geometry.output().batch());
  }

  /** The first of the rows that a part computes, counted as {@link #geometry(int)} has them. */
  long firstRow(int part) {
    return outputs ? 0 : division.from(part) * rowsOfAnImage();
  }

  /** The row behind the last one. */
  long endRow(int part) {
    return outputs ? geometry.rows() : division.to(part) * rowsOfAnImage();
  }

  private long rowsOfAnImage() {
    return geometry.batch() == 0 ? 0 : geometry.rows() / geometry.batch();
  }

  /** The bytes of the input that a part reads. */
  Span read(Convolution op, Value input, int part) {
    return outputs || op.batchGroups() > 1
        ? Span.all(input)
        : Convolutions.span(input, op.input().batch(), division, part);
  }

  /** The bytes of the kernel that a part reads. */
  Span readKernel(Convolution op, Value kernel, int part) {
    return outputs
        ? Convolutions.span(kernel, op.kernel().batch(), division, part)
        : Span.all(kernel);
  }

  /** The bytes of the result that a part writes. */
  Span written(Convolution op, Value result, int part) {
    int axis = outputs ? op.output().feature() : op.output().batch();
    return Convolutions.span(result, axis, division, part);
  }
}
