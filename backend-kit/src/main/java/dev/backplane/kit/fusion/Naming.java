package dev.backplane.kit.fusion;

import dev.backplane.graph.Node;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Constant;
import dev.backplane.op.Reduce;
import dev.backplane.op.Reshape;
import dev.backplane.op.Unary;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/** Short names of groups for reports. */
final class Naming {
  private static final int WORDS = 4;

  private Naming() {}

  /** The first few different ops that compute something. */
  static String of(List<Node> nodes) {
    var words = new LinkedHashSet<String>();
    for (var node : nodes) {
      if (!(node.op() instanceof Constant
          || node.op() instanceof Broadcast
          || node.op() instanceof Reshape)) {
        words.add(word(node));
      }
    }
    var text = String.join("_", words.stream().limit(WORDS).toList());
    return words.size() > WORDS ? text + "_and_" + (words.size() - WORDS) : text;
  }

  private static String word(Node node) {
    var word =
        switch (node.op()) {
          case Unary unary -> unary.kind().name();
          case Binary binary -> binary.kind().name();
          case Reduce reduce -> "REDUCE_" + reduce.combiner();
          default -> node.op().name();
        };
    return word.toLowerCase(Locale.ROOT);
  }
}
