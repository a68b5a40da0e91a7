package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Composite;
import dev.backplane.op.Constant;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gradients of composites: their own, else that of their decomposition. */
final class Composites {
  private Composites() {}

  static void apply(Composite composite, Pullback p) {
    if (composite.gradient().isEmpty()) {
      p.through(composite.decomposition());
      return;
    }
    var own = composite.gradient().get();
    var zero = zeroOutputs(own.backward().decomposition());
    var differentiable = new ArrayList<Integer>();
    for (int i = 0; i < p.operands().size(); i++) {
      if (p.type(i).dtype().isFloating()) {
        differentiable.add(i);
      }
    }
    if (zero.size() != differentiable.size()) {
      throw p.refuse(
          "its backward composite gives "
              + zero.size()
              + " cotangents for "
              + differentiable.size()
              + " floating operands");
    }
    boolean needed = false;
    for (int k = 0; k < zero.size(); k++) {
      needed |= p.wants(differentiable.get(k)) && !zero.get(k);
    }
    if (!needed) {
      return;
    }
    var arguments = new ArrayList<>(p.operands());
    arguments.addAll(p.node().results());
    arguments.addAll(p.widen(own.forward()));
    for (int i = 0; i < p.node().results().size(); i++) {
      var result = p.result(i);
      arguments.add(p.cotangent(i).orElseGet(() -> p.emit.zeros(result.type())));
    }
    var pulled = p.emit.applyAll(own.backward(), arguments);
    for (int k = 0; k < pulled.size(); k++) {
      if (p.wants(differentiable.get(k)) && !zero.get(k)) {
        p.give(differentiable.get(k), pulled.get(k));
      }
    }
  }

  /** Whether its own gradient is plainly zero. */
  static boolean isFlat(Composite composite) {
    return composite.gradient().isPresent()
        && !zeroOutputs(composite.gradient().get().backward().decomposition()).contains(false);
  }

  /** Which outputs are plainly zero, as all of {@code stop_gradient}'s are. */
  private static List<Boolean> zeroOutputs(Graph graph) {
    Map<Value, Node> producers = new HashMap<>();
    graph.nodes().forEach(node -> node.results().forEach(r -> producers.put(r, node)));
    return graph.outputs().stream().map(output -> isZero(output, producers)).toList();
  }

  private static boolean isZero(Value value, Map<Value, Node> producers) {
    var producer = producers.get(value);
    if (producer == null) {
      return false;
    }
    if (producer.op() instanceof Constant(Literal literal)) {
      return literal.type().dtype().isFloating() && literal.isSplat() && literal.doubleAt(0) == 0;
    }
    return producer.op() instanceof Broadcast && isZero(producer.operands().getFirst(), producers);
  }
}
