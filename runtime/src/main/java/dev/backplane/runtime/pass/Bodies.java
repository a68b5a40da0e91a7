package dev.backplane.runtime.pass;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Constant;
import dev.backplane.op.If;
import dev.backplane.op.Scan;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Simpler ways to run sub-graphs, where something is known of what they are given. */
final class Bodies {
  private Bodies() {}

  /** A branch that is known to be taken stands for both. */
  static Optional<List<Value>> branch(If op, List<Value> operands, Rewriter graph, String origin) {
    return graph
        .splat(operands.getFirst())
        .map(condition -> condition.longAt(0) != 0 ? op.then() : op.otherwise())
        .map(branch -> graph.inline(branch, operands.subList(1, operands.size()), origin));
  }

  /**
   * A scan of no iterations hands on what it is given. Of any other the body takes in what is
   * filled with one known element, and takes an invariant that is given twice once.
   */
  static Optional<List<Value>> scan(
      Scan scan, List<Value> operands, Rewriter graph, String origin) {
    if (scan.length() == 0) {
      return Optional.of(handedOn(scan, operands, graph, origin));
    }
    var builder = new Graph.Builder();
    var kept = new ArrayList<Value>();
    var arguments = new ArrayList<Value>();
    int scanned = 0;
    int firstInvariant = scan.carries() + scan.scanned();
    for (int i = 0; i < operands.size(); i++) {
      var type = scan.body().inputs().get(i).type();
      var operand = operands.get(i);
      var element = i < scan.carries() ? Optional.<Literal>empty() : graph.splat(operand);
      int before = i < firstInvariant ? -1 : operands.subList(firstInvariant, i).indexOf(operand);
      if (element.isPresent()) {
        arguments.add(fill(builder, element.get(), type.shape()));
      } else if (before >= 0) {
        arguments.add(arguments.get(firstInvariant + before));
      } else {
        scanned += i >= scan.carries() && i < firstInvariant ? 1 : 0;
        kept.add(operand);
        arguments.add(builder.input(type));
      }
    }
    if (kept.size() == operands.size()) {
      return Optional.empty();
    }
    var body = Passes.simplify(builder.build(builder.inline(scan.body(), arguments, "")));
    var narrow = new Scan(body, scan.length(), scan.carries(), scanned, scan.reverse());
    return Optional.of(graph.write(narrow, kept, origin));
  }

  private static Value fill(Graph.Builder builder, Literal element, Shape shape) {
    var scalar = builder.apply(new Constant(element));
    return shape.rank() == 0 ? scalar : builder.apply(new Broadcast(shape, List.of()), scalar);
  }

  private static List<Value> handedOn(
      Scan scan, List<Value> operands, Rewriter graph, String origin) {
    var results = new ArrayList<>(operands.subList(0, scan.carries()));
    var types = scan.infer(Value.types(operands));
    for (var type : types.subList(scan.carries(), types.size())) {
      results.add(graph.fill(Literal.scalar(type.dtype(), 0L), type.shape(), origin));
    }
    return results;
  }
}
