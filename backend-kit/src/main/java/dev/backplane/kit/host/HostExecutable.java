package dev.backplane.kit.host;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Program;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.check.Bindings;
import dev.backplane.kit.memory.Lifetime;
import dev.backplane.kit.memory.MemoryPlan;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A program as a list of kernels. Results are computed where they are to lie, unless an argument
 * lies there too (it is donated): those are computed in scratch memory and copied at the end, when
 * nothing reads arguments any more.
 */
final class HostExecutable implements Executable {
  private static final long ALIGNMENT = 64;

  private final HostDevice device;
  private final Program program;
  private final HostScratch scratch;
  private final List<Kernel> kernels = new ArrayList<>();
  private final Map<Value, Integer> blocks = new HashMap<>();
  private final MemoryPlan plan;
  private final CompileReport report;
  private volatile boolean closed;

  /** A kernel and what it works on. */
  private record Step(Kernel kernel, List<MemorySegment> operands, List<MemorySegment> results) {}

  HostExecutable(HostDevice device, Program program, Workspace workspace) {
    long begin = System.nanoTime();
    this.device = device;
    this.program = program;
    Bindings.checkDonations(program);
    var names = new ArrayList<CompileReport.Kernel>();
    for (var node : program.graph().nodes()) {
      kernels.add(kernel(node));
      names.add(new CompileReport.Kernel(node.op().name(), device.info().id(), 1));
    }
    plan = MemoryPlan.of(lifetimes(), ALIGNMENT);
    scratch = workspace.scratch(device, HostScratch.class, () -> new HostScratch(device));
    scratch.require(plan.bytes());
    report = new CompileReport(names, Map.of(), plan.bytes(), System.nanoTime() - begin);
  }

  private Kernel kernel(Node node) {
    var operands = Value.types(node.operands());
    var results = Value.types(node.results());
    return device
        .kernel(node.op(), operands, results)
        .orElseThrow(
            () ->
                new UnsupportedProgramException(
                    device.info().id()
                        + ": no kernel for "
                        + node.op()
                        + " of "
                        + operands
                        + (node.origin().isEmpty() ? "" : " in layer " + node.origin())));
  }

  /** Inputs that are outputs get a block too: a donated argument may be another result's place. */
  private List<Lifetime> lifetimes() {
    var nodes = program.graph().nodes();
    var last = new HashMap<Value, Integer>();
    for (int i = 0; i < nodes.size(); i++) {
      int step = i;
      nodes.get(i).operands().forEach(value -> last.put(value, step));
    }
    program.graph().outputs().forEach(value -> last.put(value, nodes.size()));
    var lifetimes = new ArrayList<Lifetime>();
    for (int i = 0; i < nodes.size(); i++) {
      for (var value : nodes.get(i).results()) {
        blocks.put(value, lifetimes.size());
        lifetimes.add(new Lifetime(value.type().bytes(), i, last.getOrDefault(value, i)));
      }
    }
    for (var value : program.graph().inputs()) {
      if (program.graph().outputs().contains(value)) {
        blocks.put(value, lifetimes.size());
        lifetimes.add(new Lifetime(value.type().bytes(), nodes.size(), nodes.size()));
      }
    }
    return lifetimes;
  }

  @Override
  public Execution bind(List<Buffer> arguments, List<Buffer> results) {
    device.order().lock();
    try {
      device.requireOpen();
      requireOpen();
      var graph = program.graph();
      Bindings.check(
          graph.inputTypes(), graph.outputTypes(), program.donations(), arguments, results);
      var from = own("argument", arguments).toArray(HostBuffer[]::new);
      var to = own("result", results).toArray(HostBuffer[]::new);
      var donated =
          program.donations().resultOfArgument().keySet().stream()
              .map(argument -> from[argument])
              .toArray(HostBuffer[]::new);
      var steps = steps(from, to).toArray(Step[]::new);
      return new HostExecution(device, () -> check(from, to), () -> run(steps, donated, to));
    } finally {
      device.order().unlock();
    }
  }

  private List<HostBuffer> own(String what, List<Buffer> buffers) {
    var own = new ArrayList<HostBuffer>();
    for (int i = 0; i < buffers.size(); i++) {
      if (!(buffers.get(i) instanceof HostBuffer buffer) || buffer.device() != device) {
        throw new IllegalArgumentException(
            "bind C6: " + what + " " + i + " is a buffer of another device");
      }
      buffer.requireOpen();
      own.add(buffer);
    }
    return own;
  }

  private List<Step> steps(HostBuffer[] arguments, HostBuffer[] results) {
    var graph = program.graph();
    var memory = scratch.require(plan.bytes());
    var places = new HashMap<Value, MemorySegment>();
    var occupied = Collections.newSetFromMap(new IdentityHashMap<HostBuffer, Boolean>());
    for (int i = 0; i < arguments.length; i++) {
      places.put(graph.inputs().get(i), arguments[i].memory());
      occupied.add(arguments[i]);
    }
    for (int i = 0; i < results.length; i++) {
      if (!occupied.contains(results[i])) {
        places.putIfAbsent(graph.outputs().get(i), results[i].memory());
      }
    }
    var steps = new ArrayList<Step>();
    for (int i = 0; i < kernels.size(); i++) {
      var node = graph.nodes().get(i);
      node.results().forEach(value -> places.computeIfAbsent(value, v -> block(v, memory)));
      steps.add(new Step(kernels.get(i), at(node.operands(), places), at(node.results(), places)));
    }
    var copies = new ArrayList<Step>();
    for (int i = 0; i < results.length; i++) {
      var value = graph.outputs().get(i);
      var place = at(value, places);
      if (graph.inputs().contains(value)) {
        // Set aside before the first result overwrites an argument.
        var aside = block(value, memory);
        steps.add(copy(place, aside));
        place = aside;
      }
      if (!place.equals(results[i].memory())) {
        copies.add(copy(place, results[i].memory()));
      }
    }
    steps.addAll(copies);
    return steps;
  }

  private MemorySegment block(Value value, MemorySegment memory) {
    int block = Objects.requireNonNull(blocks.get(value));
    return memory.asSlice(plan.offsets().get(block), value.type().bytes());
  }

  private static List<MemorySegment> at(List<Value> values, Map<Value, MemorySegment> places) {
    return values.stream().map(value -> at(value, places)).toList();
  }

  private static MemorySegment at(Value value, Map<Value, MemorySegment> places) {
    return Objects.requireNonNull(places.get(value), value::toString);
  }

  private static Step copy(MemorySegment from, MemorySegment to) {
    return new Step((x, y) -> y.getFirst().copyFrom(x.getFirst()), List.of(from), List.of(to));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(device.info().id() + ": the executable is closed");
    }
  }

  private void check(HostBuffer[] arguments, HostBuffer[] results) {
    requireOpen();
    for (var argument : arguments) {
      argument.requireHeld();
    }
    for (var result : results) {
      result.requireOpen();
    }
  }

  private static void run(Step[] steps, HostBuffer[] donated, HostBuffer[] results) {
    boolean ended = false;
    try {
      for (var step : steps) {
        step.kernel().run(step.operands(), step.results());
      }
      ended = true;
    } finally {
      for (var buffer : donated) {
        buffer.lost(!ended);
      }
      for (var buffer : results) {
        buffer.lost(!ended);
      }
    }
  }

  @Override
  public CompileReport report() {
    return report;
  }

  @Override
  public void close() {
    closed = true;
  }
}
