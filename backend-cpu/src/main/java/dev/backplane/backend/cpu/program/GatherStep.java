package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Node;
import dev.backplane.op.Gather;
import java.util.function.Supplier;

/**
 * A gather, divided by the first axis of the index vectors where that is the first of the result.
 *
 * @param division of that axis
 * @param slices makes what walks over them, for each part
 */
record GatherStep(Node node, Gather op, Division division, Supplier<GatheredSlices> slices)
    implements OneNode {
  static GatherStep of(Node node, Gather op, int parts, Supplier<GatheredSlices> slices) {
    var indices = node.operands().get(1).type().shape();
    boolean divides =
        op.indexAxis() != 0
            && indices.rank() > 0
            && !op.offsetAxes().contains(0)
            && node.result().type().shape().size() > 0;
    long rows = indices.rank() == 0 || op.indexAxis() == 0 ? 1 : indices.dimension(0);
    return new GatherStep(node, op, Division.of(rows, divides ? parts : 1), slices);
  }

  @Override
  public String implementation() {
    return "strided-copy";
  }

  @Override
  public int parts() {
    return division.parts();
  }

  @Override
  public Span read(int read, int part) {
    var value = reads().get(read);
    return read == 0 || division.parts() == 1
        ? Span.all(value)
        : division.span(part, value.type().bytes() / division.rows());
  }

  @Override
  public Span written(int write, int part) {
    var value = writes().get(write);
    return division.parts() == 1
        ? Span.all(value)
        : division.span(part, value.type().bytes() / division.rows());
  }

  @Override
  public long scratchBytes() {
    return 0;
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var walks = new GatheredSlices[division.parts()];
    for (int part = 0; part < walks.length; part++) {
      walks[part] = slices.get();
    }
    boolean all = walks.length == 1;
    return part ->
        walks[part].run(
            reads[0],
            reads[1],
            writes[0],
            all ? 0 : division.from(part),
            all ? Long.MAX_VALUE : division.to(part));
  }
}
