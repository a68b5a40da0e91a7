package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.scatter.Slices;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.backend.cpu.warm.Succession;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Scatter;
import dev.backplane.tensor.DType;
import java.util.List;

/** Adds the parts' sums of a kernel's gradient, first to last. */
record PartialSums(
    Convolutions.Request request, Value partials, int count, String form, Succession<Slices> slices)
    implements Planned {
  static PartialSums of(Convolutions.Request request, Value partials, int count) {
    var form = Slices.of(DType.F32, request.forms() != Forms.SCALAR).form();
    var slices = Slices.of(DType.F32, request.forms());
    return new PartialSums(request, partials, count, form, slices);
  }

  @Override
  public List<Cold> cold() {
    return slices.cold().stream().toList();
  }

  @Override
  public String name() {
    return "sum of parts";
  }

  @Override
  public String implementation() {
    return "sum:" + slices.running(form);
  }

  @Override
  public List<Node> nodes() {
    return List.of();
  }

  /** The partial sums, and the operands in case it must be done again exactly. */
  @Override
  public List<Value> reads() {
    return List.of(
        partials, request.node().operands().getFirst(), request.node().operands().get(1));
  }

  @Override
  public List<Value> writes() {
    return List.of(request.result());
  }

  @Override
  public long scratchBytes() {
    return new KernelGradientStep.Exact(request).scratchBytes();
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var exact = new KernelGradientStep.Exact(request);
    var work = exact.product().work();
    long elements = request.result().type().shape().size();
    long bytes = request.result().type().bytes();
    return _ -> {
      var sums = slices.now();
      sums.combine(Scatter.Mode.ASSIGN, reads[0], writes[0], elements);
      for (int part = 1; part < count; part++) {
        sums.combine(Scatter.Mode.ADD, reads[0] + part * bytes, writes[0], elements);
      }
      exact.correct(work, reads[1], reads[2], writes[0], scratch);
    };
  }
}
