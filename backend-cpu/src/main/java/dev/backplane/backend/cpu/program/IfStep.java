package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.graph.Node;
import dev.backplane.op.If;
import java.util.Arrays;
import java.util.List;

/** An {@link If}: both branches are compiled, and write the same results. */
record IfStep(Node node, Assembly then, Assembly otherwise) implements OneNode {
  @Override
  public String implementation() {
    return "branch";
  }

  @Override
  public List<Assembly> bodies() {
    return List.of(then, otherwise);
  }

  @Override
  public int parts() {
    return Math.max(then.parts(), otherwise.parts());
  }

  @Override
  public boolean waits() {
    return parts() > 1 && (then.waits() || otherwise.waits());
  }

  @Override
  public long bindings() {
    return then.bindings() + otherwise.bindings();
  }

  @Override
  public long scratchBytes() {
    return Libc.aligned(Math.max(then.scratchBytes(), otherwise.scratchBytes()));
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var captures = Arrays.copyOfRange(reads, 1, reads.length);
    var one = then.bind(captures, writes, scratch);
    try {
      var other = otherwise.bind(captures, writes, scratch);
      int line = then.lines();
      var instructions =
          Flow.branch(
              Flow.flag(reads[0]),
              one.instructions(),
              other.instructions().stream().map(each -> each.shifted(line)).toList());
      return new Flow(new BoundProgram(instructions, List.of(one, other)), waits());
    } catch (RuntimeException e) {
      one.close();
      throw e;
    }
  }

  @Override
  public void close() {
    then.close();
    otherwise.close();
  }
}
