package dev.backplane.runtime.session;

import dev.backplane.BackplaneException;
import dev.backplane.Training;
import dev.backplane.backend.CompileReport;
import dev.backplane.graph.Value;
import dev.backplane.runtime.device.Lease;
import dev.backplane.runtime.name.Nearest;
import dev.backplane.runtime.placement.Site;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A program of a session, bound to the session's state and to host memory. A run transfers the host
 * inputs, computes, and transfers the host outputs; it allocates nothing.
 */
public final class SessionProgram implements AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final String name;
  private final Session session;
  private final Assembly assembly;
  private final List<Slot> inputs;
  private final List<Slot> outputs;
  private final Arena arena = Arena.ofShared();
  private final Map<String, MemorySegment> hosts = new LinkedHashMap<>();
  private final List<String> reads;
  private final List<String> writes;
  private final Lease[] devices;
  private Wiring wiring;
  private int layout;
  private boolean started;
  private boolean held;
  private @Nullable Throwable failure;
  private boolean closed;

  SessionProgram(
      String name, Session session, Assembly assembly, List<Slot> inputs, List<Slot> outputs) {
    this.name = name;
    this.session = session;
    this.assembly = assembly;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    allocate(this.inputs, assembly.plan().inputs());
    allocate(this.outputs, assembly.plan().outputs());
    reads = paths(this.inputs);
    writes = paths(this.outputs);
    devices = devices();
    layout = session.state().layout();
    try {
      wiring = wire();
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private void allocate(List<Slot> slots, List<Value> values) {
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i) instanceof Slot.Host(var host)) {
        hosts.put(host, arena.allocate(values.get(i).type().bytes(), ALIGNMENT));
      }
    }
  }

  private static List<String> paths(List<Slot> slots) {
    var paths = new ArrayList<String>();
    for (var slot : slots) {
      if (slot instanceof Slot.State(var path)) {
        paths.add(path);
      }
    }
    return paths;
  }

  private Lease[] devices() {
    var used = EnumSet.of(Site.CHOSEN);
    assembly.plan().parts().forEach(part -> used.add(part.site()));
    return used.stream().map(session.sites()::at).distinct().toArray(Lease[]::new);
  }

  private Wiring wire() {
    return new Wiring(
        assembly,
        session.sites(),
        inputs.stream().map(this::endpoint).toList(),
        outputs.stream().map(this::endpoint).toList());
  }

  private Endpoint endpoint(Slot slot) {
    return switch (slot) {
      case Slot.State(var path) -> session.state().home(path);
      case Slot.Host(var host) -> new Endpoint.OnHost(host(host));
    };
  }

  String name() {
    return name;
  }

  /**
   * The native memory of a host input or output, row-major; its address stays the same. It may be
   * written and read while the program does not run.
   *
   * @throws IllegalArgumentException if the program has no such slot
   */
  public MemorySegment host(String host) {
    var segment = hosts.get(host);
    if (segment == null) {
      throw new IllegalArgumentException(
          "program "
              + name
              + " has no host slot \""
              + host
              + "\": there are "
              + hosts.keySet()
              + Nearest.hint(host, hosts.keySet()));
    }
    return segment;
  }

  /**
   * Submits a run, which may end on this thread, before this returns. Allocates nothing.
   *
   * @throws IllegalStateException if the start before was not awaited
   * @throws dev.backplane.StateLostException if a state it reads is lost
   */
  public void start() {
    if (closed) {
      throw new IllegalStateException("program " + name + " is closed");
    }
    if (layout != session.state().layout()) {
      rewire();
    }
    session.begin(this, reads);
    hold();
    started = true;
    try {
      wiring.start();
      if (wiring.isDone()) {
        // Nothing is under way: a backend may go although nobody has awaited this yet.
        failure = wiring.drain();
        release(devices.length);
        held = false;
      }
    } catch (RuntimeException | Error e) {
      // A step that fails makes those behind it fail too: the first one is the cause.
      var cause = wiring.drain();
      throw failed(cause == null ? e : cause);
    }
  }

  /** No backend goes in the middle of a run. */
  private void hold() {
    for (int i = 0; i < devices.length; i++) {
      try {
        devices[i].hold();
      } catch (RuntimeException | Error e) {
        release(i);
        session.end(this);
        throw e;
      }
    }
    held = true;
  }

  private void release(int count) {
    for (int i = 0; i < count; i++) {
      devices[i].release();
    }
  }

  /** State has moved since this program was bound. */
  private void rewire() {
    var fresh = wire();
    wiring.close();
    wiring = fresh;
    layout = session.state().layout();
  }

  /**
   * Waits for the last start; returns at once where there was none.
   *
   * @throws BackplaneException the failure of that start; the state it was updating is lost then
   */
  public void await() {
    if (!started) {
      return;
    }
    var cause = held ? wiring.drain() : failure;
    if (cause != null) {
      throw failed(cause);
    }
    ended();
  }

  private void ended() {
    started = false;
    failure = null;
    if (held) {
      release(devices.length);
      held = false;
    }
    session.end(this);
  }

  /** The state it was writing is lost, whatever it was: an error of the JVM stays one. */
  private RuntimeException failed(Throwable cause) {
    ended();
    session.lose(
        writes,
        cause instanceof BackplaneException failure
            ? String.valueOf(failure.getMessage())
            : "program " + name + " failed: " + cause);
    return switch (cause) {
      case RuntimeException failure -> failure;
      case Error error -> throw error;
      default -> new IllegalStateException("no step throws this", cause);
    };
  }

  /** Starts and awaits. */
  public void run() {
    start();
    await();
  }

  /** Where each node runs, and why. */
  public List<Training.Placed> why() {
    return assembly.why();
  }

  /** How each part was compiled. */
  public List<CompileReport> reports() {
    return assembly.reports();
  }

  /**
   * Measures everything that runs on a device.
   *
   * @param runs how often this program is to run
   * @param step runs something, from time to time this program
   */
  public List<Training.Measured> measure(int runs, Runnable step) {
    await();
    var measured = wiring;
    try (var watch = measured.watched()) {
      while (watch.runs() < runs) {
        step.run();
        await();
        if (wiring != measured) {
          throw new IllegalStateException(name + ": its state moved while it was measured");
        }
      }
      return watch.measured();
    } finally {
      measured.unwatched();
    }
  }

  /** How many executables a run consists of; 1 where one device runs everything. */
  public int parts() {
    return assembly.plan().parts().size();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (held) {
        var unseen = wiring.drain();
        if (unseen != null) {
          System.getLogger(SessionProgram.class.getName())
              .log(System.Logger.Level.DEBUG, "program " + name + " failed unseen", unseen);
        }
      }
      ended();
      wiring.close();
      assembly.close();
      arena.close();
    }
  }
}
