package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.convolution.Geometry;
import dev.backplane.backend.cpu.convolution.OneDnnForms;
import dev.backplane.backend.cpu.convolution.PatchProduct;
import dev.backplane.backend.cpu.internal.NativeConvolution;
import dev.backplane.backend.cpu.internal.NativeConvolution.Direction;
import dev.backplane.backend.cpu.internal.NativeConvolution.Form;
import dev.backplane.backend.cpu.internal.NativeConvolution.Operand;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Convolution;
import dev.backplane.op.Precision;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongFunction;

/**
 * The steps of a {@link Convolution}. oneDNN convolves floats, those of 16 bits in f32; everything
 * else, and what it has only a reference implementation for, is ours. Images of the batch or output
 * features are divided among threads ({@link Share}); where the batch is summed over, in the
 * gradient of the kernel, each part has its own sum and a second step adds them.
 */
final class Convolutions {
  private Convolutions() {}

  /**
   * A convolution and how it is to be done.
   *
   * @param bias what is added to each output feature
   * @param result what is written: the node's result, or the sum with the bias
   * @param nodes the nodes of the graph that this covers
   * @param forms which forms of our own kernels may run
   * @param bf16 whether operands of f32 may be rounded to bf16, which no implementation here does
   */
  record Request(
      Node node,
      Convolution op,
      Geometry geometry,
      Optional<Value> bias,
      Value result,
      List<Node> nodes,
      Forms forms,
      boolean bf16) {
    static Request of(
        Node node,
        Convolution op,
        Optional<Value> bias,
        Value result,
        List<Node> nodes,
        Forms forms,
        Precision precision) {
      var x = node.operands().getFirst().type().shape();
      var k = node.operands().get(1).type().shape();
      var geometry = Geometry.of(op, x, k, node.result().type().shape());
      boolean asked = op.precision() == Precision.BF16 || precision == Precision.BF16;
      boolean bf16 = asked && node.operands().getFirst().type().dtype() == DType.F32;
      return new Request(node, op, geometry, bias, result, nodes, forms, bf16);
    }

    TensorType x() {
      return node.operands().getFirst().type();
    }

    TensorType kernel() {
      return node.operands().get(1).type();
    }

    DType dtype() {
      return x().dtype();
    }

    String name() {
      return bias.isPresent() ? "Convolution+bias" : "Convolution";
    }

    /** Our own kernel, which does all the work, or only what is asked for in rare cases. */
    PatchProduct patches(boolean rarely) {
      return patches(geometry, rarely);
    }

    /** The same of some of the output features. */
    PatchProduct patches(Geometry geometry, boolean rarely) {
      var allowed = rarely && forms == Forms.VECTOR_ONCE_WARM ? Forms.SCALAR : forms;
      var type = result.type().dtype();
      return new PatchProduct(geometry, dtype(), type, bias.isPresent(), allowed);
    }

    /** As reports name it, with what of the user's wishes it does not do. */
    String report(String implementation) {
      return bf16 ? implementation + ", in f32: bf16 is for products only" : implementation;
    }

    /** Whether a zero for padding may meet what is not finite. */
    boolean guarded() {
      return dtype().isFloating() && geometry.padded();
    }
  }

  /**
   * Whether a convolution can add a row to its result: oneDNN does it in the forward form only.
   *
   * @param row what is broadcast
   */
  static boolean takesBias(Node product, Convolution op, Value row, Broadcast broadcast) {
    var result = product.result().type();
    int feature = op.output().feature();
    return result.dtype() == DType.F32
        && op.batchGroups() == 1
        && op.windows().stream().allMatch(w -> w.baseDilation() == 1)
        && row.type().shape().rank() == 1
        && row.type().shape().last() == result.shape().dimension(feature)
        && broadcast.axes().equals(List.of(feature));
  }

  /**
   * Plans the steps.
   *
   * @param fresh an id that no value of the graph has
   */
  static List<Planned> plan(Request request, Target target, int fresh) {
    boolean floats =
        switch (request.dtype()) {
          case F32, BF16, F16 -> true;
          case F64, I64, I32, I8, U32, U8, BOOL -> false;
        };
    if (floats) {
      boolean grouped = request.op().batchGroups() > 1;
      for (var form : OneDnnForms.of(request.geometry(), grouped, request.bias().isPresent())) {
        var steps = plan(request, form, target, fresh);
        if (!steps.isEmpty()) {
          return steps;
        }
      }
    }
    var share = Share.ofImages(request, parts(request, target));
    return List.of(new ConvolutionStep(request, share, Map.of(), Direction.FORWARD, target));
  }

  /** 16-bit floats are widened as a whole, by one thread. */
  private static int parts(Request request, Target target) {
    boolean widened = request.dtype() == DType.BF16 || request.dtype() == DType.F16;
    return widened ? 1 : target.parts();
  }

  private static List<Planned> plan(Request request, Form form, Target target, int fresh) {
    int parts = parts(request, target);
    var share = Share.of(request, form, parts);
    if (form.direction() == Direction.WEIGHTS && !share.outputs()) {
      var images = Division.of(form.source().extents()[0], parts);
      return kernelGradient(request, form, images, target, fresh);
    }
    var natives =
        natives(
            share.division(),
            count ->
                share.outputs()
                    ? withOutputs(request, form.direction(), count)
                    : withBatch(form, count),
            target);
    return natives.isEmpty()
        ? List.of()
        : List.of(new ConvolutionStep(request, share, natives, form.direction(), target));
  }

  /** A sum over images, of which each part takes some. */
  private static List<Planned> kernelGradient(
      Request request, Form form, Division division, Target target, int fresh) {
    var natives = natives(division, count -> withBatch(form, count), target);
    if (natives.isEmpty()) {
      return List.of();
    }
    if (division.parts() == 1) {
      return List.of(new KernelGradientStep(request, division, natives, request.result(), target));
    }
    var shape = request.result().type().shape();
    var partial =
        new Value(fresh, request.result().type().withShape(shape.prepend(division.parts())));
    return List.of(
        new KernelGradientStep(request, division, natives, partial, target),
        PartialSums.of(request, partial, division.parts()));
  }

  /** A primitive for each number of rows that a part has; none if any of them is refused. */
  private static Map<Long, NativeConvolution> natives(
      Division division, LongFunction<Form> form, Target target) {
    var counts = new TreeSet<Long>();
    for (int part = 0; part < division.parts(); part++) {
      counts.add(division.count(part));
    }
    var natives = new HashMap<Long, NativeConvolution>();
    try {
      for (long count : counts) {
        var built = target.oneDnn().convolution(form.apply(count));
        if (built.isEmpty()) {
          natives.values().forEach(NativeConvolution::close);
          return Map.of();
        }
        natives.put(count, built.get());
      }
    } catch (RuntimeException e) {
      natives.values().forEach(NativeConvolution::close);
      throw e;
    }
    return Map.copyOf(natives);
  }

  /** What fits a direction with all output features fits it with some of them. */
  private static Form withOutputs(Request request, Direction direction, long count) {
    var some = request.geometry().withOutputs(count);
    boolean grouped = request.op().batchGroups() > 1;
    return OneDnnForms.of(some, grouped, request.bias().isPresent()).stream()
        .filter(form -> form.direction() == direction)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no form of " + some));
  }

  private static Form withBatch(Form form, long count) {
    return new Form(
        form.direction(),
        withBatch(form.source(), count),
        form.weights(),
        withBatch(form.destination(), count),
        form.strides(),
        form.dilations(),
        form.before(),
        form.behind(),
        form.bias(),
        form.operations() * count / form.source().extents()[0]);
  }

  private static Operand withBatch(Operand operand, long count) {
    var extents = operand.extents().clone();
    extents[0] = count;
    return new Operand(extents, operand.strides());
  }

  /** A span of the images of a part where images lie one behind the other; else all. */
  static Span span(Value value, int batchAxis, Division division, int part) {
    return batchAxis == 0 && division.parts() > 1
        ? division.span(part, value.type().bytes() / division.rows())
        : Span.all(value);
  }
}
