package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import java.util.List;
import java.util.function.Supplier;

/**
 * A step that runs one node by itself, divided by rows of what it reads and writes: part p works on
 * the p-th rows of every value.
 *
 * @param means by what it runs at the moment
 * @param division the rows; of one part where the node cannot be divided
 * @param scratchBytes of all parts together
 * @param cold what has a faster form to come
 */
record RowStep(
    Node node,
    Supplier<String> means,
    Division division,
    long scratchBytes,
    List<Cold> cold,
    Binder binder)
    implements OneNode {
  /** One that runs in the same form for good. */
  RowStep(Node node, String implementation, Division division, long scratchBytes, Binder binder) {
    this(node, () -> implementation, division, scratchBytes, List.of(), binder);
  }

  /** Makes the binding of one part. */
  interface Binder {
    Runnable bind(long[] reads, long[] writes, long scratch, int part);
  }

  @Override
  public String implementation() {
    return means.get();
  }

  @Override
  public int parts() {
    return division.parts();
  }

  @Override
  public Span read(int read, int part) {
    return span(reads().get(read), part);
  }

  @Override
  public Span written(int write, int part) {
    return span(writes().get(write), part);
  }

  private Span span(Value value, int part) {
    return division.parts() == 1
        ? Span.all(value)
        : division.span(part, value.type().bytes() / division.rows());
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var parts = new Runnable[division.parts()];
    for (int part = 0; part < parts.length; part++) {
      parts[part] = binder.bind(reads, writes, scratch, part);
    }
    return part -> parts[part].run();
  }
}
