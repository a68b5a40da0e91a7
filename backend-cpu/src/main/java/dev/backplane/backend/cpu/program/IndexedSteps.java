package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.scatter.Slices;
import dev.backplane.backend.cpu.scatter.Updates;
import dev.backplane.backend.cpu.sort.LaneSort;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.backend.cpu.warm.Succession;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Scatter;
import dev.backplane.op.Sort;
import java.util.List;

/** The steps of sorts and scatters. */
final class IndexedSteps {
  private IndexedSteps() {}

  /** Divided by what lies before the axis. */
  static Planned sort(Node node, Sort op, int parts) {
    var sort = new LaneSort(op, Value.types(node.operands()));
    var division = Division.of(sort.rows(), parts);
    return new RowStep(
        node,
        "merge-sort:scalar",
        division,
        sort.scratchBytes() * division.parts(),
        (reads, writes, scratch, part) ->
            () ->
                sort.run(
                    reads,
                    writes,
                    scratch + part * sort.scratchBytes(),
                    division.from(part),
                    division.to(part)));
  }

  /**
   * Divided by the rows of x where an update lies within one, else in one part: several updates of
   * an element are applied in their order.
   */
  static Planned scatter(Node node, Scatter op, Forms forms, int parts) {
    var x = node.operands().getFirst().type();
    var updates = new Updates(op, x, node.operands().get(1).type(), node.operands().get(2).type());
    var form = Slices.of(x.dtype(), forms != Forms.SCALAR).form();
    var division = Division.of(updates.rows(), parts);
    return new ScatterStep(node, updates, division, form, Slices.of(x.dtype(), forms));
  }

  /** A scatter; its result may take the memory of x. */
  private record ScatterStep(
      Node node, Updates updates, Division division, String form, Succession<Slices> slices)
      implements OneNode {
    @Override
    public int parts() {
      return division.parts();
    }

    @Override
    public Span read(int read, int part) {
      return read == 0 ? rows(part) : Span.all(reads().get(read));
    }

    @Override
    public Span written(int write, int part) {
      return rows(part);
    }

    private Span rows(int part) {
      return division.span(part, node.result().type().bytes() / division.rows());
    }

    @Override
    public Span scratch(int part) {
      return new Span(part * updates.scratchBytes(), (part + 1) * updates.scratchBytes());
    }

    @Override
    public List<Cold> cold() {
      return slices.cold().stream().toList();
    }

    @Override
    public String implementation() {
      return "scatter:" + slices.running(form);
    }

    @Override
    public long scratchBytes() {
      return division.parts() * updates.scratchBytes();
    }

    @Override
    public boolean inPlace(int write, int read) {
      return read == 0;
    }

    @Override
    public Bound bind(long[] reads, long[] writes, long scratch) {
      var work = new Runnable[division.parts()];
      for (int part = 0; part < work.length; part++) {
        work[part] =
            updates.bind(
                reads[0],
                reads[1],
                reads[2],
                writes[0],
                scratch + part * updates.scratchBytes(),
                slices,
                division.from(part),
                division.to(part));
      }
      return part -> work[part].run();
    }
  }
}
