package dev.backplane.runtime.session;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Execution;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.runtime.placement.Part;
import dev.backplane.runtime.placement.Site;
import dev.backplane.runtime.placement.Sites;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A compiled program bound to what it reads and writes: a list of steps that is gone through once
 * for each run. All memory it needs besides is allocated when it is made, none when it runs.
 *
 * <p>Values that a part on another device needs go by way of the host. Inputs are copied before
 * anything is computed, since the program may overwrite them; outputs that are inputs, unchanged,
 * are saved at that time too.
 */
final class Wiring implements AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final Assembly assembly;
  private final Sites sites;
  private final List<Endpoint> inputs;
  private final List<Endpoint> outputs;
  private final Arena arena = Arena.ofShared();
  private final Map<Site, Map<Value, Buffer>> present = new EnumMap<>(Site.class);
  private final List<Buffer> owned = new ArrayList<>();
  private final List<Execution> steps = new ArrayList<>();
  // Whether the next step needs the result of this one from the host's memory.
  private final List<Boolean> awaited = new ArrayList<>();
  private final List<Stopwatch.Label> labels = new ArrayList<>();
  private final Execution[] sequence;
  private final boolean[] waits;
  // How many steps the last start has submitted: what is behind them failed, if at all, earlier.
  private int submitted;
  private @Nullable Stopwatch stopwatch;

  Wiring(Assembly assembly, Sites sites, List<Endpoint> inputs, List<Endpoint> outputs) {
    this.assembly = assembly;
    this.sites = sites;
    this.inputs = inputs;
    this.outputs = outputs;
    for (var site : Site.values()) {
      present.put(site, new HashMap<>());
    }
    try {
      var saved = save();
      bringInputs();
      for (int i = 0; i < parts().size(); i++) {
        bind(i);
      }
      takeOutputs(saved);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
    sequence = steps.toArray(Execution[]::new);
    waits = new boolean[sequence.length];
    for (int i = 0; i < waits.length; i++) {
      waits[i] = awaited.get(i);
    }
  }

  private List<Part> parts() {
    return assembly.plan().parts();
  }

  /** Submits everything; waits only where the host carries a value on. Allocates nothing. */
  void start() {
    submitted = 0;
    var watch = stopwatch;
    for (int i = 0; i < sequence.length; i++) {
      if (watch != null) {
        watch.run(i);
        continue;
      }
      sequence[i].start();
      submitted = i + 1;
      if (waits[i]) {
        sequence[i].await();
      }
    }
  }

  /** Measures from the next start on, until the stopwatch is closed and {@link #unwatched}. */
  Stopwatch watched() {
    var watch = new Stopwatch(sequence, labels);
    stopwatch = watch;
    return watch;
  }

  void unwatched() {
    stopwatch = null;
  }

  /** Whether everything submitted has ended, well or not. Allocates nothing. */
  boolean isDone() {
    for (int i = 0; i < submitted; i++) {
      if (!sequence[i].isDone()) {
        return false;
      }
    }
    return true;
  }

  /** Waits for everything submitted, and throws the first failure. */
  void await() {
    switch (drain()) {
      case null -> {}
      case RuntimeException failure -> throw failure;
      case Error failure -> throw failure;
      case Throwable other -> throw new IllegalStateException("no step throws this", other);
    }
  }

  /** Waits for everything submitted, and gives back the first failure. */
  @Nullable Throwable drain() {
    Throwable failure = null;
    for (int i = 0; i < submitted; i++) {
      try {
        sequence[i].await();
      } catch (RuntimeException | Error e) {
        failure = failure == null ? e : failure;
      }
    }
    return failure;
  }

  /** Outputs that are inputs: by output, where the value waits until the end. */
  private Map<Integer, MemorySegment> save() {
    var saved = new HashMap<Integer, MemorySegment>();
    for (int i = 0; i < outputs.size(); i++) {
      int from = assembly.plan().inputs().indexOf(assembly.plan().outputs().get(i));
      if (from < 0 || isSame(inputs.get(from), outputs.get(i))) {
        continue;
      }
      switch (inputs.get(from)) {
        case Endpoint.OnHost(var segment) -> saved.put(i, segment);
        case Endpoint.OnDevice(var _, var buffer) -> saved.put(i, stage(buffer));
      }
    }
    return saved;
  }

  private static boolean isSame(Endpoint input, Endpoint output) {
    return input instanceof Endpoint.OnDevice(var _, var from)
        && output instanceof Endpoint.OnDevice(var _, var to)
        && from == to;
  }

  private void bringInputs() {
    for (int i = 0; i < inputs.size(); i++) {
      var value = assembly.plan().inputs().get(i);
      for (var site : Site.values()) {
        boolean read = parts().stream().anyMatch(part -> part.site() == site && part.reads(value));
        if (!read) {
          continue;
        }
        switch (inputs.get(i)) {
          case Endpoint.OnHost(var segment) -> bring(value, site, segment);
          case Endpoint.OnDevice(var home, var buffer) -> {
            if (home == site) {
              at(site).put(value, buffer);
            } else {
              bring(value, site, stage(buffer));
            }
          }
        }
      }
    }
  }

  private void bind(int index) {
    var part = parts().get(index);
    var arguments = new ArrayList<Buffer>();
    for (var value : part.graph().inputs()) {
      arguments.add(buffer(value, part.site()));
    }
    var results = new ArrayList<Buffer>();
    for (var value : part.graph().outputs()) {
      var buffer = result(index, value);
      results.add(buffer);
      at(part.site()).put(value, buffer);
    }
    var executable = assembly.executable(index);
    var device = sites.at(part.site()).info().id();
    var execution = executable.bind(arguments, results);
    add(execution, false, new Stopwatch.Label(device, whole(part), executable::report));
  }

  /** All of a part as one thing, for a device that does not tell its kernels apart. */
  private static CompileReport.Kernel whole(Part part) {
    var nodes = part.graph().nodes();
    var ops = nodes.stream().map(node -> node.op().name()).distinct().limit(4).toList();
    var origins = nodes.stream().map(Node::origin).filter(o -> !o.isEmpty()).distinct().toList();
    return new CompileReport.Kernel(
        ops.size() > 3 ? String.join("+", ops.subList(0, 3)) + "+…" : String.join("+", ops),
        "as a whole",
        nodes.size(),
        String.join(",", origins),
        0,
        0);
  }

  /** A value on a device, brought from the other one if need be. */
  private Buffer buffer(Value value, Site site) {
    var here = at(site).get(value);
    if (here != null) {
      return here;
    }
    return bring(value, site, stage(anywhere(value)));
  }

  private Buffer anywhere(Value value) {
    for (var site : Site.values()) {
      var buffer = at(site).get(value);
      if (buffer != null) {
        return buffer;
      }
    }
    throw new IllegalStateException(value + " is on no device: the plan's parts are out of order");
  }

  /**
   * Where a part writes a result: into the memory it was handed, the output's own, or new memory.
   */
  private Buffer result(int index, Value value) {
    var site = parts().get(index).site();
    for (var handover : assembly.handovers()) {
      if (handover.part() == index && handover.output().equals(value)) {
        return buffer(handover.input(), site);
      }
    }
    for (int i = 0; i < outputs.size(); i++) {
      if (assembly.plan().outputs().get(i).equals(value)
          && outputs.get(i) instanceof Endpoint.OnDevice(var home, var buffer)
          && home == site
          && !isReadFrom(index, site, buffer)) {
        return buffer;
      }
    }
    return allocate(value, site);
  }

  /** Whether this part or a later one reads the buffer as an input of the program. */
  private boolean isReadFrom(int index, Site site, Buffer buffer) {
    return parts().subList(index, parts().size()).stream()
        .filter(part -> part.site() == site)
        .flatMap(part -> part.graph().inputs().stream())
        .anyMatch(input -> at(site).get(input) == buffer);
  }

  private void takeOutputs(Map<Integer, MemorySegment> saved) {
    for (int i = 0; i < outputs.size(); i++) {
      var value = assembly.plan().outputs().get(i);
      var waiting = saved.get(i);
      boolean passes = assembly.plan().inputs().contains(value);
      if (waiting != null) {
        switch (outputs.get(i)) {
          case Endpoint.OnHost(var segment) -> add(new HostCopy(waiting, segment), segment);
          case Endpoint.OnDevice(var _, var buffer) -> add(buffer.write(waiting), waiting);
        }
      } else if (!passes) {
        switch (outputs.get(i)) {
          case Endpoint.OnHost(var segment) -> add(anywhere(value).read(segment), segment);
          case Endpoint.OnDevice(var home, var buffer) -> {
            if (at(home).get(value) != buffer) {
              var from = stage(anywhere(value));
              add(buffer.write(from), from);
            }
          }
        }
      }
    }
  }

  private Map<Value, Buffer> at(Site site) {
    return present.computeIfAbsent(site, _ -> new HashMap<>());
  }

  /** Reads a buffer to host memory of this wiring's own. */
  private MemorySegment stage(Buffer buffer) {
    var segment = arena.allocate(buffer.type().bytes(), ALIGNMENT);
    add(buffer.read(segment), true, copy(segment));
    return segment;
  }

  private Buffer bring(Value value, Site site, MemorySegment from) {
    var buffer = allocate(value, site);
    add(buffer.write(from), from);
    at(site).put(value, buffer);
    return buffer;
  }

  private Buffer allocate(Value value, Site site) {
    var buffer = sites.at(site).allocate(List.of(value.type())).getFirst();
    owned.add(buffer);
    return buffer;
  }

  private void add(Execution copy, MemorySegment host) {
    add(copy, false, copy(host));
  }

  private void add(Execution step, boolean wait, Stopwatch.Label label) {
    steps.add(step);
    awaited.add(wait);
    labels.add(label);
  }

  private static Stopwatch.Label copy(MemorySegment host) {
    long bytes = 2 * host.byteSize();
    var kernel = new CompileReport.Kernel("copy", "between device and host", 0, "", 0, bytes);
    return new Stopwatch.Label("host", kernel, () -> new CompileReport(List.of(), Map.of(), 0, 0));
  }

  @Override
  public void close() {
    steps.forEach(Execution::close);
    owned.forEach(Buffer::close);
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
