package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Op;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * One node on the way back: what a rule sees. A rule reads operands, results and cotangents and
 * gives a cotangent for each operand that {@link #wants} one; what it does not give is zero.
 */
final class Pullback {
  private final Graph.Builder builder;
  private final int index;
  private final Node node;
  private final List<Optional<Value>> cotangents;
  private final List<Boolean> wanted;
  private final List<Optional<Value>> given;
  final Emitter emit;

  Pullback(
      Graph.Builder builder,
      int index,
      Node node,
      List<Optional<Value>> cotangents,
      List<Boolean> wanted) {
    this.builder = builder;
    this.index = index;
    this.node = node;
    this.cotangents = cotangents;
    this.wanted = wanted;
    this.given = new ArrayList<>();
    wanted.forEach(_ -> given.add(Optional.empty()));
    this.emit = new Emitter(builder, node.origin());
  }

  Node node() {
    return node;
  }

  Value operand(int i) {
    return node.operands().get(i);
  }

  List<Value> operands() {
    return node.operands();
  }

  /** The shape of an operand. */
  Shape shape(int i) {
    return type(i).shape();
  }

  /** The type of an operand. */
  TensorType type(int i) {
    return operand(i).type();
  }

  /** The result of a node that has one. */
  Value result() {
    return node.result();
  }

  Value result(int i) {
    return node.results().get(i);
  }

  /** The cotangent of the only result; a rule is not asked where there is none. */
  Value cotangent() {
    return cotangents.getFirst().orElseThrow();
  }

  /** The cotangent of a result of a node of several; empty stands for zero. */
  Optional<Value> cotangent(int i) {
    return cotangents.get(i);
  }

  List<Optional<Value>> cotangents() {
    return cotangents;
  }

  /** Whether anything asked for depends on this operand. */
  boolean wants(int i) {
    return wanted.get(i);
  }

  List<Boolean> wanted() {
    return wanted;
  }

  void give(int i, Value cotangent) {
    if (!cotangent.type().equals(type(i))) {
      throw new IllegalStateException(
          "the gradient of %s gives %s for operand %d of type %s"
              .formatted(node.op().name(), cotangent.type(), i, type(i)));
    }
    given.set(i, Optional.of(cotangent));
  }

  void give(int i, Optional<Value> cotangent) {
    cotangent.ifPresent(value -> give(i, value));
  }

  List<Optional<Value>> given() {
    return given;
  }

  /** Replaces the forward op by one with further results, which the backward pass uses. */
  List<Value> widen(Op op) {
    return builder.widen(index, op);
  }

  /** Takes the gradient of another way to compute the same results, which is put in anew. */
  void through(Graph equivalent) {
    int from = builder.size();
    var outputs = builder.inline(equivalent, operands(), node.origin());
    through(from, outputs);
  }

  /** Takes the gradient of the nodes from a place on, which compute the same results again. */
  void through(int from, List<Value> outputs) {
    var first = new LinkedHashMap<Value, Integer>();
    for (int i = 0; i < operands().size(); i++) {
      if (wants(i)) {
        first.putIfAbsent(operand(i), i);
      }
    }
    var asked = List.copyOf(first.keySet());
    var pulled = Gradient.pullBack(builder, from, outputs, cotangents, asked).iterator();
    // A value that stands at several operands gets all its cotangent at the first of them.
    first.values().forEach(i -> give(i, pulled.next()));
  }

  GradientException refuse(String why) {
    return new GradientException(
        node.op().name()
            + " has no gradient: "
            + why
            + (node.origin().isEmpty() ? "" : ", in " + node.origin()));
  }
}
