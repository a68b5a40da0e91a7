package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.kernel.Kernel;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Step;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A fusion group whose rows are divided: each part sweeps over its own, with scratch memory of its
 * own. What the parts folded over their rows is taken together by {@link FusedEnd}.
 *
 * @param partials the scratch memory of all parts, where there is such an end
 */
record FusedRows(Step.Fused group, Kernel kernel, Division division, Optional<Value> partials)
    implements Planned {
  /** The steps of a group: two where something folded over rows is known only after all parts. */
  static List<Planned> of(Step.Fused group, Kernel kernel, int parts, int fresh) {
    var division = Division.of(kernel.rows().count(), parts);
    long bytes = stride(kernel) * division.parts();
    if (division.parts() == 1 || bytes > Integer.MAX_VALUE) {
      return List.of(new FusedStep(group, kernel));
    }
    boolean ends =
        IntStream.range(0, group.outputs().size())
            .anyMatch(output -> kernel.written(output) == Kernel.Written.AT_THE_END);
    if (!ends) {
      return List.of(new FusedRows(group, kernel, division, Optional.empty()));
    }
    var partials = new Value(fresh, TensorType.of(DType.U8, (int) Math.max(1, bytes)));
    return List.of(
        new FusedRows(group, kernel, division, Optional.of(partials)),
        FusedEnd.of(group, kernel, division.parts(), partials));
  }

  /** The scratch memory of a part, up to that of the next one. */
  static long stride(Kernel kernel) {
    return Libc.aligned(kernel.scratchBytes());
  }

  @Override
  public String name() {
    return kernel.name();
  }

  @Override
  public String implementation() {
    return "generated:" + kernel.running();
  }

  @Override
  public List<Cold> cold() {
    return kernel.cold().stream().toList();
  }

  @Override
  public List<Node> nodes() {
    return group.graph().nodes();
  }

  @Override
  public List<Value> reads() {
    return group.inputs();
  }

  private List<Integer> outputs() {
    return IntStream.range(0, group.outputs().size())
        .filter(output -> kernel.written(output) != Kernel.Written.AT_THE_END)
        .boxed()
        .toList();
  }

  @Override
  public List<Value> writes() {
    var writes = new ArrayList<Value>();
    outputs().forEach(output -> writes.add(group.outputs().get(output)));
    partials.ifPresent(writes::add);
    return writes;
  }

  @Override
  public int parts() {
    return division.parts();
  }

  @Override
  public Span read(int read, int part) {
    return span(group.inputs().get(read), part);
  }

  @Override
  public Span written(int write, int part) {
    return write == outputs().size()
        ? new Span(part * stride(kernel), (part + 1) * stride(kernel))
        : span(writes().get(write), part);
  }

  private Span span(Value value, int part) {
    long row = kernel.rowBytes(value);
    if (row == 0) {
      return Span.all(value);
    }
    var span = division.span(part, row);
    return new Span(span.from(), Math.min(span.to(), value.type().bytes()));
  }

  @Override
  public boolean repeats(int write) {
    return write < outputs().size()
        && kernel.written(outputs().get(write)) == Kernel.Written.BY_EVERY_SWEEP;
  }

  @Override
  public boolean inPlace(int write, int read) {
    return write < outputs().size()
        && kernel.written(outputs().get(write)) == Kernel.Written.BY_ROWS
        && kernel.inPlace(read, outputs().get(write));
  }

  @Override
  public long scratchBytes() {
    return partials.isPresent() ? 0 : stride(kernel) * division.parts();
  }

  @Override
  public Span scratch(int part) {
    return partials.isPresent()
        ? new Span(0, 0)
        : new Span(part * stride(kernel), (part + 1) * stride(kernel));
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var outputs = new long[group.outputs().size()];
    for (int i = 0; i < outputs().size(); i++) {
      outputs[outputs().get(i)] = writes[i];
    }
    long own = partials.isPresent() ? writes[writes.length - 1] : scratch;
    var bound = new Kernel.Bound[division.parts()];
    for (int part = 0; part < bound.length; part++) {
      bound[part] = kernel.bind(reads, outputs, own + part * stride(kernel));
    }
    return part -> bound[part].sweep(division.from(part), division.to(part));
  }
}
