package dev.backplane.runtime.session;

import dev.backplane.StateLostException;
import dev.backplane.Target;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.MemoryUse;
import dev.backplane.backend.Support;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Op;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.device.Lease;
import dev.backplane.runtime.job.OpenJob;
import dev.backplane.runtime.placement.Placement;
import dev.backplane.runtime.placement.Plan;
import dev.backplane.runtime.placement.Site;
import dev.backplane.runtime.placement.Sites;
import dev.backplane.runtime.replica.Sharding;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The state of a job on its device, in one block, and the programs that share it and the device's
 * scratch memory. Serves one thread at a time; its programs run one after the other.
 *
 * <ul>
 *   <li>C1: a path names a state of the session.
 *   <li>C2: a value written, and a program's input or output, has the type of its state.
 *   <li>C3: a program has a slot for each input and output; the names of host slots are unique.
 *   <li>C4: a state stands at most once among the inputs and once among the outputs of a program.
 * </ul>
 */
public final class Session implements AutoCloseable {
  private final Devices devices;
  private final Sites sites;
  private final Target target;
  private final StateBlock state;
  private final List<SessionProgram> programs = new ArrayList<>();
  // Why, as text: an exception of a backend would hold its classes.
  private final SortedMap<String, String> lost = new TreeMap<>();
  private @Nullable SessionProgram running;
  private boolean closed;

  private Session(
      Devices devices, Sites sites, Target target, SortedMap<String, TensorType> state) {
    this.devices = devices;
    this.sites = sites;
    this.target = target;
    this.state = new StateBlock(sites, state);
  }

  /**
   * Opens a device and allocates the state on it, zeroed.
   *
   * @param devices where the device is found
   * @param target which device, and how exactly
   * @param state the types of the state by path
   * @param job for whom; it outlives the session
   * @throws dev.backplane.NoSuchDeviceException if there is no such device
   * @throws dev.backplane.backend.OutOfDeviceMemoryException if it has no room
   */
  public static Session open(
      Devices devices, Target target, SortedMap<String, TensorType> state, OpenJob job) {
    var sites = Sites.open(devices, target, job);
    try {
      return new Session(devices, sites, target, state);
    } catch (RuntimeException | Error e) {
      sites.close();
      throw e;
    }
  }

  /** Whether one of its devices' backends has gone. */
  public boolean isLost() {
    return sites.anyOpen(Lease::isLost);
  }

  /** Whether a session opened now would run on another backend, or its own has gone. */
  public boolean isSuperseded() {
    return sites.anyOpen(devices::isSuperseded);
  }

  /** The device that was chosen. */
  public DeviceInfo device() {
    return sites.at(Site.CHOSEN).info();
  }

  /** Whether the chosen device runs an op itself. */
  public Support supports(Op op, List<TensorType> operands) {
    return sites.at(Site.CHOSEN).supports(op, operands);
  }

  /** Memory in use on the chosen device. */
  public MemoryUse memory() {
    return sites.at(Site.CHOSEN).memory();
  }

  /**
   * The value of a state, after all programs started.
   *
   * @throws StateLostException if a program failed that had taken the state over
   */
  public Literal read(String path) {
    settle();
    state.type(path);
    requirePresent(path);
    return state.read(path);
  }

  /** Sets the value of a state, after all programs started. A lost one is there again. */
  public void write(String path, Literal value) {
    settle();
    state.write(path, value);
    lost.remove(path);
  }

  /** The paths whose values are lost; each must be written before a program reads it. */
  public Set<String> lost() {
    return Set.copyOf(lost.keySet());
  }

  /**
   * Compiles a program: passes, placement, compilation by the devices, binding.
   *
   * @param name in messages
   * @param graph the program
   * @param inputs where each input comes from
   * @param outputs where each output goes; a state that is no output keeps its value
   * @throws dev.backplane.backend.UnsupportedProgramException if no device runs a node
   * @throws dev.backplane.backend.CompilationFailedException if a device's compiler fails
   */
  public SessionProgram compile(String name, Graph graph, List<Slot> inputs, List<Slot> outputs) {
    requireOpen();
    check(name, "inputs", graph.inputTypes(), inputs);
    check(name, "outputs", graph.outputTypes(), outputs);
    requireUnique(name, inputs, outputs);
    var plan = place(name, graph, inputs);
    var handovers = handovers(plan, inputs, outputs);
    var assembly = Assembly.compile(plan, handovers, sites, target);
    try {
      for (var handover : handovers) {
        state.settle(handover.state(), plan.parts().get(handover.part()).site());
      }
      var program = new SessionProgram(name, this, assembly, inputs, outputs);
      programs.add(program);
      return program;
    } catch (RuntimeException | Error e) {
      assembly.close();
      throw e;
    }
  }

  /**
   * Divides the rows that come from the host among the replicas of a group. Parts on another device
   * see what the first replica has: where there are any, every replica computes everything.
   */
  private Plan place(String name, Graph graph, List<Slot> inputs) {
    int replicas = sites.at(Site.CHOSEN).replicas();
    if (replicas > 1) {
      var rows =
          IntStream.range(0, inputs.size())
              .filter(i -> inputs.get(i) instanceof Slot.Host)
              .boxed()
              .collect(Collectors.toSet());
      var divided = Sharding.divide(graph, rows, replicas);
      var plan = Placement.place(name, divided, sites, target.strict());
      if (plan.parts().stream().allMatch(part -> part.site() == Site.CHOSEN)) {
        return plan;
      }
    }
    return Placement.place(name, graph, sites, target.strict());
  }

  private void check(String name, String what, List<TensorType> types, List<Slot> slots) {
    if (types.size() != slots.size()) {
      throw new IllegalArgumentException(
          "Session C3: program "
              + name
              + " has "
              + types.size()
              + " "
              + what
              + ", found "
              + slots.size()
              + " slots");
    }
    for (int i = 0; i < types.size(); i++) {
      if (slots.get(i) instanceof Slot.State(var path) && !state.type(path).equals(types.get(i))) {
        throw new IllegalArgumentException(
            "Session C2: state "
                + path
                + " is "
                + state.type(path)
                + ", among the "
                + what
                + " of program "
                + name
                + " found "
                + types.get(i));
      }
    }
  }

  private static void requireUnique(String name, List<Slot> inputs, List<Slot> outputs) {
    var hosts = new HashSet<Slot>();
    var all = new ArrayList<>(inputs);
    all.addAll(outputs);
    for (var slot : all) {
      if (slot instanceof Slot.Host && !hosts.add(slot)) {
        throw new IllegalArgumentException(
            "Session C3: " + slot + " stands twice among inputs and outputs of program " + name);
      }
    }
    requireStatesOnce(name, "inputs", inputs);
    requireStatesOnce(name, "outputs", outputs);
  }

  private static void requireStatesOnce(String name, String what, List<Slot> slots) {
    var states = new HashSet<Slot>();
    for (var slot : slots) {
      if (slot instanceof Slot.State && !states.add(slot)) {
        throw new IllegalArgumentException(
            "Session C4: " + slot + " stands twice among the " + what + " of program " + name);
      }
    }
  }

  /** A state that goes in and comes out takes its own memory over, where nobody reads it later. */
  private static List<Handover> handovers(Plan plan, List<Slot> inputs, List<Slot> outputs) {
    var handovers = new ArrayList<Handover>();
    var given = new HashSet<Value>();
    for (int i = 0; i < outputs.size(); i++) {
      int from = inputs.indexOf(outputs.get(i));
      int maker = Handover.maker(plan, plan.outputs().get(i));
      if (outputs.get(i) instanceof Slot.State(var path) && from >= 0 && maker >= 0) {
        var input = plan.inputs().get(from);
        var output = plan.outputs().get(i);
        if (Handover.isPossible(plan, maker, input) && given.add(output)) {
          handovers.add(new Handover(path, maker, input, output));
        }
      }
    }
    return handovers;
  }

  Sites sites() {
    return sites;
  }

  StateBlock state() {
    return state;
  }

  /** A program is about to start: the one before must have ended, as they share scratch memory. */
  void begin(SessionProgram program, List<String> reads) {
    requireOpen();
    if (running != null) {
      if (running == program) {
        throw new IllegalStateException(
            "program " + program.name() + " was started and not awaited; await it first");
      }
      settle();
    }
    if (!lost.isEmpty()) {
      reads.forEach(this::requirePresent);
    }
    running = program;
  }

  void end(SessionProgram program) {
    if (running == program) {
      running = null;
    }
  }

  /** A program failed that writes these states: what they hold is neither old nor new. */
  void lose(List<String> paths, String cause) {
    paths.forEach(path -> lost.put(path, cause));
  }

  private void settle() {
    requireOpen();
    var program = running;
    if (program != null) {
      program.await();
    }
  }

  private void requirePresent(String path) {
    var cause = lost.get(path);
    if (cause != null) {
      throw new StateLostException(
          "state "
              + path
              + " is lost: a program that was updating it in place failed ("
              + cause
              + "); write it anew, from a checkpoint or snapshot");
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    programs.forEach(SessionProgram::close);
    state.close();
    sites.close();
  }
}
