package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.contraction.MatrixProduct;
import dev.backplane.kit.contraction.MatrixView;
import dev.backplane.op.Dot;
import dev.backplane.op.Transpose;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  /**
   * Finds them.
   *
   * @param transposed by value, the nodes of the graph that transpose it
   * @param fresh gives ids of values
   */
  static Operands of(Node node, Map<Value, List<Node>> transposed, IntSupplier fresh) {
    var before = new ArrayList<Node>();
    var dot = node;
    for (int side = 0; side < 2; side++) {
      if (view(dot, side).needsCopy()) {
        var known = known(dot, side, transposed.getOrDefault(dot.operands().get(side), List.of()));
        if (known.size() == 1) {
          dot = known.getFirst();
        } else {
          var copy = copy(dot, side, fresh.getAsInt());
          before.add(copy);
          dot = through(dot, side, copy);
        }
      }
    }
    return new Operands(dot, before);
  }

  private static MatrixView view(Node node, int side) {
    var product = product(node);
    return side == 0 ? product.left() : product.right();
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
  private static List<Node> known(Node node, int side, List<Node> transposes) {
    return transposes.stream()
        .filter(each -> keepsOrder(node, side, each))
        .map(each -> through(node, side, each))
        .filter(each -> copies(each) < copies(node))
        .limit(1)
        .toList();
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

  /** Transposes an operand so that rows and columns collapse, its last axis staying where it is. */
  private static Node copy(Node node, int side, int id) {
    var dot = (Dot) node.op();
    var operand = node.operands().get(side);
    var permutation = view(node, side).permutation();
    int batch = (side == 0 ? dot.leftBatch() : dot.rightBatch()).size();
    int rows = side == 0 ? free(dot, side, operand).size() : dot.rightContract().size();
    if (permutation.subList(batch, batch + rows).contains(permutation.size() - 1)) {
      var turned = new ArrayList<>(permutation.subList(0, batch));
      turned.addAll(permutation.subList(batch + rows, permutation.size()));
      turned.addAll(permutation.subList(batch, batch + rows));
      permutation = turned;
    }
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
