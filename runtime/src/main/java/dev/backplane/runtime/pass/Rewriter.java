package dev.backplane.runtime.pass;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Composite;
import dev.backplane.op.Constant;
import dev.backplane.op.CustomCall;
import dev.backplane.op.If;
import dev.backplane.op.Op;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.Primitive;
import dev.backplane.op.Reshape;
import dev.backplane.op.Scan;
import dev.backplane.op.While;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Writes a graph anew, node by node, and asks of each: is it known already, is it a constant, is
 * there a simpler way to say it ({@link Algebra})? The operands of a node have been through that
 * when it is asked.
 */
final class Rewriter {
  private final Graph.Builder builder = new Graph.Builder();
  private final Map<Value, Node> producers = new HashMap<>();
  private final Map<Expression, List<Value>> known = new HashMap<>();

  /** What makes two nodes one. */
  private record Expression(Op op, List<Value> operands) {}

  private Rewriter() {}

  static Graph rewrite(Graph graph) {
    var rewriter = new Rewriter();
    var inputs = graph.inputTypes().stream().map(rewriter.builder::input).toList();
    return rewriter.builder.build(rewriter.inline(graph, inputs, ""));
  }

  /** Writes the nodes of a graph; gives its outputs. */
  List<Value> inline(Graph graph, List<Value> arguments, String origin) {
    var mapped = new HashMap<Value, Value>();
    for (int i = 0; i < arguments.size(); i++) {
      mapped.put(graph.inputs().get(i), arguments.get(i));
    }
    for (var node : graph.nodes()) {
      var operands = node.operands().stream().map(v -> get(mapped, v)).toList();
      var at = node.origin().isEmpty() ? origin : node.origin();
      var results = write(simplifyBodies(node.op()), operands, at);
      for (int i = 0; i < results.size(); i++) {
        mapped.put(node.results().get(i), results.get(i));
      }
    }
    return graph.outputs().stream().map(v -> get(mapped, v)).toList();
  }

  private static Value get(Map<Value, Value> mapped, Value value) {
    return Objects.requireNonNull(mapped.get(value), () -> "no value for " + value);
  }

  private static Op simplifyBodies(Op op) {
    return switch (op) {
      case Scan s ->
          new Scan(Passes.simplify(s.body()), s.length(), s.carries(), s.scanned(), s.reverse());
      case While w ->
          new While(Passes.simplify(w.condition()), Passes.simplify(w.body()), w.carries());
      case If(Graph then, Graph otherwise) ->
          new If(Passes.simplify(then), Passes.simplify(otherwise));
      case Primitive primitive -> primitive;
      case Composite composite -> composite;
    };
  }

  /** The results of an op, in the simplest way there is to compute them. */
  List<Value> write(Op op, List<Value> operands, String origin) {
    if (op instanceof Primitive primitive) {
      var simpler =
          Algebra.simplify(primitive, operands, this, origin)
              .or(() -> Shapes.onScalars(primitive, operands, this, origin));
      if (simpler.isPresent()) {
        return simpler.get();
      }
      var folded = Folding.fold(primitive, operands, this);
      if (folded.isPresent()) {
        return List.of(splatOrConstant(folded.get(), primitive, operands, origin));
      }
    }
    var expression = new Expression(op, ordered(op, operands));
    var before = known.get(expression);
    if (before != null) {
      return before;
    }
    var results = builder.apply(op, operands, origin);
    var node = new Node(op, operands, results, origin);
    results.forEach(result -> producers.put(result, node));
    if (!(op instanceof OptimizationBarrier || op instanceof CustomCall)) {
      known.put(expression, results);
    }
    return results;
  }

  Value write(Op op, String origin, Value... operands) {
    return write(op, List.of(operands), origin).getFirst();
  }

  /** Sums and products are the same either way round. */
  private static List<Value> ordered(Op op, List<Value> operands) {
    boolean commutes =
        op instanceof Binary(Binary.Kind kind)
            && (kind == Binary.Kind.ADD || kind == Binary.Kind.MULTIPLY);
    return commutes && operands.getFirst().id() > operands.getLast().id()
        ? operands.reversed()
        : operands;
  }

  private Value splatOrConstant(Literal folded, Primitive op, List<Value> operands, String origin) {
    var shape = op.infer(Value.types(operands)).getFirst().shape();
    var constant = write(new Constant(folded), origin);
    return folded.type().shape().equals(shape)
        ? constant
        : write(new Broadcast(shape, List.of()), origin, constant);
  }

  /** The operand of the op of the given class that made the value, if one did. */
  <T extends Primitive> Optional<Made<T>> made(Value value, Class<T> op) {
    var producer = producers.get(value);
    return producer != null && op.isInstance(producer.op())
        ? Optional.of(new Made<>(op.cast(producer.op()), producer.operands()))
        : Optional.empty();
  }

  /**
   * An op and its operands.
   *
   * @param op the op
   * @param operands its operands
   */
  record Made<T extends Primitive>(T op, List<Value> operands) {
    Value x() {
      return operands.getFirst();
    }
  }

  /** The literal, if the value is a constant. */
  Optional<Literal> constant(Value value) {
    return made(value, Constant.class).map(made -> made.op().value());
  }

  /** The one element that the value is filled with, as a scalar, if that is known. */
  Optional<Literal> splat(Value value) {
    var producer = producers.get(value);
    if (producer == null) {
      return Optional.empty();
    }
    if (producer.op() instanceof Constant(Literal literal)) {
      return literal.isSplat() ? Optional.of(scalar(literal)) : Optional.empty();
    }
    return producer.op() instanceof Broadcast || producer.op() instanceof Reshape
        ? splat(producer.operands().getFirst())
        : Optional.empty();
  }

  private static Literal scalar(Literal splat) {
    var type = new TensorType(splat.type().dtype(), Shape.scalar());
    return splat.type().equals(type)
        ? splat
        : Literal.copyOf(type, splat.data().asSlice(0, type.bytes()));
  }

  /** A value filled with a scalar. */
  Value fill(Literal scalar, Shape shape, String origin) {
    var constant = write(new Constant(scalar), origin);
    return shape.rank() == 0 ? constant : write(new Broadcast(shape, List.of()), origin, constant);
  }
}
