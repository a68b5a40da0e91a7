package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import java.util.List;

/**
 * A copy of one value into the memory of another of the same size.
 *
 * @param division of its first axis
 */
record CopyStep(Value from, Value to, Division division) implements Planned {
  static CopyStep of(Value from, Value to, int parts) {
    var shape = from.type().shape();
    boolean one = shape.rank() == 0 || shape.size() == 0;
    return new CopyStep(from, to, Division.of(one ? 1 : shape.dimension(0), parts));
  }

  @Override
  public String name() {
    return "copy";
  }

  @Override
  public String implementation() {
    return "bulk";
  }

  @Override
  public List<Node> nodes() {
    return List.of();
  }

  @Override
  public List<Value> reads() {
    return List.of(from);
  }

  @Override
  public List<Value> writes() {
    return List.of(to);
  }

  @Override
  public int parts() {
    return division.parts();
  }

  @Override
  public Span read(int read, int part) {
    return division.span(part, rowBytes());
  }

  @Override
  public Span written(int write, int part) {
    return division.span(part, rowBytes());
  }

  private long rowBytes() {
    return from.type().bytes() / division.rows();
  }

  @Override
  public long scratchBytes() {
    return 0;
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    long row = rowBytes();
    return part -> {
      long start = division.from(part) * row;
      Movements.copy(reads[0] + start, writes[0] + start, division.count(part) * row);
    };
  }
}
