package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Node;
import java.util.Optional;

/** What is computed by generated kernels. */
final class Kernels {
  private Kernels() {}

  /** Why no kernel can be generated for a node; nothing if one can. */
  static Optional<String> refuses(Node node) {
    return Optional.of(node.op().name() + " has no generated kernel yet");
  }
}
