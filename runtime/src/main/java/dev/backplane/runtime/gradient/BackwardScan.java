package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Scan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The scan that pulls cotangents back, while it is put together. Its carries are the cotangents of
 * the carries, then the sums of what the iterations give to invariants; it scans the cotangents of
 * the stacked results, the residuals and the scanned operands; it stacks the cotangents of the
 * scanned operands and what contractions outside of it need.
 */
final class BackwardScan {
  private final Scan scan;
  private final Pullback p;
  private final Joint joint;
  private final Kept kept;
  private final int firstInvariant;

  private final Graph.Builder builder = new Graph.Builder();
  private final List<Value> operands = new ArrayList<>();

  /** Values of the joint graph to values of the body. */
  private final Map<Value, Value> mapped = new HashMap<>();

  /** Values of the joint graph to their stacks over all iterations. */
  private final Map<Value, Value> stacks = new HashMap<>();

  private final List<Integer> carried = new ArrayList<>();
  private final Map<Integer, Hoisting> terms = new LinkedHashMap<>();
  private final Map<Integer, Value> sums = new LinkedHashMap<>();

  BackwardScan(Scan scan, Pullback p, Joint joint, Kept kept, List<Value> residuals) {
    this.scan = scan;
    this.p = p;
    this.joint = joint;
    this.kept = kept;
    this.firstInvariant = scan.carries() + scan.scanned();
    for (int i = 0; i < residuals.size(); i++) {
      stacks.put(kept.residuals.get(i), residuals.get(i));
    }
    for (int i = scan.carries(); i < firstInvariant; i++) {
      stacks.put(joint.inputs().get(i), p.operand(i));
    }
    for (int i = scan.carries(); i < joint.outputs().size(); i++) {
      if (joint.cotangents().get(i).isPresent()) {
        stacks.put(joint.cotangents().get(i).get(), p.cotangent(i).orElseThrow());
      }
    }
  }

  /** Appends the scan and hands out what it gives. */
  void append() {
    carries();
    int carries = operands.size();
    for (int i = scan.carries(); i < joint.outputs().size(); i++) {
      joint.cotangents().get(i).ifPresent(this::scanned);
    }
    kept.residuals.forEach(this::scanned);
    kept.operands.stream()
        .filter(i -> i < firstInvariant)
        .forEach(i -> scanned(joint.inputs().get(i)));
    int scanned = operands.size() - carries;
    kept.operands.stream()
        .filter(i -> i >= firstInvariant)
        .forEach(i -> input(joint.inputs().get(i), p.operand(i)));
    kept.again.forEach(this::node);
    joint.backward().forEach(this::node);
    var outputs = outputs();
    var stacked = new ArrayList<>(joint.pulledScanned(scan));
    hoisted().stream().filter(value -> !stacks.containsKey(value)).forEach(stacked::add);
    stacked.forEach(value -> outputs.add(body(value)));
    var back = new Scan(builder.build(outputs), scan.length(), carries, scanned, !scan.reverse());
    var results = p.emit.applyAll(back, operands);
    for (int k = 0; k < stacked.size(); k++) {
      stacks.putIfAbsent(stacked.get(k), results.get(carries + k));
    }
    give(results);
  }

  private void carries() {
    for (int i = 0; i < scan.carries(); i++) {
      if (joint.cotangents().get(i).isPresent()) {
        var type = p.type(i);
        var initial = p.cotangent(i).orElseGet(() -> p.emit.zeros(type));
        input(joint.cotangents().get(i).get(), initial);
        carried.add(i);
      }
    }
    for (int i = firstInvariant; i < joint.inputs().size(); i++) {
      if (joint.pulled().get(i).isPresent()) {
        var split = Hoisting.of(joint.pulled().get(i).get(), joint.backward(), kept::varies);
        terms.put(i, split);
        if (!split.summed().isEmpty()) {
          operands.add(p.emit.zeros(p.type(i)));
          sums.put(i, builder.input(p.type(i)));
        }
      }
    }
  }

  /** The new carries; what is stacked follows. */
  private List<Value> outputs() {
    var emit = new Emitter(builder, p.node().origin());
    var outputs = new ArrayList<Value>();
    for (int i : carried) {
      var type = p.type(i);
      outputs.add(joint.pulled().get(i).map(this::body).orElseGet(() -> emit.zeros(type)));
    }
    sums.forEach(
        (i, sum) -> {
          var next = sum;
          for (var term : Objects.requireNonNull(terms.get(i)).summed()) {
            next = emit.add(next, body(term));
          }
          outputs.add(next);
        });
    return outputs;
  }

  /** The operands of the contractions that leave the loop. */
  private List<Value> hoisted() {
    return terms.values().stream()
        .flatMap(split -> split.contractions().stream())
        .flatMap(contraction -> List.of(contraction.left(), contraction.right()).stream())
        .distinct()
        .toList();
  }

  private void give(List<Value> results) {
    for (int k = 0; k < carried.size(); k++) {
      p.give(carried.get(k), results.get(k));
    }
    var summed = results.subList(carried.size(), carried.size() + sums.size()).iterator();
    terms.forEach(
        (i, split) -> {
          var parts = new ArrayList<Value>();
          split
              .contractions()
              .forEach(c -> parts.add(c.over(p.emit, stack(c.left()), stack(c.right()))));
          if (sums.containsKey(i)) {
            parts.add(summed.next());
          }
          p.give(i, parts.stream().reduce(p.emit::add).orElseThrow());
        });
    for (int i = scan.carries(); i < firstInvariant; i++) {
      p.give(i, joint.pulled().get(i).map(this::stack));
    }
  }

  private void scanned(Value value) {
    var type = value.type();
    operands.add(stack(value));
    mapped.put(value, builder.input(type));
  }

  private void input(Value value, Value operand) {
    operands.add(operand);
    mapped.put(value, builder.input(operand.type()));
  }

  private void node(Node node) {
    var results =
        builder.apply(node.op(), node.operands().stream().map(this::body).toList(), node.origin());
    for (int i = 0; i < results.size(); i++) {
      mapped.put(node.results().get(i), results.get(i));
    }
  }

  private Value body(Value value) {
    return Objects.requireNonNull(mapped.get(value), () -> value + " is not in the body");
  }

  private Value stack(Value value) {
    return Objects.requireNonNull(stacks.get(value), () -> value + " is not stacked");
  }
}
