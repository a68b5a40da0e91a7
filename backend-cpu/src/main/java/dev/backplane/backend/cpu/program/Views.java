package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.kernel.Pitches;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Extent;
import dev.backplane.kit.fusion.Space;
import dev.backplane.kit.fusion.Step;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Reduce;
import dev.backplane.op.Slice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What fusion groups read and write in place of copies: columns that are cut out of a longer row,
 * as a gate is out of all gates, are read where they are, and rows that are put side by side are
 * written to where they stand. Slices and concatenations that nobody else needs are no steps then.
 */
final class Views {
  /** Rows of fewer columns are copied: a kernel then has one loop over all of them. */
  private static final int FEWEST = 16;

  /**
   * A group with what it reads and writes.
   *
   * @param group its outputs are those that are written
   * @param reads by input: the rows it is part of; nothing where it is dense
   * @param writes the same by output
   * @param pitches of both
   * @param nodes the slices and concatenations that it stands for
   */
  record Viewed(
      Step.Fused group,
      List<Optional<Part>> reads,
      List<Optional<Part>> writes,
      Pitches pitches,
      List<Node> nodes) {}

  /**
   * Columns of longer rows.
   *
   * @param of what has these rows
   * @param first the first of its columns
   */
  record Part(Value of, long first) {
    long pitch() {
      return of.type().shape().last();
    }

    long offset() {
      return first * of.type().dtype().bytes();
    }
  }

  private final Graph graph;
  private final List<Step> steps;
  private final Map<Value, Node> makers = new HashMap<>();
  private final Map<Value, Set<Node>> readers = new HashMap<>();
  private final Map<Step.Fused, Viewed> viewed = new HashMap<>();
  private final Set<Node> gone = new HashSet<>();

  private Views(Graph graph, List<Step> steps) {
    this.graph = graph;
    this.steps = steps;
    for (var node : graph.nodes()) {
      node.results().forEach(result -> makers.put(result, node));
      for (var operand : node.operands()) {
        readers.computeIfAbsent(operand, _ -> new LinkedHashSet<>()).add(node);
      }
    }
  }

  /** Finds them in the steps of a graph. */
  static Views of(Graph graph, List<Step> steps) {
    var views = new Views(graph, steps);
    for (var step : steps) {
      if (step instanceof Step.Fused group) {
        views.look(group).ifPresent(found -> views.viewed.put(group, found));
      }
    }
    views.leaveOut();
    return views;
  }

  /** A group with its views; nothing where it has none. */
  Optional<Viewed> of(Step.Fused group) {
    return Optional.ofNullable(viewed.get(group));
  }

  /** Whether nobody needs a node as a step. */
  boolean isGone(Node node) {
    return gone.contains(node);
  }

  private Optional<Viewed> look(Step.Fused group) {
    var nodes = group.graph().nodes();
    long columns = columns(group);
    if (columns < FEWEST) {
      return Optional.empty();
    }
    var space = Space.of(nodes, columns);
    // Without rows and columns of its own a group folds over one row: another one has other bits.
    boolean folds =
        nodes.stream().anyMatch(node -> node.op() instanceof Reduce)
            && !Space.of(nodes).equals(space);
    if (space.isEmpty() || space.get().columns() != columns || space.get().rows() < 2 || folds) {
      return Optional.empty();
    }
    var taken = new LinkedHashSet<Node>();
    var reads = new ArrayList<Optional<Part>>();
    for (var input : group.inputs()) {
      var part = cut(input).filter(_ -> isRows(input, space.get()));
      part.ifPresent(_ -> taken.add(makers.get(input)));
      reads.add(part);
    }
    var outputs = new ArrayList<>(group.outputs());
    var writes = new ArrayList<Optional<Part>>();
    outputs.forEach(_ -> writes.add(Optional.empty()));
    for (var row : rows(group, space.get())) {
      taken.add(row);
      long first = 0;
      for (var piece : row.operands()) {
        outputs.add(piece);
        writes.add(Optional.of(new Part(row.result(), first)));
        first += columns;
      }
      gone.add(row);
    }
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    for (int i = group.outputs().size() - 1; i >= 0; i--) {
      if (onlyPutTogether(outputs.get(i))) {
        outputs.remove(i);
        writes.remove(i);
      }
    }
    var written = new Graph(group.graph().inputs(), nodes, outputs);
    return Optional.of(
        new Viewed(
            new Step.Fused(written, group.inputs(), outputs, group.name()),
            reads,
            writes,
            new Pitches(columns, pitches(reads), pitches(writes)),
            List.copyOf(taken)));
  }

  private static List<Long> pitches(List<Optional<Part>> parts) {
    return parts.stream().map(part -> part.map(Part::pitch).orElse(0L)).toList();
  }

  /** The columns of the first slice that a group reads, or the first rows that it puts together. */
  private long columns(Step.Fused group) {
    for (var input : group.inputs()) {
      if (cut(input).isPresent()) {
        return input.type().shape().last();
      }
    }
    for (var output : group.outputs()) {
      for (var reader : readers.getOrDefault(output, Set.of())) {
        if (reader.op() instanceof Concatenate) {
          return output.type().shape().last();
        }
      }
    }
    return 0;
  }

  private static boolean isRows(Value value, Space space) {
    return space.extent(value) == Extent.FULL && value.type().shape().last() == space.columns();
  }

  /** The longer rows that a value is columns of. */
  private Optional<Part> cut(Value value) {
    var node = makers.get(value);
    if (node == null || !(node.op() instanceof Slice slice)) {
      return Optional.empty();
    }
    var whole = node.operands().getFirst();
    var shape = whole.type().shape();
    int last = shape.rank() - 1;
    for (int axis = 0; axis <= last; axis++) {
      boolean all =
          slice.starts().get(axis) == 0 && slice.limits().get(axis) == shape.dimension(axis);
      if (slice.strides().get(axis) != 1 || axis < last && !all) {
        return Optional.empty();
      }
    }
    return last < 0 ? Optional.empty() : Optional.of(new Part(whole, slice.starts().get(last)));
  }

  /** The concatenations of a group's rows, of all of which it makes every piece. */
  private List<Node> rows(Step.Fused group, Space space) {
    var rows = new LinkedHashSet<Node>();
    for (var output : group.outputs()) {
      for (var reader : readers.getOrDefault(output, Set.of())) {
        if (reader.op() instanceof Concatenate row
            && row.axis() == output.type().shape().rank() - 1
            && reader.operands().stream()
                .allMatch(piece -> group.outputs().contains(piece) && isRows(piece, space))) {
          rows.add(reader);
        }
      }
    }
    return List.copyOf(rows);
  }

  /** Whether nothing reads a value but concatenations that are gone. */
  private boolean onlyPutTogether(Value value) {
    var by = readers.getOrDefault(value, Set.of());
    return !by.isEmpty() && gone.containsAll(by) && !graph.outputs().contains(value);
  }

  /** Slices that only groups read, where they are. */
  private void leaveOut() {
    var needed = new HashSet<>(graph.outputs());
    for (var step : steps) {
      switch (step) {
        case Step.Single(var node) -> needed.addAll(node.operands());
        case Step.Fused group -> {
          var reads = of(group).map(Viewed::reads);
          for (int i = 0; i < group.inputs().size(); i++) {
            if (reads.isEmpty() || reads.get().get(i).isEmpty()) {
              needed.add(group.inputs().get(i));
            }
          }
        }
      }
    }
    for (var each : viewed.values()) {
      for (var node : each.nodes()) {
        if (node.op() instanceof Slice && !needed.contains(node.result())) {
          gone.add(node);
        }
      }
    }
  }
}
