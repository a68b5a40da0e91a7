package dev.backplane.tck;

import java.util.ArrayList;
import java.util.List;

/** Keeps the calls in their order. Thread-safe. */
public final class Recorder implements Watcher {
  private final List<Call> calls = new ArrayList<>();

  /** A recorder of nothing yet. */
  public Recorder() {}

  @Override
  public synchronized void before(Call call) {
    calls.add(call);
  }

  /** The calls so far. */
  public synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  /** The kinds of the calls so far. */
  public List<Kind> kinds() {
    return calls().stream().map(Call::kind).toList();
  }

  /** How often something was called. */
  public long count(Kind kind) {
    return kinds().stream().filter(kind::equals).count();
  }

  /** Forgets. */
  public synchronized void clear() {
    calls.clear();
  }
}
