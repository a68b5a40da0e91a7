package dev.backplane.tck;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Program;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds the callers of a backend to the protocol, more strictly than most backends do: nothing is
 * used after it is closed, nothing is started anew while it runs, a donated buffer is not read
 * before it has been written again, and nothing stays open. Breaches throw {@link AssertionError}
 * where they happen. Thread-safe.
 */
public final class Strict implements Watcher {
  private final Map<Object, String> open = new IdentityHashMap<>();
  private final Set<Object> closed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Object> running = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Object> consumed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Map<Object, Call> boundBy = new IdentityHashMap<>();

  /** A watcher that has seen nothing yet. */
  public Strict() {}

  @Override
  public synchronized void before(Call call) {
    switch (call.kind()) {
      case CLOSE_DEVICE, CLOSE_BUFFER, CLOSE_EXECUTABLE, CLOSE_EXECUTION -> {
        open.remove(call.subject());
        running.remove(call.subject());
        closed.add(call.subject());
      }
      case OPEN, ALLOCATE, COMPILE, WRITE, READ -> requireOpen(call.subject(), call.kind());
      case BIND -> {
        requireOpen(call.subject(), call.kind());
        buffers(call, 1).forEach(buffer -> requireOpen(buffer, call.kind()));
        buffers(call, 2).forEach(buffer -> requireOpen(buffer, call.kind()));
      }
      case START -> start(call);
      case AWAIT -> {
        requireOpen(call.subject(), call.kind());
        running.remove(call.subject());
      }
    }
  }

  @Override
  public synchronized void after(Call call, List<?> made) {
    for (var each : made) {
      open.put(each, describe(call));
      boundBy.put(each, call);
    }
  }

  private static String describe(Call call) {
    return switch (call.kind()) {
      case COMPILE, BIND -> {
        var graph = ((Program) call.arguments().getFirst()).graph();
        yield call.kind() + " of a program of " + graph.nodes().size() + " nodes";
      }
      case OPEN, ALLOCATE, WRITE, READ -> call.kind() + " " + call.arguments();
      case START, AWAIT -> call.kind().toString();
      case CLOSE_DEVICE, CLOSE_BUFFER, CLOSE_EXECUTABLE, CLOSE_EXECUTION -> call.kind().toString();
    };
  }

  private void start(Call call) {
    requireOpen(call.subject(), call.kind());
    if (!running.add(call.subject()) && !((Execution) call.subject()).isDone()) {
      throw new AssertionError(
          "an execution is started again while it runs: " + open.get(call.subject()));
    }
    var bound = boundBy.get(call.subject());
    if (bound == null) {
      return;
    }
    switch (bound.kind()) {
      case WRITE -> {
        requireOpen(bound.subject(), Kind.START);
        consumed.remove(bound.subject());
      }
      case READ -> {
        requireOpen(bound.subject(), Kind.START);
        requireContents(bound.subject());
      }
      case BIND -> startProgram(bound);
      case OPEN, ALLOCATE, COMPILE, START, AWAIT -> throw unexpected(bound);
      case CLOSE_DEVICE, CLOSE_BUFFER, CLOSE_EXECUTABLE, CLOSE_EXECUTION -> throw unexpected(bound);
    }
  }

  private static AssertionError unexpected(Call bound) {
    return new AssertionError("an execution was made by " + bound.kind());
  }

  private void startProgram(Call bound) {
    var program = (Program) bound.arguments().getFirst();
    var arguments = buffers(bound, 1);
    var results = buffers(bound, 2);
    arguments.forEach(buffer -> requireOpen(buffer, Kind.START));
    results.forEach(buffer -> requireOpen(buffer, Kind.START));
    arguments.forEach(this::requireContents);
    int inputs = program.graph().inputs().size();
    for (int i = 0; i < arguments.size(); i++) {
      if (program.donations().resultOfArgument().containsKey(i % inputs)) {
        consumed.add(arguments.get(i));
      }
    }
    results.forEach(consumed::remove);
  }

  private void requireOpen(Object subject, Kind kind) {
    if (closed.contains(subject)) {
      var made = boundBy.get(subject);
      throw new AssertionError(
          kind + " on something closed" + (made == null ? "" : ": made by " + describe(made)));
    }
  }

  private void requireContents(Object buffer) {
    if (consumed.contains(buffer)) {
      throw new AssertionError(
          "a buffer is read after it was donated: " + ((Buffer) buffer).type());
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Buffer> buffers(Call call, int argument) {
    return (List<Buffer>) call.arguments().get(argument);
  }

  /** What was made and not closed, described by the calls that made it. */
  public synchronized List<String> leaks() {
    return new ArrayList<>(open.values());
  }

  /** Throws if anything is still open. */
  public void requireNothingOpen() {
    var leaks = leaks();
    if (!leaks.isEmpty()) {
      throw new AssertionError(leaks.size() + " not closed: " + leaks);
    }
  }
}
