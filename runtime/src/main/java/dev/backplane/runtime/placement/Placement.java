package dev.backplane.runtime.placement;

import dev.backplane.Training;
import dev.backplane.backend.Support;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Composite;
import dev.backplane.op.Op;
import dev.backplane.op.Primitive;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.device.Lease;
import dev.backplane.runtime.pass.Passes;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides which device runs which node. The chosen device is asked for each; a composite that it
 * does not claim is decomposed first. What it does not run goes to the reference device, with a
 * reason; a loop or branch moves whole.
 */
public final class Placement {
  private final String name;
  private final Sites sites;
  private final Lease chosen;
  private final List<Training.Placed> why = new ArrayList<>();

  private Placement(String name, Sites sites) {
    this.name = name;
    this.sites = sites;
    this.chosen = sites.at(Site.CHOSEN);
  }

  /**
   * Places a program.
   *
   * @param name of the program, for messages
   * @param graph the program
   * @param sites the devices
   * @param strict refuse rather than use the reference device
   * @throws UnsupportedProgramException if no device runs a node, or only the reference device and
   *     that is refused, with all such nodes and the reasons
   */
  public static Plan place(String name, Graph graph, Sites sites, boolean strict) {
    return new Placement(name, sites).place(graph, strict);
  }

  private Plan place(Graph graph, boolean strict) {
    // The second time, since what a composite is made of may meet what is there already: a
    // gradient repeats the decomposition of its forward pass.
    var simple = Passes.simplify(expand(Passes.simplify(graph)));
    var placed = new ArrayList<PlacedNode>();
    var refused = new ArrayList<Training.Placed>();
    for (var node : simple.nodes()) {
      var choice = choose(node);
      placed.add(choice);
      var device = sites.at(choice.site()).info().id();
      var line = new Training.Placed(node.origin(), node.op().name(), device, choice.reason());
      why.add(line);
      if (choice.site() == Site.REFERENCE) {
        refused.add(line);
      }
    }
    if (strict && !refused.isEmpty()) {
      throw new UnsupportedProgramException(
          chosen.info().id()
              + " does not run "
              + refused.size()
              + " of "
              + simple.nodes().size()
              + " nodes of "
              + name
              + ", and a strict target forbids the reference device:"
              + refused.stream().map(Placement::line).collect(Collectors.joining()));
    }
    return new Plan(simple.inputs(), Partition.of(simple, placed), simple.outputs(), why);
  }

  private static String line(Training.Placed placed) {
    return "\n  "
        + placed.op()
        + (placed.origin().isEmpty() ? "" : " of " + placed.origin())
        + ": "
        + placed.reason();
  }

  /** Replaces the composites that the chosen device does not claim by what they are made of. */
  private Graph expand(Graph graph) {
    var builder = new Graph.Builder();
    var inputs = graph.inputs().stream().map(input -> builder.input(input.type())).toList();
    return builder.build(append(builder, graph, inputs, ""));
  }

  private List<Value> append(
      Graph.Builder builder, Graph graph, List<Value> arguments, String origin) {
    Map<Value, Value> mapped = new HashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      mapped.put(graph.inputs().get(i), arguments.get(i));
    }
    for (var node : graph.nodes()) {
      var operands = all(mapped, node.operands());
      var place = node.origin().isEmpty() ? origin : node.origin();
      var results =
          switch (node.op()) {
            case Primitive primitive ->
                builder.apply(Nested.map(primitive, this::expand), operands, place);
            case Composite composite -> append(builder, composite, operands, place);
          };
      for (int i = 0; i < results.size(); i++) {
        mapped.put(node.results().get(i), results.get(i));
      }
    }
    return all(mapped, graph.outputs());
  }

  private List<Value> append(
      Graph.Builder builder, Composite composite, List<Value> operands, String origin) {
    // Gradients have been taken by now: without them a program is smaller and no newer than it must
    // be.
    var plain =
        new Composite(
            composite.name(),
            composite.version(),
            composite.attributes(),
            composite.decomposition(),
            Optional.empty());
    return switch (ask(chosen, plain, Value.types(operands))) {
      case Support.Native() -> builder.apply(plain, operands, origin);
      case Support.ByDecomposition(var reason) ->
          decompose(builder, composite, operands, origin, reason);
      case Support.No(var reason) -> decompose(builder, composite, operands, origin, reason);
    };
  }

  private List<Value> decompose(
      Graph.Builder builder,
      Composite composite,
      List<Value> operands,
      String origin,
      String reason) {
    why.add(
        new Training.Placed(origin, composite.name(), chosen.info().id(), "decomposed: " + reason));
    return append(builder, composite.decomposition(), operands, origin);
  }

  private static List<Value> all(Map<Value, Value> mapped, List<Value> values) {
    return values.stream().map(value -> mapped.getOrDefault(value, value)).toList();
  }

  private PlacedNode choose(Node node) {
    var types = Value.types(node.operands());
    var answer = ask(chosen, node.op(), types);
    if (answer instanceof Support.Native) {
      return new PlacedNode(node, Site.CHOSEN, "native");
    }
    var reason = "not on " + chosen.info().id() + ": " + reason(answer);
    if (chosen.info().id().equals(Devices.REFERENCE)) {
      throw new UnsupportedProgramException(
          name + ": " + place(node) + " runs on no device; " + reason);
    }
    var fallback = ask(sites.at(Site.REFERENCE), node.op(), types);
    if (!(fallback instanceof Support.Native)) {
      throw new UnsupportedProgramException(
          name
              + ": "
              + place(node)
              + " runs on no device; "
              + reason
              + "; not on "
              + Devices.REFERENCE
              + ": "
              + reason(fallback));
    }
    return new PlacedNode(node, Site.REFERENCE, reason);
  }

  private static String place(Node node) {
    return node.op().name() + (node.origin().isEmpty() ? "" : " of layer " + node.origin());
  }

  private static String reason(Support support) {
    return switch (support) {
      case Support.Native() -> "native";
      case Support.ByDecomposition(var reason) -> reason;
      case Support.No(var reason) -> reason;
    };
  }

  /** A backend is never shown an op that is newer than what it knows. */
  private static Support ask(Lease device, Op op, List<TensorType> operands) {
    int since = Nested.since(op);
    if (since > device.primitiveSet()) {
      return new Support.No(
          "it knows primitive set "
              + device.primitiveSet()
              + ", the op needs "
              + since
              + "; update its bundle");
    }
    return device.supports(op, operands);
  }
}
