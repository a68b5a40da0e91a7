package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Scan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How the backward iteration comes by each forward value that it uses. */
final class Kept {
  private final Scan scan;
  private final Joint joint;

  /** Forward values stacked for the backward scan, in the order of their first use. */
  final List<Value> residuals = new ArrayList<>();

  /** Places of the scan's operands, scanned or invariant, that are handed over as they are. */
  final Set<Integer> operands = new LinkedHashSet<>();

  /** Forward nodes computed again. */
  final Set<Node> again = new LinkedHashSet<>();

  private final Map<Value, Node> producers = new HashMap<>();
  private final Set<Value> fixed = new HashSet<>();
  private final Set<Value> seen = new HashSet<>();

  Kept(Scan scan, Joint joint) {
    this.scan = scan;
    this.joint = joint;
    fixed.addAll(joint.inputs().subList(scan.carries() + scan.scanned(), joint.inputs().size()));
    for (var node : joint.forward()) {
      node.results().forEach(result -> producers.put(result, node));
      if (fixed.containsAll(node.operands())) {
        fixed.addAll(node.results());
      }
    }
    joint.backward().forEach(node -> node.operands().forEach(this::need));
    joint.pulled().forEach(value -> value.ifPresent(this::need));
  }

  private void need(Value value) {
    int input = joint.inputs().indexOf(value);
    if (!seen.add(value) || input < 0 && !producers.containsKey(value)) {
      return;
    }
    var producer = producers.get(value);
    if (input >= scan.carries()) {
      operands.add(input);
    } else if (producer != null && fixed.contains(value)) {
      producer.operands().forEach(this::need);
      again.add(producer);
    } else {
      residuals.add(value);
    }
  }

  /** The scan that also stacks the residuals it does not stack already. */
  Scan forward() {
    var outputs = new ArrayList<>(joint.outputs());
    outputs.addAll(unstacked());
    var body = new Graph(joint.inputs(), joint.forward(), outputs);
    return new Scan(body, scan.length(), scan.carries(), scan.scanned(), scan.reverse());
  }

  List<Value> unstacked() {
    var stacked = joint.outputs().subList(scan.carries(), joint.outputs().size());
    return residuals.stream().filter(value -> !stacked.contains(value)).toList();
  }

  /** The stacks of the residuals, some of which were results before. */
  List<Value> stacks(List<Value> results, List<Value> added) {
    var stacked = joint.outputs().subList(scan.carries(), joint.outputs().size());
    var unstacked = unstacked();
    return residuals.stream()
        .map(
            value ->
                stacked.contains(value)
                    ? results.get(scan.carries() + stacked.indexOf(value))
                    : added.get(unstacked.indexOf(value)))
        .toList();
  }

  /** Whether a value of the joint graph differs from iteration to iteration. */
  boolean varies(Value value) {
    return !fixed.contains(value);
  }
}
