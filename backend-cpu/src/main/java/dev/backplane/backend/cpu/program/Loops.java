package dev.backplane.backend.cpu.program;

import dev.backplane.backend.Donations;
import dev.backplane.backend.Program;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.op.If;
import dev.backplane.op.Scan;
import dev.backplane.op.While;

/**
 * The steps of loops and branches: the graphs inside them are compiled once, as programs of their
 * own, and bound as often as that saves copies.
 */
final class Loops {
  /** Nanoseconds that threads take to wait for each other, above those that they work between. */
  private static final double WAIT = 2_000;

  private Loops() {}

  static Planned scan(Node node, Scan scan, Program around, Target target) {
    return new ScanStep(node, scan, body(scan.body(), scan.carries(), around, target));
  }

  static Planned whileLoop(Node node, While loop, Program around, Target target) {
    var body = body(loop.body(), loop.carries(), around, target);
    try {
      return new WhileStep(node, loop, body(loop.condition(), 0, around, alone(target)), body);
    } catch (RuntimeException e) {
      body.close();
      throw e;
    }
  }

  static Planned branch(Node node, If branches, Program around, Target target) {
    var then = body(branches.then(), 0, around, target);
    try {
      return new IfStep(node, then, body(branches.otherwise(), 0, around, target));
    } catch (RuntimeException e) {
      then.close();
      throw e;
    }
  }

  /**
   * Compiles a body. It is divided where its parts never wait for each other, or have enough to do
   * between one time and the next.
   */
  private static Assembly body(Graph graph, int carries, Program around, Target target) {
    var program = new Program(graph, Donations.none(), around.numerics(), around.tuning());
    var body = Assembly.divided(program, target);
    if (body.parts() == 1
        || target.worth() == 0
        || body.runsOnWithoutWaiting(carries)
        || Estimate.nanos(graph) > WAIT * body.parts() * body.rounds()) {
      return body;
    }
    body.close();
    return Assembly.divided(program, alone(target));
  }

  private static Target alone(Target target) {
    return target.withParts(1);
  }
}
