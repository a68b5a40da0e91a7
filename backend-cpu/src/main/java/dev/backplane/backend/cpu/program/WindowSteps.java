package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.window.WindowReduction;
import dev.backplane.backend.cpu.window.WindowSelection;
import dev.backplane.graph.Node;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.SelectAndScatter;

/** The steps of windows, divided by images of the batch. */
final class WindowSteps {
  private WindowSteps() {}

  static Planned reduce(Node node, ReduceWindow op, Forms forms, int parts) {
    var x = node.operands().getFirst().type();
    var reduction = new WindowReduction(op, x, forms);
    var division = Division.of(reduction.rows(), parts);
    return new RowStep(
        node,
        reduction::implementation,
        division,
        reduction.scratchBytes(),
        reduction.cold(),
        (reads, writes, scratch, part) ->
            reduction.bind(
                reads[0], writes[0], scratch, (int) division.from(part), (int) division.to(part)));
  }

  static Planned select(Node node, SelectAndScatter op, Forms forms, int parts) {
    var x = node.operands().getFirst().type();
    var source = node.operands().get(1).type();
    var selection = new WindowSelection(op, x, source, forms);
    var division = Division.of(selection.rows(), parts);
    return new RowStep(
        node,
        selection::implementation,
        division,
        selection.scratchBytes(),
        selection.cold(),
        (reads, writes, scratch, part) ->
            selection.bind(
                reads[0],
                reads[1],
                writes[0],
                scratch,
                (int) division.from(part),
                (int) division.to(part)));
  }
}
