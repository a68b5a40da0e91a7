package dev.backplane.backend.cpu.internal;

import static dev.backplane.backend.cpu.internal.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_data_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_weights_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Builds convolutions of f32, with a change of layout before and behind where they need one. */
final class Convolutions {
  private final dnnl_engine engine;
  private final dnnl_primitive_attr attributes;
  private final NativeConvolution.Form form;
  private final List<dnnl_memory_desc> described = new ArrayList<>();

  private Convolutions(
      dnnl_engine engine, dnnl_primitive_attr attributes, NativeConvolution.Form form) {
    this.engine = engine;
    this.attributes = attributes;
    this.form = form;
  }

  /**
   * Builds a convolution. Source and destination lie as the form says, or, where oneDNN has only a
   * reference implementation for that, are brought into the layout it prefers; the weights, which
   * are small, always are.
   */
  static Optional<NativeConvolution> build(
      dnnl_engine engine, dnnl_primitive_attr attributes, NativeConvolution.Form form) {
    var builder = new Convolutions(engine, attributes, form);
    try {
      for (int any = 0; any < 4; any++) {
        var found = builder.build((any & 1) != 0, (any & 2) != 0);
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    } finally {
      builder.described.forEach(
          each -> check("dnnl_memory_desc_destroy", dnnl_memory_desc_destroy(each)));
    }
  }

  private Optional<NativeConvolution> build(boolean anySource, boolean anyDestination) {
    var source = anySource ? any(form.source()) : given(form.source());
    var weights = any(form.weights());
    var destination = anyDestination ? any(form.destination()) : given(form.destination());
    return primitive(source, weights, destination).flatMap(this::withReorders);
  }

  private dnnl_memory_desc given(NativeConvolution.Operand operand) {
    var layout = new dnnl_memory_desc();
    check(
        "dnnl_memory_desc_create_with_strides",
        dnnl_memory_desc_create_with_strides(
            layout, operand.extents().length, operand.extents(), dnnl_f32, operand.strides()));
    described.add(layout);
    return layout;
  }

  private dnnl_memory_desc any(NativeConvolution.Operand operand) {
    var layout = new dnnl_memory_desc();
    check(
        "dnnl_memory_desc_create_with_tag",
        dnnl_memory_desc_create_with_tag(
            layout, operand.extents().length, operand.extents(), dnnl_f32, dnnl_format_tag_any));
    described.add(layout);
    return layout;
  }

  private @Nullable dnnl_memory_desc bias() {
    if (!form.bias()) {
      return null;
    }
    long outputs = form.destination().extents()[1];
    return given(new NativeConvolution.Operand(new long[] {outputs}, new long[] {1}));
  }

  private Optional<Primitive> primitive(
      dnnl_memory_desc source, dnnl_memory_desc weights, dnnl_memory_desc destination) {
    var bias = form.direction() == NativeConvolution.Direction.FORWARD ? bias() : null;
    var forward = new dnnl_primitive_desc();
    int status =
        dnnl_convolution_forward_primitive_desc_create(
            forward,
            engine,
            dnnl_forward_training,
            dnnl_convolution_direct,
            source,
            weights,
            bias,
            destination,
            form.strides(),
            form.dilations(),
            form.before(),
            form.behind(),
            attributes);
    if (status != dnnl_success) {
      return Optional.empty();
    }
    return switch (form.direction()) {
      case FORWARD ->
          form.bias()
              ? Primitive.of(
                  engine,
                  forward,
                  form.operations(),
                  DNNL_ARG_SRC,
                  DNNL_ARG_WEIGHTS,
                  DNNL_ARG_DST,
                  DNNL_ARG_BIAS)
              : Primitive.of(
                  engine, forward, form.operations(), DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST);
      case DATA, WEIGHTS -> backward(source, weights, destination, forward);
    };
  }

  private Optional<Primitive> backward(
      dnnl_memory_desc source,
      dnnl_memory_desc weights,
      dnnl_memory_desc destination,
      dnnl_primitive_desc forward) {
    var descriptor = new dnnl_primitive_desc();
    boolean data = form.direction() == NativeConvolution.Direction.DATA;
    int status;
    try {
      status =
          data
              ? dnnl_convolution_backward_data_primitive_desc_create(
                  descriptor,
                  engine,
                  dnnl_convolution_direct,
                  source,
                  weights,
                  destination,
                  form.strides(),
                  form.dilations(),
                  form.before(),
                  form.behind(),
                  forward,
                  attributes)
              : dnnl_convolution_backward_weights_primitive_desc_create(
                  descriptor,
                  engine,
                  dnnl_convolution_direct,
                  source,
                  weights,
                  null,
                  destination,
                  form.strides(),
                  form.dilations(),
                  form.before(),
                  form.behind(),
                  forward,
                  attributes);
    } finally {
      check("dnnl_primitive_desc_destroy", dnnl_primitive_desc_destroy(forward));
    }
    if (status != dnnl_success) {
      return Optional.empty();
    }
    return data
        ? Primitive.of(
            engine,
            descriptor,
            form.operations(),
            DNNL_ARG_DIFF_SRC,
            DNNL_ARG_WEIGHTS,
            DNNL_ARG_DIFF_DST)
        : Primitive.of(
            engine,
            descriptor,
            form.operations(),
            DNNL_ARG_SRC,
            DNNL_ARG_DIFF_WEIGHTS,
            DNNL_ARG_DIFF_DST);
  }

  private Optional<NativeConvolution> withReorders(Primitive main) {
    var built = new ArrayList<Primitive>(List.of(main));
    try {
      var data = form.direction() == NativeConvolution.Direction.DATA;
      var weights = form.direction() == NativeConvolution.Direction.WEIGHTS;
      var forward = form.direction() == NativeConvolution.Direction.FORWARD;
      var source = moved(main, data ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, form.source(), data, built);
      var kernel =
          moved(
              main,
              weights ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS,
              form.weights(),
              weights,
              built);
      var destination =
          moved(
              main, forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, form.destination(), forward, built);
      return Optional.of(new NativeConvolution(form, main, source, kernel, destination));
    } catch (NoSuchReorder e) {
      built.forEach(Primitive::close);
      return Optional.empty();
    } catch (RuntimeException e) {
      built.forEach(Primitive::close);
      throw e;
    }
  }

  private Optional<NativeConvolution.Moved> moved(
      Primitive main,
      int argument,
      NativeConvolution.Operand operand,
      boolean written,
      List<Primitive> built)
      throws NoSuchReorder {
    var there = main.layout(argument);
    var here = given(operand);
    if (dnnl_memory_desc_equal(here, there) == 1) {
      return Optional.empty();
    }
    var descriptor = new dnnl_primitive_desc();
    int status =
        dnnl_reorder_primitive_desc_create(
            descriptor, written ? there : here, engine, written ? here : there, engine, attributes);
    if (status != dnnl_success) {
      throw new NoSuchReorder();
    }
    long bytes = dnnl_memory_desc_get_size(there);
    var reorder =
        Primitive.of(engine, descriptor, bytes, DNNL_ARG_FROM, DNNL_ARG_TO)
            .orElseThrow(NoSuchReorder::new);
    built.add(reorder);
    return Optional.of(new NativeConvolution.Moved(reorder, bytes));
  }

  /** oneDNN cannot bring an operand into the layout it asks for, or only slowly. */
  private static final class NoSuchReorder extends Exception {
    private static final long serialVersionUID = 1;

    private NoSuchReorder() {
      super(null, null, false, false);
    }
  }
}
