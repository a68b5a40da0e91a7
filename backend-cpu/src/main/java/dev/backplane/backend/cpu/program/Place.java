package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Value;

/** Where a value lies. */
sealed interface Place {
  /** In the buffer of an argument. */
  record Argument(int index) implements Place {}

  /** In the buffer of a result. */
  record Result(int index) implements Place {}

  /** In scratch memory. */
  record Scratch(long offset) implements Place {}

  /** Among the constants. */
  record Prepared(Value root) implements Place {}
}
