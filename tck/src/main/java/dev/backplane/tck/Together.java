package dev.backplane.tck;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.List;

/**
 * Several cases as one program.
 *
 * @param cases the cases, all of one number of replicas
 * @param graph all of them, side by side
 */
record Together(List<Case> cases, Graph graph) {
  static Together of(List<Case> cases) {
    if (cases.size() == 1) {
      return new Together(cases, cases.getFirst().graph());
    }
    var builder = new Graph.Builder();
    var outputs = new ArrayList<Value>();
    for (var each : cases) {
      var arguments = each.types().stream().map(builder::input).toList();
      outputs.addAll(builder.inline(each.graph(), arguments, ""));
    }
    return new Together(cases, builder.build(outputs));
  }

  private int replicas() {
    return cases.getFirst().replicas();
  }

  /** The inputs of all cases, replica by replica. */
  List<Literal> inputs() {
    var inputs = new ArrayList<Literal>();
    for (int replica = 0; replica < replicas(); replica++) {
      for (var each : cases) {
        int count = each.inputs().size() / replicas();
        inputs.addAll(each.inputs().subList(replica * count, (replica + 1) * count));
      }
    }
    return inputs;
  }

  /** Of all outputs, replica by replica, those of one case. */
  List<Literal> results(List<Literal> outputs, int index) {
    int before = 0;
    for (int i = 0; i < index; i++) {
      before += results(i);
    }
    int all = outputs.size() / replicas();
    var results = new ArrayList<Literal>();
    for (int replica = 0; replica < replicas(); replica++) {
      int from = replica * all + before;
      results.addAll(outputs.subList(from, from + results(index)));
    }
    return results;
  }

  private int results(int index) {
    var each = cases.get(index);
    return each.op().infer(each.types()).size();
  }
}
