package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.convolution.Finite;
import dev.backplane.backend.cpu.convolution.PatchProduct;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.internal.NativeConvolution;
import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.tensor.DType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A convolution that is the gradient of a kernel, by oneDNN: a sum over the images, of which each
 * part takes some. It writes the result, or one sum for each part.
 */
final class KernelGradientStep implements Planned {
  private final Convolutions.Request request;
  private final Division division;
  private final Map<Long, NativeConvolution> natives;
  private final Value sums;
  private final Target target;
  private final ConvolutionStep.Wide wide;
  private final long nativeBytes;
  private final Exact exact;

  KernelGradientStep(
      Convolutions.Request request,
      Division division,
      Map<Long, NativeConvolution> natives,
      Value sums,
      Target target) {
    this.request = request;
    this.division = division;
    this.natives = natives;
    this.sums = sums;
    this.target = target;
    wide = ConvolutionStep.Wide.of(request);
    nativeBytes =
        natives.values().stream().mapToLong(NativeConvolution::scratchBytes).max().orElse(0);
    exact = new Exact(request);
  }

  /**
   * What takes over where the result is not finite: then the cotangent may not have been, and a
   * zero for padding may have met it. Every element of a cotangent goes into some sum under each
   * element of the window, so that one that is not finite shows.
   */
  record Exact(DType dtype, long elements, long rows, boolean guarded, PatchProduct product) {
    Exact(Convolutions.Request request) {
      this(
          request.result().type().dtype(),
          request.result().type().shape().size(),
          request.geometry().rows(),
          request.guarded(),
          request.patches(true));
    }

    long scratchBytes() {
      return guarded ? product.scratchBytes(true) : 0;
    }

    void correct(PatchProduct.Work work, long x, long kernel, long to, long scratch) {
      if (guarded && !Finite.all(dtype, to, elements)) {
        work.run(x, kernel, 0, to, scratch, 0, rows, true);
      }
    }
  }

  @Override
  public String name() {
    return request.name();
  }

  @Override
  public String implementation() {
    return request.report(natives.values().iterator().next().implementation());
  }

  @Override
  public List<Node> nodes() {
    return request.nodes();
  }

  @Override
  public List<Value> reads() {
    return request.node().operands();
  }

  @Override
  public List<Value> writes() {
    return List.of(sums);
  }

  @Override
  public int parts() {
    return division.parts();
  }

  @Override
  public Span read(int read, int part) {
    var layout = read == 0 ? request.op().input() : request.op().kernel();
    return Convolutions.span(reads().get(read), layout.feature(), division, part);
  }

  @Override
  public Span written(int write, int part) {
    long bytes = sums.type().bytes() / division.parts();
    return new Span(part * bytes, (part + 1) * bytes);
  }

  @Override
  public long scratchBytes() {
    return wide.x() + wide.kernel() + wide.result() + division.parts() * partBytes();
  }

  private long partBytes() {
    long alone = division.parts() == 1 ? exact.scratchBytes() : 0;
    return Libc.aligned(Math.max(nativeBytes, alone));
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    long x = wide.x() > 0 ? scratch : reads[0];
    long kernel = wide.x() > 0 ? scratch + wide.x() : reads[1];
    long result = wide.result() > 0 ? scratch + wide.x() + wide.kernel() : writes[0];
    long own = scratch + wide.x() + wide.kernel() + wide.result();
    var calls = new NativeConvolution.Call[division.parts()];
    try {
      for (int part = 0; part < calls.length; part++) {
        long image = division.from(part);
        calls[part] =
            built(part)
                .bind(
                    target.stream(part),
                    x + image * request.geometry().input().feature() * Float.BYTES,
                    result + part * sums.type().bytes() / calls.length,
                    0,
                    kernel + image * request.geometry().kernel().feature() * Float.BYTES,
                    own + part * partBytes());
      }
    } catch (RuntimeException e) {
      close(calls);
      throw e;
    }
    var work = exact.product().work();
    long elements = request.x().shape().size();
    long cotangents = request.kernel().shape().size();
    long gradients = sums.type().shape().size();
    return new Bound() {
      @Override
      public void run(int part) {
        if (wide.x() > 0) {
          Widened.widen(request.dtype(), reads[0], x, elements);
          Widened.widen(request.dtype(), reads[1], kernel, cotangents);
        }
        calls[part].run();
        if (wide.result() > 0) {
          Widened.narrow(sums.type().dtype(), result, writes[0], gradients);
        }
        if (calls.length == 1) {
          exact.correct(work, reads[0], reads[1], writes[0], own);
        }
      }

      @Override
      public void close() {
        KernelGradientStep.close(calls);
      }
    };
  }

  private NativeConvolution built(int part) {
    var built = natives.get(division.count(part));
    if (built == null) {
      throw new IllegalStateException("no primitive for " + division.count(part) + " images");
    }
    return built;
  }

  private static void close(NativeConvolution.@Nullable Call[] calls) {
    for (var call : calls) {
      if (call != null) {
        call.close();
      }
    }
  }

  @Override
  public void close() {
    natives.values().forEach(NativeConvolution::close);
  }
}
