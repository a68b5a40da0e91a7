package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.If;
import dev.backplane.op.Scan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The gradients of Scan and If, whose bodies are differentiated as graphs of their own.
 *
 * <p>A scan runs backwards over the same length. What an iteration of the forward scan computed and
 * the backward one needs, the residuals, is stacked by the forward scan, which is widened; what
 * depends on nothing but invariants and constants is computed again. The branches of an If compute
 * again all that they need: only the one that is taken runs, and nothing is stored for the other.
 */
final class Loops {
  private Loops() {}

  static void branches(If op, Pullback p) {
    var captures = p.operands().subList(1, p.operands().size());
    var present = present(p.cotangents());
    var asked = IntStream.range(0, captures.size()).boxed().filter(i -> p.wants(1 + i)).toList();
    var then = branch(op.then(), p, present, asked);
    var otherwise = branch(op.otherwise(), p, present, asked);
    var operands = new ArrayList<>(p.operands());
    present.forEach(i -> operands.add(p.cotangent(i).orElseThrow()));
    var pulled = p.emit.applyAll(new If(then, otherwise), operands);
    for (int i = 0; i < asked.size(); i++) {
      p.give(1 + asked.get(i), pulled.get(i));
    }
  }

  /** The backward branch: captures and cotangents to the cotangents of the captures asked for. */
  private static Graph branch(
      Graph forward, Pullback p, List<Integer> present, List<Integer> asked) {
    var builder = new Graph.Builder();
    var captures = forward.inputTypes().stream().map(builder::input).toList();
    var cotangents = new ArrayList<Optional<Value>>();
    for (int i = 0; i < forward.outputs().size(); i++) {
      cotangents.add(
          present.contains(i) ? Optional.of(builder.input(p.result(i).type())) : Optional.empty());
    }
    var outputs = builder.inline(forward, captures, p.node().origin());
    var targets = asked.stream().map(captures::get).toList();
    var pulled = Gradient.pullBack(builder, 0, outputs, cotangents, targets);
    var emit = new Emitter(builder, p.node().origin());
    var results = new ArrayList<Value>();
    for (int i = 0; i < pulled.size(); i++) {
      var target = targets.get(i);
      results.add(pulled.get(i).orElseGet(() -> emit.zeros(target.type())));
    }
    return builder.build(results);
  }

  static List<Integer> present(List<Optional<Value>> values) {
    return IntStream.range(0, values.size())
        .boxed()
        .filter(i -> values.get(i).isPresent())
        .toList();
  }

  static void scan(Scan scan, Pullback p) {
    var joint = Joint.of(scan, p);
    if (joint.pulled().stream().noneMatch(Optional::isPresent)) {
      return;
    }
    var kept = new Kept(scan, joint);
    var stacks = p.widen(kept.forward());
    new BackwardScan(scan, p, joint, kept, kept.stacks(p.node().results(), stacks)).append();
  }
}
