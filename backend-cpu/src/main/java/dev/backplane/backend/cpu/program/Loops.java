package dev.backplane.backend.cpu.program;

import dev.backplane.backend.Donations;
import dev.backplane.backend.Program;
import dev.backplane.backend.cpu.kernel.SharedKernels;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Dot;
import dev.backplane.op.If;
import dev.backplane.op.Scan;
import dev.backplane.op.While;
import java.util.HashSet;
import java.util.Set;

/**
 * The steps of loops and branches: the graphs inside them are compiled once, as programs of their
 * own, and bound as often as that saves copies.
 *
 * @param around the program that they are in
 * @param kernels its kernels, which the bodies share
 */
record Loops(Program around, Target target, SharedKernels kernels) {
  /** Nanoseconds that threads take to wait for each other, above those that they work between. */
  private static final double WAIT = 2_000;

  /** Iterations that read an operand often enough for it to be packed. */
  private static final int WORTH_PACKING = 4;

  Planned scan(Node node, Scan scan) {
    return new ScanStep(node, scan, body(scan.body(), scan.carries(), packable(scan)));
  }

  Planned whileLoop(Node node, While loop) {
    var body = body(loop.body(), loop.carries(), Set.of());
    try {
      return new WhileStep(node, loop, compile(loop.condition(), 1, Set.of()), body);
    } catch (RuntimeException e) {
      body.close();
      throw e;
    }
  }

  Planned branch(Node node, If branches) {
    var then = body(branches.then(), 0, Set.of());
    try {
      return new IfStep(node, then, body(branches.otherwise(), 0, Set.of()));
    } catch (RuntimeException e) {
      then.close();
      throw e;
    }
  }

  /**
   * Compiles a body. It is divided where its parts never wait for each other, or have enough to do
   * between one time and the next.
   */
  private Assembly body(Graph graph, int carries, Set<Value> packable) {
    var body = compile(graph, target.parts(), packable);
    if (body.parts() == 1
        || target.worth() == 0
        || body.runsOnWithoutWaiting(carries)
        || Estimate.nanos(graph) > WAIT * body.parts() * body.rounds()) {
      return body;
    }
    body.close();
    return compile(graph, 1, packable);
  }

  /** The invariants that are nothing but the right operand of one contraction. */
  private static Set<Value> packable(Scan scan) {
    var body = scan.body();
    if (scan.length() < WORTH_PACKING) {
      return Set.of();
    }
    var inputs = body.inputs();
    var packable = new HashSet<>(inputs.subList(scan.carries() + scan.scanned(), inputs.size()));
    packable.removeAll(body.outputs());
    var read = new HashSet<Value>();
    for (var node : body.nodes()) {
      for (int i = 0; i < node.operands().size(); i++) {
        var operand = node.operands().get(i);
        if (!read.add(operand) || !(node.op() instanceof Dot) || i != 1) {
          packable.remove(operand);
        }
      }
    }
    return packable;
  }

  private Assembly compile(Graph graph, int parts, Set<Value> packable) {
    var program = new Program(graph, Donations.none(), around.numerics(), around.tuning());
    return Assembly.divided(program, target.withParts(parts), kernels, packable);
  }
}
