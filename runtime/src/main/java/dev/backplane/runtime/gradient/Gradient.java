package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Composite;
import dev.backplane.op.Op;
import dev.backplane.op.Primitive;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reverse-mode gradients, graph to graph. The backward nodes are appended behind the forward nodes
 * and carry their origin; zeros are not materialised; cotangents that meet are added in the reverse
 * order of the uses, always the same.
 *
 * <p>Composites are differentiated before any decomposition: one that brings its own gradient is
 * widened to its augmented forward composite, in place, and its backward composite is called; of
 * any other the decomposition is put in once more and differentiated. (Where no backend claims such
 * a composite, its decomposition and the repetition are the same nodes, and become one.)
 *
 * <p>Only floating values have gradients: integers, bools and what is computed from them are
 * constants here. What each primitive does is said in {@link Rules}.
 */
public final class Gradient {
  private Gradient() {}

  /**
   * A function and its gradient in one graph.
   *
   * @param forward the function; its first output is a floating scalar
   * @param withRespectTo the places of the inputs asked for, which are floating
   * @return a graph of the same inputs that gives all outputs of the function, then one gradient
   *     for each input asked for; zeros where the first output does not depend on it
   * @throws GradientException if there is no gradient
   */
  public static Graph of(Graph forward, List<Integer> withRespectTo) {
    if (forward.outputs().isEmpty()) {
      throw new GradientException("gradient: the graph has no output to differentiate");
    }
    var builder = new Graph.Builder();
    var inputs = forward.inputTypes().stream().map(builder::input).toList();
    var outputs = new ArrayList<>(builder.inline(forward, inputs, ""));
    var asked = withRespectTo.stream().map(inputs::get).toList();
    outputs.addAll(append(builder, outputs.getFirst(), asked));
    return builder.build(outputs);
  }

  /**
   * Appends what computes the gradient of a scalar to the builder that holds its forward nodes.
   * Nodes may be widened in place ({@link Graph.Builder#widen}); every value keeps its meaning.
   *
   * @param builder the forward nodes
   * @param scalarOutput what is differentiated: a floating scalar
   * @param withRespectTo the values asked for, which are floating
   * @return one gradient for each value asked for; zeros where the output does not depend on it
   * @throws GradientException if there is no gradient
   */
  public static List<Value> append(
      Graph.Builder builder, Value scalarOutput, List<Value> withRespectTo) {
    var type = scalarOutput.type();
    if (type.shape().rank() != 0 || !type.dtype().isFloating()) {
      throw new GradientException(
          "gradient: expected a floating scalar to differentiate, found " + type + "; take a sum");
    }
    for (var value : withRespectTo) {
      if (!value.type().dtype().isFloating()) {
        throw new GradientException(
            "gradient: expected a floating value to differentiate by, found " + value.type());
      }
    }
    var emit = new Emitter(builder, "");
    var seed = emit.constant(Literal.scalar(type.dtype(), 1.0));
    var pulled =
        pullBack(builder, 0, List.of(scalarOutput), List.of(Optional.of(seed)), withRespectTo);
    var gradients = new ArrayList<Value>();
    for (int i = 0; i < pulled.size(); i++) {
      var asked = withRespectTo.get(i);
      gradients.add(pulled.get(i).orElseGet(() -> emit.zeros(asked.type())));
    }
    return List.copyOf(gradients);
  }

  /**
   * Pulls cotangents of some values back to others, through the nodes from a place on; empty stands
   * for zero.
   */
  static List<Optional<Value>> pullBack(
      Graph.Builder builder,
      int from,
      List<Value> outputs,
      List<Optional<Value>> cotangents,
      List<Value> withRespectTo) {
    var nodes = builder.nodes();
    var forward = nodes.subList(from, nodes.size());
    var active = active(forward, withRespectTo);
    var sums = new HashMap<Value, Value>();
    for (int i = 0; i < outputs.size(); i++) {
      if (active.contains(outputs.get(i)) && cotangents.get(i).isPresent()) {
        accumulate(new Emitter(builder, ""), sums, outputs.get(i), cotangents.get(i).get());
      }
    }
    for (int i = forward.size() - 1; i >= 0; i--) {
      var node = forward.get(i);
      var arriving = node.results().stream().map(r -> Optional.ofNullable(sums.get(r))).toList();
      var wanted = node.operands().stream().map(active::contains).toList();
      if (arriving.stream().noneMatch(Optional::isPresent) || !wanted.contains(true)) {
        continue;
      }
      var pullback = new Pullback(builder, from + i, node, arriving, wanted);
      switch (node.op()) {
        case Primitive primitive -> Rules.apply(primitive, pullback);
        case Composite composite -> Composites.apply(composite, pullback);
      }
      for (int k = 0; k < node.operands().size(); k++) {
        var given = pullback.given().get(k);
        if (given.isPresent() && pullback.wants(k)) {
          accumulate(pullback.emit, sums, node.operands().get(k), given.get());
        }
      }
    }
    return withRespectTo.stream().map(value -> Optional.ofNullable(sums.get(value))).toList();
  }

  private static void accumulate(
      Emitter emit, Map<Value, Value> sums, Value value, Value cotangent) {
    var sum = sums.get(value);
    sums.put(value, sum == null ? cotangent : emit.add(sum, cotangent));
  }

  /** The floating values through which cotangents can flow to the given ones. */
  static Set<Value> active(List<Node> nodes, List<Value> values) {
    var active = new HashSet<Value>();
    values.stream().filter(v -> v.type().dtype().isFloating()).forEach(active::add);
    for (var node : nodes) {
      if (!isFlat(node.op()) && node.operands().stream().anyMatch(active::contains)) {
        node.results().stream().filter(r -> r.type().dtype().isFloating()).forEach(active::add);
      }
    }
    return active;
  }

  /** Whether the gradient is 0 wherever there is one. */
  private static boolean isFlat(Op op) {
    return switch (op) {
      case Unary(Unary.Kind kind) ->
          switch (kind) {
            case SIGN, FLOOR, CEIL, ROUND_NEAREST_EVEN -> true;
            case ABS, NEGATE, EXP, EXPM1, LOG, LOG1P, TANH, LOGISTIC -> false;
            case SQRT, RSQRT, SIN, COS, ERF, IS_FINITE, NOT -> false;
          };
      case Primitive _ -> false;
      case Composite composite -> Composites.isFlat(composite);
    };
  }
}
