package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Value;

/**
 * The bytes of a value that a part of a step touches.
 *
 * @param from the first
 * @param to behind the last
 */
record Span(long from, long to) {
  static Span all(Value value) {
    return new Span(0, value.type().bytes());
  }

  boolean meets(Span other) {
    return from < other.to && other.from < to;
  }

  Span shifted(long by) {
    return new Span(from + by, to + by);
  }
}
