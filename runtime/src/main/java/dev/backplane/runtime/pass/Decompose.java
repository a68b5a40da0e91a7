package dev.backplane.runtime.pass;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Composite;
import dev.backplane.op.If;
import dev.backplane.op.Op;
import dev.backplane.op.Primitive;
import dev.backplane.op.Scan;
import dev.backplane.op.While;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** Replaces composites by what they are made of. */
public final class Decompose {
  private Decompose() {}

  /**
   * Puts the decompositions of all composites for which the condition holds in their place, in
   * sub-graphs and in decompositions too. The nodes of a decomposition get the origin of the
   * composite where they have none.
   */
  public static Graph where(Graph graph, Predicate<Composite> condition) {
    var builder = new Graph.Builder();
    var inputs = graph.inputTypes().stream().map(builder::input).toList();
    return builder.build(inline(builder, graph, inputs, "", condition));
  }

  /** Replaces all composites. */
  public static Graph all(Graph graph) {
    return where(graph, _ -> true);
  }

  private static List<Value> inline(
      Graph.Builder builder,
      Graph graph,
      List<Value> arguments,
      String origin,
      Predicate<Composite> condition) {
    Map<Value, Value> mapped = new HashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      mapped.put(graph.inputs().get(i), arguments.get(i));
    }
    for (var node : graph.nodes()) {
      var operands = node.operands().stream().map(v -> get(mapped, v)).toList();
      var at = node.origin().isEmpty() ? origin : node.origin();
      var results =
          node.op() instanceof Composite composite && condition.test(composite)
              ? inline(builder, composite.decomposition(), operands, at, condition)
              : builder.apply(bodies(node.op(), condition), operands, at);
      for (int i = 0; i < results.size(); i++) {
        mapped.put(node.results().get(i), results.get(i));
      }
    }
    return graph.outputs().stream().map(v -> get(mapped, v)).toList();
  }

  private static Value get(Map<Value, Value> mapped, Value value) {
    return Objects.requireNonNull(mapped.get(value), () -> "no value for " + value);
  }

  private static Op bodies(Op op, Predicate<Composite> condition) {
    return switch (op) {
      case Scan s ->
          new Scan(where(s.body(), condition), s.length(), s.carries(), s.scanned(), s.reverse());
      case While w ->
          new While(where(w.condition(), condition), where(w.body(), condition), w.carries());
      case If(Graph then, Graph otherwise) ->
          new If(where(then, condition), where(otherwise, condition));
      case Primitive primitive -> primitive;
      case Composite composite -> composite;
    };
  }
}
