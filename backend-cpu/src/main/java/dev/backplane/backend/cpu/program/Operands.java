package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.contraction.MatrixProduct;
import dev.backplane.op.Dot;
import dev.backplane.op.Transpose;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

/**
 * A contraction whose operands collapse into rows and columns where they lie, and the
 * transpositions that this takes. What the graph transposes already is taken from there: a
 * recurrent layer brings time to the front before its product, and the gradient of its kernel reads
 * the same.
 *
 * @param node the contraction
 * @param before transpositions of its operands, which no graph has
 */
record Operands(Node node, List<Node> before) {
  private static final List<Integer> SIDES = List.of(0, 1);

  /** A transposition of an operand, and the contraction of it. */
  private record Copied(Node copy, Node dot) {}

  /**
   * Finds them.
   *
   * @param transposed by value, the nodes of the graph that transpose it
   * @param fresh gives ids of values
   */
  static Operands of(Node node, Map<Value, List<Node>> transposed, IntSupplier fresh) {
    var before = new ArrayList<Node>();
    var dot = node;
    while (copies(dot) > 0) {
      var known = known(dot, transposed);
      if (known.isPresent()) {
        dot = known.get();
      } else {
        var copied = copied(dot, fresh.getAsInt());
        before.add(copied.copy());
        dot = copied.dot();
      }
    }
    return new Operands(dot, before);
  }

  private static MatrixProduct product(Node node) {
    var operands = node.operands();
    return MatrixProduct.of((Dot) node.op(), operands.get(0).type(), operands.get(1).type());
  }

  private static int copies(Node node) {
    var product = product(node);
    return (product.left().needsCopy() ? 1 : 0) + (product.right().needsCopy() ? 1 : 0);
  }

  /** The contraction of what is transposed already, where that takes fewer copies. */
  private static Optional<Node> known(Node node, Map<Value, List<Node>> transposed) {
    for (int side : SIDES) {
      for (var each : transposed.getOrDefault(node.operands().get(side), List.of())) {
        if (keepsOrder(node, side, each)) {
          var through = through(node, side, each);
          if (copies(through) < copies(node)) {
            return Optional.of(through);
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Whether the axes that are left in the result have one order before and behind it. */
  private static boolean keepsOrder(Node node, int side, Node transpose) {
    var free = free((Dot) node.op(), side, node.operands().get(side));
    var behind = ((Transpose) transpose.op()).permutation().stream().filter(free::contains);
    return behind.toList().equals(free);
  }

  private static List<Integer> free(Dot dot, int side, Value operand) {
    var taken = new ArrayList<>(side == 0 ? dot.leftBatch() : dot.rightBatch());
    taken.addAll(side == 0 ? dot.leftContract() : dot.rightContract());
    return IntStream.range(0, operand.type().shape().rank())
        .boxed()
        .filter(axis -> !taken.contains(axis))
        .toList();
  }

  /** A copy that makes one fewer necessary, of the smaller operand if that does. */
  private static Copied copied(Node node, int id) {
    boolean left = elements(node, 0) <= elements(node, 1);
    for (int side : left ? SIDES : SIDES.reversed()) {
      var copy = copy(node, side, id);
      var dot = through(node, side, copy);
      if (copies(dot) < copies(node)) {
        return new Copied(copy, dot);
      }
    }
    throw new IllegalStateException("no copy helps " + node);
  }

  private static long elements(Node node, int side) {
    return node.operands().get(side).type().shape().size();
  }

  /**
   * Transposes an operand so that rows and columns collapse: the contracted axes in the order in
   * which the other operand has them, before or behind the others, so that elements side by side
   * stay there.
   */
  private static Node copy(Node node, int side, int id) {
    var dot = (Dot) node.op();
    var operand = node.operands().get(side);
    var free = free(dot, side, operand);
    var contracted = new ArrayList<Integer>();
    var own = side == 0 ? dot.leftContract() : dot.rightContract();
    var others = side == 0 ? dot.rightContract() : dot.leftContract();
    others.stream().sorted().forEach(axis -> contracted.add(own.get(others.indexOf(axis))));
    boolean behind = contracted.contains(operand.type().shape().rank() - 1);
    var permutation = new ArrayList<>(side == 0 ? dot.leftBatch() : dot.rightBatch());
    permutation.addAll(behind ? free : contracted);
    permutation.addAll(behind ? contracted : free);
    var shape = operand.type().shape();
    var moved = new Shape(permutation.stream().map(shape::dimension).toList());
    return new Node(
        new Transpose(permutation),
        List.of(operand),
        List.of(new Value(id, operand.type().withShape(moved))),
        node.origin());
  }

  /** The same contraction of a transposed operand. */
  private static Node through(Node node, int side, Node transpose) {
    var dot = (Dot) node.op();
    var permutation = ((Transpose) transpose.op()).permutation();
    var operands = new ArrayList<>(node.operands());
    operands.set(side, transpose.result());
    var op =
        side == 0
            ? new Dot(
                axes(dot.leftBatch(), permutation),
                dot.rightBatch(),
                axes(dot.leftContract(), permutation),
                dot.rightContract(),
                dot.result(),
                dot.precision())
            : new Dot(
                dot.leftBatch(),
                axes(dot.rightBatch(), permutation),
                dot.leftContract(),
                axes(dot.rightContract(), permutation),
                dot.result(),
                dot.precision());
    return new Node(op, operands, node.results(), node.origin());
  }

  private static List<Integer> axes(List<Integer> before, List<Integer> permutation) {
    return before.stream().map(permutation::indexOf).toList();
  }
}
