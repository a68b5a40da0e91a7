package dev.backplane.graph;

import dev.backplane.io.MalformedModelException;
import dev.backplane.tensor.Literal;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Graphs as text that reads back to an equal graph. One node a line:
 *
 * <pre>
 * graph (%0: f32[64,784], %1: f32[784,10]) {
 *   %2: f32[64,10] = Dot{leftBatch=[], rightBatch=[], leftContract=[1], …} (%0, %1) @ "dense_1"
 *   return %2
 * }
 * </pre>
 *
 * <p>An op is the name of its record and its components by name, in their order; a graph among them
 * stands in the same form. Floats are in hex, NaNs with their bits, so that nothing is rounded. A
 * literal of more than {@value #INLINE} elements stands by its hash, {@code f32[784,10] #3f2a…},
 * and is kept beside the text, see {@link #literals}.
 */
public final class GraphText {
  /** The most elements of a literal that stand in the text. */
  public static final int INLINE = 64;

  private GraphText() {}

  /** The text of a graph. */
  public static String print(Graph graph) {
    return new GraphWriter().write(graph);
  }

  /**
   * The literals of a graph that are too large for its text, by hash; those of inner graphs too.
   */
  public static Map<String, Literal> literals(Graph graph) {
    var writer = new GraphWriter();
    writer.write(graph);
    return new TreeMap<>(writer.beside());
  }

  /**
   * Reads a graph that has no literals beside its text.
   *
   * @throws MalformedModelException if the text is not that of a valid graph, naming the line
   */
  public static Graph parse(String text) {
    return parse(text, hash -> Optional.empty());
  }

  /**
   * Reads a graph.
   *
   * @param text the text
   * @param literals finds a literal by its hash; the hash of what it gives is checked
   * @throws MalformedModelException if the text is not that of a valid graph, naming the line
   */
  public static Graph parse(String text, Function<String, Optional<Literal>> literals) {
    return new GraphReader(text, literals).read();
  }
}
