package dev.backplane.runtime.gradient;

import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Convert;
import dev.backplane.op.Dot;
import dev.backplane.op.Op;
import dev.backplane.op.Transpose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What an iteration adds to the cotangent of an invariant, split into its terms. A contraction of
 * two values of the iteration need not be summed up in the loop: over all iterations it is one
 * contraction, with the iteration as one more contracted axis.
 *
 * @param contractions terms that leave the loop
 * @param summed terms that are added up in it
 */
record Hoisting(List<Contraction> contractions, List<Value> summed) {
  /**
   * A contraction and what is done with its result.
   *
   * @param dot the contraction in one iteration
   * @param left its left operand
   * @param right its right operand
   * @param then ops of one operand, in order
   */
  record Contraction(Dot dot, Value left, Value right, List<Op> then) {
    /** The term of all iterations from the stacks of both operands. */
    Value over(Emitter emit, Value lefts, Value rights) {
      var all =
          new Dot(
              behind(dot.leftBatch()),
              behind(dot.rightBatch()),
              withIterations(dot.leftContract()),
              withIterations(dot.rightContract()),
              dot.result(),
              dot.precision());
      var value = emit.apply(all, lefts, rights);
      for (var op : then) {
        value = emit.apply(op, value);
      }
      return value;
    }

    private static List<Integer> behind(List<Integer> axes) {
      return axes.stream().map(axis -> axis + 1).toList();
    }

    private static List<Integer> withIterations(List<Integer> axes) {
      return Stream.concat(Stream.of(0), behind(axes).stream()).toList();
    }
  }

  /**
   * Splits a cotangent.
   *
   * @param nodes the nodes of the backward iteration
   * @param varies whether a value differs from iteration to iteration
   */
  static Hoisting of(Value cotangent, List<Node> nodes, Predicate<Value> varies) {
    var producers = new HashMap<Value, Node>();
    nodes.forEach(node -> node.results().forEach(result -> producers.put(result, node)));
    var hoisting = new Hoisting(new ArrayList<>(), new ArrayList<>());
    hoisting.split(cotangent, producers, varies);
    return hoisting;
  }

  private void split(Value term, Map<Value, Node> producers, Predicate<Value> varies) {
    var producer = producers.get(term);
    if (producer != null
        && producer.op() instanceof Binary(Binary.Kind kind)
        && kind == Binary.Kind.ADD) {
      producer.operands().forEach(operand -> split(operand, producers, varies));
      return;
    }
    var then = new ArrayList<Op>();
    while (producer != null
        && (producer.op() instanceof Transpose || producer.op() instanceof Convert)) {
      then.addFirst(producer.op());
      producer = producers.get(producer.operands().getFirst());
    }
    if (producer != null
        && producer.op() instanceof Dot dot
        && producer.operands().stream().allMatch(varies)) {
      contractions.add(
          new Contraction(
              dot, producer.operands().getFirst(), producer.operands().getLast(), then));
    } else {
      summed.add(term);
    }
  }
}
