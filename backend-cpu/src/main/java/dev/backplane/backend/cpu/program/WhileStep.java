package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.graph.Node;
import dev.backplane.op.While;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link While}. Condition and body are compiled once and bound twice: what is carried lies in
 * the results and in scratch memory by turns.
 */
record WhileStep(Node node, While loop, Assembly condition, Assembly body) implements OneNode {
  @Override
  public String implementation() {
    return "loop";
  }

  @Override
  public List<Assembly> bodies() {
    return List.of(condition, body);
  }

  @Override
  public int parts() {
    return body.parts();
  }

  /** Which round comes next is decided by one thread. */
  @Override
  public boolean waits() {
    return parts() > 1;
  }

  @Override
  public long bindings() {
    return 2 * (condition.bindings() + body.bindings());
  }

  @Override
  public boolean inPlace(int write, int read) {
    return write == read;
  }

  private static long block(long bytes) {
    return Libc.aligned(bytes + Libc.SLACK);
  }

  private long programBytes() {
    return block(Math.max(condition.scratchBytes(), body.scratchBytes()));
  }

  @Override
  public long scratchBytes() {
    long bytes = programBytes() + block(1);
    for (var result : node.results()) {
      bytes += block(result.type().bytes());
    }
    return bytes;
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    long flag = scratch + programBytes();
    long block = flag + block(1);
    var there = new long[writes.length];
    for (int i = 0; i < there.length; i++) {
      there[i] = block;
      block += block(node.results().get(i).type().bytes());
    }
    var programs = new ArrayList<BoundProgram>();
    try {
      var even = half(programs, with(reads, writes), there, flag, scratch);
      var odd = half(programs, with(reads, there), writes, flag, scratch);
      var first = Instruction.Round.of(Flow.copies(node.results(), reads, writes));
      var last = Instruction.Round.of(Flow.copies(node.results(), there, writes));
      return new Flow(new BoundProgram(Flow.loop(first, even, odd, last), programs), waits());
    } catch (RuntimeException e) {
      programs.forEach(BoundProgram::close);
      throw e;
    }
  }

  private static long[] with(long[] addresses, long[] carries) {
    var all = addresses.clone();
    System.arraycopy(carries, 0, all, 0, carries.length);
    return all;
  }

  private Flow.Half half(
      List<BoundProgram> programs, long[] in, long[] out, long flag, long scratch) {
    var asked = condition.bind(in, new long[] {flag}, scratch);
    programs.add(asked);
    var bound = body.bind(in, out, scratch);
    programs.add(bound);
    int line = condition.lines();
    return new Flow.Half(
        asked.instructions(),
        Flow.flag(flag),
        bound.instructions().stream().map(each -> each.shifted(line)).toList());
  }

  @Override
  public void close() {
    condition.close();
    body.close();
  }
}
