package dev.backplane.kit.fusion;

import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Iota;
import dev.backplane.op.Primitive;
import dev.backplane.op.Reduce;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * The loop of a group: rows × columns, and how every value lies in it. A group without a cut
 * between leading and trailing axes has one row. Only row-major order counts, so a reshape changes
 * nothing.
 *
 * @param rows the number of rows, at least 1
 * @param columns the number of columns, at least 1
 * @param extents the extent of every operand and result
 */
public record Space(long rows, long columns, Map<Value, Extent> extents) {
  /** Copies the map. */
  public Space {
    extents = Map.copyOf(extents);
  }

  /** The extent of a value of the group. */
  public Extent extent(Value value) {
    var extent = extents.get(value);
    if (extent == null) {
      throw new IllegalArgumentException(value + " is not in this space");
    }
    return extent;
  }

  /** The number of elements of a value of this extent. */
  public long size(Extent extent) {
    return switch (extent) {
      case FULL -> rows * columns;
      case ROW -> rows;
      case COLUMN -> columns;
      case SCALAR -> 1;
    };
  }

  /**
   * The space of some nodes in topological order; empty if they have no common one, or a value has
   * no elements.
   */
  public static Optional<Space> of(List<Node> nodes) {
    return of(nodes, 0);
  }

  /**
   * The same with so many columns where no broadcast or reduction asks for others.
   *
   * @param preferred the columns; 0 for those that serve best
   */
  public static Optional<Space> of(List<Node> nodes, long preferred) {
    long size = 0;
    for (var value : values(nodes)) {
      if (value.type().shape().size() == 0) {
        return Optional.empty();
      }
      size = Math.max(size, value.type().shape().size());
    }
    var cut = cut(nodes, size, preferred);
    if (cut.isEmpty()) {
      return Optional.empty();
    }
    long columns = cut.getAsLong() == 0 ? size : cut.getAsLong();
    if (columns <= 0 || size % columns != 0) {
      return Optional.empty();
    }
    return new Extents(nodes, size, columns).assign();
  }

  /**
   * Whether a broadcast, reduction or any other node lies in a space of its own at all; one that
   * does not can be no part of a group.
   */
  public static boolean holds(Node node) {
    return of(List.of(node)).isPresent();
  }

  static List<Value> values(List<Node> nodes) {
    var values = new LinkedHashMap<Value, Boolean>();
    for (var node : nodes) {
      node.operands().forEach(value -> values.put(value, true));
      node.results().forEach(value -> values.put(value, true));
    }
    return List.copyOf(values.keySet());
  }

  /** How a broadcast's operand lies in its result, or a reduction's result in its operand. */
  static Optional<Pattern> pattern(Node node) {
    if (!(node.op() instanceof Primitive primitive)) {
      return Optional.empty();
    }
    if (primitive instanceof Broadcast broadcast) {
      var operand = node.operands().getFirst().type().shape();
      var kept =
          IntStream.range(0, operand.rank())
              .filter(axis -> operand.dimension(axis) != 1)
              .mapToObj(axis -> broadcast.axes().get(axis))
              .toList();
      return Optional.of(Pattern.of(broadcast.shape(), kept));
    }
    if (primitive instanceof Reduce reduce) {
      var operand = node.operands().getFirst().type().shape();
      var kept =
          IntStream.range(0, operand.rank())
              .filter(axis -> !reduce.axes().contains(axis))
              .boxed()
              .toList();
      return Optional.of(Pattern.of(operand, kept));
    }
    return Optional.empty();
  }

  static long larger(Node node) {
    return Math.max(
        node.operands().isEmpty() ? 0 : node.operands().getFirst().type().shape().size(),
        node.result().type().shape().size());
  }

  /** The columns that the nodes ask for: 0 if none does, empty if two ask for different ones. */
  private static OptionalLong cut(List<Node> nodes, long size, long preferred) {
    long cut = 0;
    long wish = preferred;
    for (var node : nodes) {
      var pattern = pattern(node);
      if (pattern.isPresent()) {
        var kind = pattern.get().kind();
        if (kind == Pattern.Kind.SCATTERED) {
          return OptionalLong.empty();
        }
        boolean cuts = kind == Pattern.Kind.LEADING || kind == Pattern.Kind.TRAILING;
        if (cuts && larger(node) == size) {
          if (cut != 0 && cut != pattern.get().columns()) {
            return OptionalLong.empty();
          }
          cut = pattern.get().columns();
        }
      }
      if (node.op() instanceof Iota iota && wish == 0) {
        wish = wish(iota, size);
      }
    }
    return OptionalLong.of(cut != 0 ? cut : wish);
  }

  /** An index along an axis is cheapest where it is that of the column or of the row. */
  private static long wish(Iota iota, long size) {
    var shape = iota.type().shape();
    long inner = 1;
    for (int axis = iota.axis() + 1; axis < shape.rank(); axis++) {
      inner *= shape.dimension(axis);
    }
    long dimension = shape.dimension(iota.axis());
    if (shape.size() != size || dimension == 1 || dimension == size) {
      return 0;
    }
    if (inner == 1) {
      return dimension;
    }
    return inner * dimension == size ? inner : 0;
  }

  /** Gives every value its extent; where rows and columns are equally many the nodes decide. */
  private static final class Extents {
    private final List<Node> nodes;
    private final long size;
    private final long rows;
    private final long columns;
    private final Map<Value, Value> parents = new HashMap<>();
    private final Map<Value, Extent> labels = new HashMap<>();

    Extents(List<Node> nodes, long size, long columns) {
      this.nodes = nodes;
      this.size = size;
      this.columns = columns;
      this.rows = size / columns;
    }

    Optional<Space> assign() {
      for (var node : nodes) {
        if (!relate(node)) {
          return Optional.empty();
        }
      }
      var extents = new LinkedHashMap<Value, Extent>();
      for (var value : values(nodes)) {
        var extent = extent(value);
        if (extent.isEmpty()) {
          return Optional.empty();
        }
        extents.put(value, extent.get());
      }
      return Optional.of(new Space(rows, columns, extents));
    }

    private Optional<Extent> extent(Value value) {
      long elements = value.type().shape().size();
      if (elements == size) {
        return Optional.of(Extent.FULL);
      }
      if (elements == 1) {
        return Optional.of(Extent.SCALAR);
      }
      if (elements == rows && rows == columns) {
        return Optional.of(labels.getOrDefault(root(value), Extent.COLUMN));
      }
      if (elements == rows) {
        return Optional.of(Extent.ROW);
      }
      return elements == columns ? Optional.of(Extent.COLUMN) : Optional.empty();
    }

    private boolean relate(Node node) {
      var pattern = pattern(node);
      if (pattern.isEmpty()) {
        for (var operand : node.operands()) {
          if (!join(operand, node.result())) {
            return false;
          }
        }
        return true;
      }
      var operand = node.operands().getFirst();
      boolean reduces = node.op() instanceof Reduce;
      var smaller = reduces ? node.result() : operand;
      var larger = reduces ? operand : node.result();
      return switch (pattern.get().kind()) {
        case IDENTITY -> join(smaller, larger);
        case SCALAR -> true;
        case LEADING -> larger(node) == size && label(smaller, Extent.ROW);
        case TRAILING -> larger(node) == size && label(smaller, Extent.COLUMN);
        case SCATTERED -> false;
      };
    }

    private Value root(Value value) {
      var at = value;
      for (var parent = parents.get(at); parent != null; parent = parents.get(at)) {
        at = parent;
      }
      return at;
    }

    private boolean join(Value x, Value y) {
      var from = root(x);
      var to = root(y);
      if (from.equals(to)) {
        return true;
      }
      var label = labels.get(from);
      parents.put(from, to);
      return label == null || label(to, label);
    }

    private boolean label(Value value, Extent extent) {
      var root = root(value);
      var before = labels.putIfAbsent(root, extent);
      return before == null || before == extent;
    }
  }
}
