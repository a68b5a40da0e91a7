package dev.backplane.tck;

import dev.backplane.BackplaneException;
import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Random programs of exact ops, run once plainly, and a few times in place: arguments are donated
 * to results of their type, so that each start goes on from what the one before left.
 */
final class ProgramCheck {
  private static final int STARTS = 3;

  private final Device device;
  private final Device oracle;
  private final Departures departures;

  ProgramCheck(Device device, Device oracle) {
    this.device = device;
    this.oracle = oracle;
    departures = Departures.of(device.info());
  }

  /**
   * Compares one program; the seed gives the program and its inputs. It ends early where the device
   * departs from the semantics, as it says it does.
   *
   * @return whether anything was compared
   */
  boolean run(long seed) {
    var graph =
        RandomProgram.draw(
            new Draw(seed), (op, types) -> device.supports(op, types) instanceof Support.Native);
    var inputs = departures.flushed(RandomProgram.inputs(new Draw(seed + 1), graph));
    var where = "  repeat with Conformance.programs(device, oracle, " + seed + ", 1)\n" + graph;
    try {
      if (departs(graph, inputs)) {
        return false;
      }
      var expected = OnDevice.run(oracle, graph, inputs);
      same("", expected, OnDevice.run(device, graph, inputs), where);
      var donations = donations(graph);
      where = "  with donations " + donations + "\n" + where;
      var state = inputs;
      var inPlace = inPlace(graph, donations, inputs);
      for (int start = 0; start < STARTS; start++) {
        if (start > 0 && departs(graph, state)) {
          break;
        }
        var outputs = start == 0 ? expected : OnDevice.run(oracle, graph, state);
        same("start " + start + ", ", outputs, inPlace.get(start), where);
        state = fedBack(state, outputs, donations);
      }
      return true;
    } catch (BackplaneException | IllegalArgumentException | IllegalStateException e) {
      throw new AssertionError(device.info().id() + " threw " + e + "\n" + where, e);
    }
  }

  /** Whether any value on the way from inputs that show none to the results shows a departure. */
  private boolean departs(Graph graph, List<Literal> inputs) {
    if (!departures.denormals()) {
      return false;
    }
    var values = graph.nodes().stream().flatMap(node -> node.results().stream()).toList();
    var all = new Graph(graph.inputs(), graph.nodes(), values);
    return departures.flushes(OnDevice.run(oracle, all, inputs));
  }

  private static void same(String when, List<Literal> expected, List<Literal> found, String where) {
    for (int i = 0; i < expected.size(); i++) {
      var mismatch = Comparison.exact(expected.get(i), found.get(i)).mismatch();
      if (mismatch.isPresent()) {
        throw new AssertionError(when + "result " + i + ", " + mismatch.get() + "\n" + where);
      }
    }
  }

  /** Each input gives its memory to the first result of its type that has none yet. */
  private static Map<Integer, Integer> donations(Graph graph) {
    var donations = new TreeMap<Integer, Integer>();
    for (int input = 0; input < graph.inputs().size(); input++) {
      for (int output = 0; output < graph.outputs().size(); output++) {
        boolean fits = graph.outputTypes().get(output).equals(graph.inputTypes().get(input));
        if (fits && !donations.containsValue(output)) {
          donations.put(input, output);
          break;
        }
      }
    }
    return donations;
  }

  private static List<Literal> fedBack(
      List<Literal> inputs, List<Literal> outputs, Map<Integer, Integer> donations) {
    var state = new ArrayList<>(inputs);
    donations.forEach((input, output) -> state.set(input, outputs.get(output)));
    return state;
  }

  /** The results of each start. */
  private List<List<Literal>> inPlace(
      Graph graph, Map<Integer, Integer> donations, List<Literal> inputs) {
    var program = new Program(graph, new Donations(donations), Numerics.exact(), Tuning.none());
    var arguments = device.allocate(graph.inputTypes());
    var fresh = device.allocate(graph.outputTypes());
    try (var workspace = new Workspace();
        var executable = device.compile(program, workspace)) {
      var results = new ArrayList<>(fresh);
      donations.forEach((input, output) -> results.set(output, arguments.get(input)));
      for (int i = 0; i < inputs.size(); i++) {
        OnDevice.write(arguments.get(i), inputs.get(i));
      }
      var found = new ArrayList<List<Literal>>();
      try (var execution = executable.bind(arguments, results)) {
        for (int start = 0; start < STARTS; start++) {
          execution.start();
          execution.await();
          found.add(results.stream().map(OnDevice::read).toList());
        }
      }
      return found;
    } finally {
      arguments.forEach(Buffer::close);
      fresh.forEach(Buffer::close);
    }
  }
}
