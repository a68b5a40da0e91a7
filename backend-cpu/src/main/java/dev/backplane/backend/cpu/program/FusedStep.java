package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.kernel.Kernel;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Step;
import java.util.List;

/** A fusion group, run by a generated kernel. */
record FusedStep(Step.Fused group, Kernel kernel) implements Planned {
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

  @Override
  public List<Value> writes() {
    return group.outputs();
  }

  @Override
  public long scratchBytes() {
    return kernel.scratchBytes();
  }

  @Override
  public boolean inPlace(int write, int read) {
    return kernel.inPlace(read, write);
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var bound = kernel.bind(reads, writes, scratch);
    return _ -> bound.run();
  }
}
