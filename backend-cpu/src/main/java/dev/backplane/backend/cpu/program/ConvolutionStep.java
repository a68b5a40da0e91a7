package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.convolution.PatchProduct;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.internal.NativeConvolution;
import dev.backplane.backend.cpu.internal.NativeConvolution.Direction;
import dev.backplane.backend.cpu.movement.StridedCopy;
import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A convolution whose result is divided by images or by output features ({@link Share}): oneDNN's
 * in any direction, or ours. Where padding could meet an infinite weight, the weights are looked at
 * first, and the exact kernel takes over if need be.
 */
final class ConvolutionStep implements Planned {
  private final Convolutions.Request request;
  private final Share share;
  private final Map<Long, NativeConvolution> natives;
  private final Direction direction;
  private final Target target;
  private final List<PatchProduct> own;
  private final boolean guarded;
  private final boolean reversed;
  private final Wide wide;
  private final long nativeBytes;

  /**
   * A step.
   *
   * @param natives by images or output features of a part; none for our own kernel
   * @param direction of the natives
   */
  ConvolutionStep(
      Convolutions.Request request,
      Share share,
      Map<Long, NativeConvolution> natives,
      Direction direction,
      Target target) {
    this.request = request;
    this.share = share;
    this.natives = natives;
    this.direction = direction;
    this.target = target;
    guarded = request.guarded();
    own =
        IntStream.range(0, share.parts())
            .mapToObj(part -> request.patches(share.geometry(part), !natives.isEmpty()))
            .toList();
    reversed = !natives.isEmpty() && direction == Direction.DATA;
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
                .orElseGet(this::patches)
            + (share.outputs() ? ", by features" : ""));
  }

  /** Each part has a product of its own, in the form that it runs in. */
  private String patches() {
    return own.stream()
        .map(PatchProduct::implementation)
        .distinct()
        .collect(Collectors.joining(" and "));
  }

  @Override
  public List<Cold> cold() {
    return own.stream().flatMap(each -> each.cold().stream()).toList();
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
    return share.parts();
  }

  @Override
  public Span read(int read, int part) {
    var value = reads().get(read);
    return switch (read) {
      case 0 -> share.read(request.op(), value, part);
      case 1 -> share.readKernel(request.op(), value, part);
      default -> Span.all(value);
    };
  }

  @Override
  public Span written(int write, int part) {
    return share.written(request.op(), request.result(), part);
  }

  @Override
  public long scratchBytes() {
    return wide.x + wide.kernel + wide.result + share.parts() * partBytes();
  }

  private long reversedBytes() {
    return reversed ? Libc.aligned(request.kernel().shape().size() * Float.BYTES) : 0;
  }

  private long partBytes() {
    long exact = guarded ? ownBytes(true) : 0;
    long plain = natives.isEmpty() ? ownBytes(false) : nativeBytes;
    return reversedBytes() + Libc.aligned(Math.max(exact, plain));
  }

  private long ownBytes(boolean exact) {
    return own.stream().mapToLong(each -> each.scratchBytes(exact)).max().orElse(0);
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var parts = new Part[share.parts()];
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
    private final PatchProduct.Work work;
    private final KernelShare kernelShare;
    private final long elements = request.x().shape().size();
    private final long weights = request.kernel().shape().size();
    private final long results = request.result().type().shape().size();
    private final long x;
    private final long kernel;
    private final long bias;
    private final long to;
    private final long ownKernel;
    private final long ownTo;
    private final long wideX;
    private final long wideKernel;
    private final long wideResult;
    private final long reversedKernel;
    private final long scratch;
    private final long firstRow;
    private final long endRow;
    private final NativeConvolution.@Nullable Call call;
    private final @Nullable StridedCopy reversal;

    private Part(long[] reads, long to, long stepScratch, int part) {
      work = own.get(part).work();
      kernelShare = KernelShare.of(request, share, part);
      x = reads[0];
      kernel = reads[1];
      bias = reads.length > 2 ? reads[2] + share.bias(part) * Float.BYTES : 0;
      this.to = to;
      ownKernel = kernel + share.kernel(part) * dtype.bytes();
      ownTo = share.outputs() ? to + share.output(part) * resultType.bytes() : to;
      wideX = wide.x > 0 ? stepScratch : x;
      wideKernel = wide.kernel > 0 ? stepScratch + wide.x : kernel;
      wideResult = wide.result > 0 ? stepScratch + wide.x + wide.kernel : to;
      long own = stepScratch + wide.x + wide.kernel + wide.result + part * partBytes();
      reversedKernel = reversed ? own : wideKernel;
      scratch = own + reversedBytes();
      firstRow = share.firstRow(part);
      endRow = share.endRow(part);
      call = call(part);
      reversal = reversed ? kernelShare.reversal(request) : null;
    }

    private NativeConvolution.@Nullable Call call(int part) {
      var built = natives.get(share.division().count(part));
      if (built == null) {
        return null;
      }
      long from = wideX + share.input(part) * Float.BYTES;
      long window = reversedKernel + share.kernel(part) * Float.BYTES;
      long result = wideResult + share.output(part) * Float.BYTES;
      var stream = target.stream(part);
      return switch (direction) {
        case FORWARD -> built.bind(stream, from, window, bias, result, scratch);
        // The gradient of the input computes oneDNN's source from its destination,
        case DATA -> built.bind(stream, result, window, 0, from, scratch);
        // that of the kernel its weights.
        case WEIGHTS -> built.bind(stream, from, result, 0, window, scratch);
      };
    }

    private void run() {
      if (guarded && !kernelShare.isFinite(dtype, kernel)) {
        work.run(x, ownKernel, bias, ownTo, scratch, firstRow, endRow, true);
        return;
      }
      if (call == null) {
        work.run(x, ownKernel, bias, ownTo, scratch, firstRow, endRow, false);
        return;
      }
      if (wide.x > 0) {
        Widened.widen(dtype, x, wideX, elements);
        Widened.widen(dtype, kernel, wideKernel, weights);
      }
      if (reversal != null) {
        reversal.run(wideKernel + kernelShare.last(), reversedKernel + kernelShare.first());
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
