package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.kernel.Kernel;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a fusion group knows only after all its rows: takes together, in the order of the parts,
 * what {@link FusedRows} left in their scratch memory.
 *
 * @param inputs the group's inputs that it may read
 * @param given the group's outputs that it may read
 * @param outputs the group's outputs that it writes
 * @param rows the parts that went before
 */
record FusedEnd(
    Step.Fused group,
    Kernel kernel,
    List<Integer> inputs,
    List<Integer> given,
    List<Integer> outputs,
    int rows,
    Value partials)
    implements Planned {
  static FusedEnd of(Step.Fused group, Kernel kernel, int rows, Value partials) {
    return new FusedEnd(
        group,
        kernel,
        IntStream.range(0, group.inputs().size())
            .filter(input -> kernel.rowBytes(group.inputs().get(input)) == 0)
            .boxed()
            .toList(),
        written(group, kernel, Kernel.Written.BY_EVERY_SWEEP),
        written(group, kernel, Kernel.Written.AT_THE_END),
        rows,
        partials);
  }

  private static List<Integer> written(Step.Fused group, Kernel kernel, Kernel.Written when) {
    return IntStream.range(0, group.outputs().size())
        .filter(output -> kernel.written(output) == when)
        .boxed()
        .toList();
  }

  @Override
  public String name() {
    return kernel.name() + "_end";
  }

  @Override
  public String implementation() {
    return "generated:" + kernel.running();
  }

  @Override
  public List<Node> nodes() {
    return List.of();
  }

  @Override
  public List<Value> reads() {
    var reads = new ArrayList<Value>();
    inputs.forEach(input -> reads.add(group.inputs().get(input)));
    given.forEach(output -> reads.add(group.outputs().get(output)));
    reads.add(partials);
    return reads;
  }

  @Override
  public List<Value> writes() {
    return outputs.stream().map(output -> group.outputs().get(output)).toList();
  }

  @Override
  public long scratchBytes() {
    return 0;
  }

  @Override
  public boolean inPlace(int write, int read) {
    return read < inputs.size() && kernel.inPlace(inputs.get(read), outputs.get(write));
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var in = new long[group.inputs().size()];
    var out = new long[group.outputs().size()];
    for (int i = 0; i < inputs.size(); i++) {
      in[inputs.get(i)] = reads[i];
    }
    for (int i = 0; i < given.size(); i++) {
      out[given.get(i)] = reads[inputs.size() + i];
    }
    for (int i = 0; i < outputs.size(); i++) {
      out[outputs.get(i)] = writes[i];
    }
    long first = reads[reads.length - 1];
    long stride = FusedRows.stride(kernel);
    var bound = kernel.bind(in, out, first);
    return _ -> {
      for (int part = 1; part < rows; part++) {
        bound.merge(first + part * stride);
      }
      bound.finish();
    };
  }
}
