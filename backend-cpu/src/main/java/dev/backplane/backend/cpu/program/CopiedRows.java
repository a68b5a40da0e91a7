package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.movement.StridedCopy;
import dev.backplane.graph.Node;
import java.util.ArrayList;

/**
 * A step that moves elements of one operand, from a start with fixed strides, into the result in
 * order. It reads anywhere and writes by rows.
 *
 * @param division of the result's first axis
 * @param start the operand's element that comes first
 * @param strides elements from one to the next along each axis of the result
 */
record CopiedRows(Node node, String implementation, Division division, long start, long[] strides)
    implements OneNode {
  @Override
  public int parts() {
    return division.parts();
  }

  @Override
  public Span written(int write, int part) {
    return division.span(part, node.result().type().bytes() / division.rows());
  }

  @Override
  public long scratchBytes() {
    return 0;
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var type = node.result().type();
    int width = type.dtype().bytes();
    var to = type.shape().strides();
    var copies = new Runnable[division.parts()];
    for (int part = 0; part < copies.length; part++) {
      var dimensions = new ArrayList<>(type.shape().dimensions());
      dimensions.set(0, (int) division.count(part));
      var copy = StridedCopy.of(width, dimensions, strides, to);
      long source = reads[0] + (start + division.from(part) * strides[0]) * width;
      long target = writes[0] + division.from(part) * to[0] * width;
      copies[part] = () -> copy.run(source, target);
    }
    return part -> copies[part].run();
  }
}
