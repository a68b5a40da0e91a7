package dev.backplane.runtime.replica;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Scan;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Scan with divided operands: its body is divided as its operands are. */
final class Loops {
  private Loops() {}

  /** A body, and along which axes its outputs are divided. */
  private record Body(Graph graph, List<Integer> axes) {}

  static List<Share> scan(Sharing s, Scan scan) {
    var axes = new ArrayList<Integer>();
    for (int i = 0; i < s.count(); i++) {
      axes.add(s.axis(i));
    }
    int scanned = scan.carries() + scan.scanned();
    for (int i = scan.carries(); i < scanned; i++) {
      // Along the loop nothing is divided, and a slice has an axis less.
      axes.set(i, axes.get(i) <= 0 ? Share.WHOLE : axes.get(i) - 1);
    }
    var body = body(s, scan, axes);
    // What becomes divided within an iteration is carried on divided; that may make others so.
    while (carryOn(scan, axes, body.axes())) {
      body = body(s, scan, axes);
    }
    var operands = new ArrayList<Value>();
    for (int i = 0; i < s.count(); i++) {
      int axis = axes.get(i);
      int of = axis >= 0 && i >= scan.carries() && i < scanned ? axis + 1 : axis;
      operands.add(of < 0 ? s.whole(i) : s.part(i, of));
    }
    operands.add(s.to().number());
    var divided =
        new Scan(body.graph(), scan.length(), scan.carries(), scan.scanned(), scan.reverse());
    var values = s.written(divided, operands);
    var results = new ArrayList<Share>();
    for (int i = 0; i < values.size(); i++) {
      int axis = body.axes().get(i);
      results.add(new Share(values.get(i), axis >= 0 && i >= scan.carries() ? axis + 1 : axis));
    }
    return results;
  }

  private static boolean carryOn(Scan scan, List<Integer> axes, List<Integer> found) {
    boolean changed = false;
    for (int i = 0; i < scan.carries(); i++) {
      if (axes.get(i) < 0 && found.get(i) >= 0) {
        axes.set(i, found.get(i));
        changed = true;
      }
    }
    return changed;
  }

  private static Body body(Sharing s, Scan scan, List<Integer> axes) {
    var to = new Division(s.to().replicas());
    var arguments = new ArrayList<Share>();
    for (int i = 0; i < axes.size(); i++) {
      var type = scan.body().inputTypes().get(i);
      int axis = axes.get(i);
      var own = axis < 0 ? type : type.withShape(to.local(type.shape(), axis));
      arguments.add(new Share(to.builder().input(own), axis));
    }
    to.number(to.builder().input(TensorType.of(DType.I32)));
    var shares = Sharing.graph(to, scan.body(), arguments);
    var outputs = new ArrayList<Value>();
    var found = new ArrayList<Integer>();
    for (int i = 0; i < shares.size(); i++) {
      var share = shares.get(i);
      int carried = i < scan.carries() ? axes.get(i) : Share.WHOLE;
      if (carried >= 0 && share.axis() != carried) {
        share = new Share(to.part(share, carried, ""), carried);
      }
      outputs.add(share.value());
      found.add(share.axis());
    }
    return new Body(to.builder().build(outputs), List.copyOf(found));
  }
}
