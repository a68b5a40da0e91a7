package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.movement.Philox;
import dev.backplane.graph.Node;
import dev.backplane.op.RandomBits;
import java.util.Arrays;

/**
 * Random bits, divided by the first axis: each element is a function of its index.
 *
 * @param row the elements of a row
 */
record RandomStep(Node node, RandomBits op, Division division, long row) implements OneNode {
  static RandomStep of(Node node, RandomBits op, int parts) {
    var shape = op.shape();
    boolean one = shape.rank() == 0 || shape.size() == 0;
    long rows = one ? 1 : shape.dimension(0);
    return new RandomStep(node, op, Division.of(rows, parts), shape.size() / rows);
  }

  @Override
  public String implementation() {
    return "philox4x32-10";
  }

  @Override
  public int parts() {
    return division.parts();
  }

  @Override
  public Span written(int write, int part) {
    return division.span(part, row * Integer.BYTES);
  }

  @Override
  public long scratchBytes() {
    return 0;
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var philox = new Philox[division.parts()];
    Arrays.setAll(philox, _ -> new Philox());
    return part -> {
      long from = division.from(part) * row;
      philox[part].fill(
          reads[0],
          reads[1],
          reads[2],
          reads[3],
          op.stream(),
          from,
          writes[0] + from * Integer.BYTES,
          division.count(part) * row);
    };
  }
}
