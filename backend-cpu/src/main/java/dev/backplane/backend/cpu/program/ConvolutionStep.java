package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.convolution.Finite;
import dev.backplane.backend.cpu.convolution.PatchProduct;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.internal.NativeConvolution;
import dev.backplane.backend.cpu.movement.StridedCopy;
import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A convolution whose result is divided by images: oneDNN's, forward or the gradient of the input,
 * or ours. Where padding could meet an infinite weight, the weights are looked at first, and the
 * exact kernel takes over if need be.
 */
final class ConvolutionStep implements Planned {
  private final Convolutions.Request request;
  private final Division division;
  private final Map<Long, NativeConvolution> natives;
  private final Target target;
  private final PatchProduct own;
  private final boolean guarded;
  private final boolean reversed;
  private final Wide wide;
  private final long nativeBytes;

  ConvolutionStep(
      Convolutions.Request request,
      Division division,
      Map<Long, NativeConvolution> natives,
      Target target) {
    this.request = request;
    this.division = division;
    this.natives = natives;
    this.target = target;
    guarded = request.guarded();
    own = request.patches(!natives.isEmpty());
    reversed =
        !natives.isEmpty()
            && request.geometry().windows().stream().anyMatch(w -> w.baseDilation() > 1);
    wide = natives.isEmpty() ? Wide.NONE : Wide.of(request);
    nativeBytes =
        natives.values().stream().mapToLong(NativeConvolution::scratchBytes).max().orElse(0);
  }

  /** Bytes of the copies in f32 of operands and result. */
  record Wide(long x, long kernel, long result) {
    private static final Wide NONE = new Wide(0, 0, 0);

    static Wide of(Convolutions.Request request) {
      var result = request.result().type();
      return new Wide(
          Widened.copyBytes(request.dtype(), request.x().shape().size()),
          Widened.copyBytes(request.dtype(), request.kernel().shape().size()),
          Widened.copyBytes(result.dtype(), result.shape().size()));
    }
  }

  @Override
  public String name() {
    return request.name();
  }

  @Override
  public String implementation() {
    return request.report(
        natives.values().stream()
            .map(NativeConvolution::implementation)
            .findFirst()
            .orElseGet(own::implementation));
  }

  @Override
  public List<Cold> cold() {
    return own.cold().stream().toList();
  }

  @Override
  public List<Node> nodes() {
    return request.nodes();
  }

  @Override
  public List<Value> reads() {
    var reads = new ArrayList<>(request.node().operands());
    request.bias().ifPresent(reads::add);
    return reads;
  }

  @Override
  public List<Value> writes() {
    return List.of(request.result());
  }

  @Override
  public int parts() {
    return division.parts();
  }

  @Override
  public Span read(int read, int part) {
    return read == 0 && request.op().batchGroups() == 1
        ? Convolutions.span(
            request.node().operands().getFirst(), request.op().input().batch(), division, part)
        : Span.all(reads().get(read));
  }

  @Override
  public Span written(int write, int part) {
    return Convolutions.span(request.result(), request.op().output().batch(), division, part);
  }

  @Override
  public long scratchBytes() {
    return wide.x + wide.kernel + wide.result + division.parts() * partBytes();
  }

  private long reversedBytes() {
    return reversed ? Libc.aligned(request.kernel().shape().size() * Float.BYTES) : 0;
  }

  private long partBytes() {
    long exact = guarded ? own.scratchBytes(true) : 0;
    long plain = natives.isEmpty() ? own.scratchBytes(false) : nativeBytes;
    return reversedBytes() + Libc.aligned(Math.max(exact, plain));
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var parts = new Part[division.parts()];
    try {
      for (int part = 0; part < parts.length; part++) {
        parts[part] = new Part(reads, writes[0], scratch, part);
      }
    } catch (RuntimeException e) {
      close(parts);
      throw e;
    }
    return new Bound() {
      @Override
      public void run(int part) {
        parts[part].run();
      }

      @Override
      public void close() {
        ConvolutionStep.close(parts);
      }
    };
  }

  private static void close(@Nullable Part[] parts) {
    for (var part : parts) {
      if (part != null) {
        part.close();
      }
    }
  }

  @Override
  public void close() {
    natives.values().forEach(NativeConvolution::close);
  }

  /** One part, bound. */
  private final class Part {
    private final DType dtype = request.dtype();
    private final DType resultType = request.result().type().dtype();
    private final PatchProduct.Work work = own.work();
    private final long elements = request.x().shape().size();
    private final long weights = request.kernel().shape().size();
    private final long results = request.result().type().shape().size();
    private final long x;
    private final long kernel;
    private final long bias;
    private final long to;
    private final long wideX;
    private final long wideKernel;
    private final long wideResult;
    private final long reversedKernel;
    private final long scratch;
    private final long firstRow;
    private final long endRow;
    private final NativeConvolution.@Nullable Call call;
    private final @Nullable StridedCopy reversal;
    private final long reversalStart;

    private Part(long[] reads, long to, long stepScratch, int part) {
      x = reads[0];
      kernel = reads[1];
      bias = reads.length > 2 ? reads[2] : 0;
      this.to = to;
      wideX = wide.x > 0 ? stepScratch : x;
      wideKernel = wide.kernel > 0 ? stepScratch + wide.x : kernel;
      wideResult = wide.result > 0 ? stepScratch + wide.x + wide.kernel : to;
      long own = stepScratch + wide.x + wide.kernel + wide.result + part * partBytes();
      reversedKernel = reversed ? own : wideKernel;
      scratch = own + reversedBytes();
      var geometry = request.geometry();
      long perImage = geometry.batch() == 0 ? 0 : geometry.rows() / geometry.batch();
      firstRow = division.from(part) * perImage;
      endRow = division.to(part) * perImage;
      call = call(part);
      reversal = reversed ? reversal() : null;
      reversalStart = reversed ? reversalStart() : 0;
    }

    private NativeConvolution.@Nullable Call call(int part) {
      var built = natives.get(division.count(part));
      if (built == null) {
        return null;
      }
      var geometry = request.geometry();
      long image = division.from(part);
      long from = wideX + image * geometry.input().batch() * Float.BYTES;
      long result = wideResult + image * geometry.output().batch() * Float.BYTES;
      // The gradient of the input computes oneDNN's source from its destination.
      return built.bind(
          target.stream(part),
          reversed ? result : from,
          reversedKernel,
          bias,
          reversed ? from : result,
          scratch);
    }

    private StridedCopy reversal() {
      var shape = request.kernel().shape();
      var from = shape.strides();
      for (int axis : request.op().kernel().spatial()) {
        from[axis] = -from[axis];
      }
      return StridedCopy.of(Float.BYTES, shape.dimensions(), from, shape.strides());
    }

    private long reversalStart() {
      var shape = request.kernel().shape();
      long start = 0;
      for (int axis : request.op().kernel().spatial()) {
        start += shape.strides()[axis] * (shape.dimension(axis) - 1);
      }
      return start * Float.BYTES;
    }

    private void run() {
      if (guarded && !Finite.all(dtype, kernel, weights)) {
        work.run(x, kernel, bias, to, scratch, firstRow, endRow, true);
        return;
      }
      if (call == null) {
        work.run(x, kernel, bias, to, scratch, firstRow, endRow, false);
        return;
      }
      if (wide.x > 0) {
        Widened.widen(dtype, x, wideX, elements);
        Widened.widen(dtype, kernel, wideKernel, weights);
      }
      if (reversal != null) {
        reversal.run(wideKernel + reversalStart, reversedKernel);
      }
      call.run();
      if (wide.result > 0) {
        Widened.narrow(resultType, wideResult, to, results);
      }
    }

    private void close() {
      if (call != null) {
        call.close();
      }
    }
  }
}
