package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.kernel.KernelCompiler;
import dev.backplane.backend.cpu.kernel.SharedKernels;
import dev.backplane.backend.cpu.kernel.Stages;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Step;
import dev.backplane.op.Reduce;
import dev.backplane.op.Transpose;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

/** What is computed by generated kernels. */
final class Kernels {
  private Kernels() {}

  /** Why no kernel can be generated for a node, even with help; nothing if one can. */
  static Optional<String> refuses(Node node) {
    var refused = KernelCompiler.refuses(node);
    if (refused.isPresent() && node.op() instanceof Reduce reduce) {
      return KernelCompiler.refuses(trailing(node, reduce, 0).getLast());
    }
    return refused;
  }

  /**
   * The steps of a group; one that sweeps over many rows several times is cut between sweeps.
   *
   * @param shared the kernels that the program has already
   * @param parts into how many it is divided if it can be
   * @param fresh gives an id for each value between the steps
   */
  static List<Planned> fused(
      Step.Fused group, SharedKernels shared, Forms forms, int parts, IntSupplier fresh) {
    var steps = new ArrayList<Planned>();
    for (var stage : Stages.of(group)) {
      steps.addAll(FusedRows.of(stage, shared.of(stage, forms), parts, fresh.getAsInt()));
    }
    return steps;
  }

  /** The same of a group some of whose inputs and outputs are columns of longer rows. */
  static List<Planned> viewed(
      Views.Viewed viewed, SharedKernels shared, Forms forms, int parts, int fresh) {
    var kernel = shared.of(viewed.group(), forms, viewed.pitches());
    return ViewedStep.of(FusedRows.of(viewed.group(), kernel, parts, fresh), viewed);
  }

  /** A node that stands alone. */
  static List<Planned> single(
      Node node, SharedKernels shared, Forms forms, int parts, IntSupplier fresh) {
    var graph = new Graph(distinct(node.operands()), List.of(node), node.results());
    return fused(Step.Fused.of(graph, node.op().name()), shared, forms, parts, fresh);
  }

  private static List<Value> distinct(List<Value> operands) {
    return operands.stream().distinct().toList();
  }

  /**
   * A reduction over axes that lie between others, as a transposition that brings them to the end
   * and a reduction over those.
   *
   * @param between the id of the value between the two
   */
  static List<Node> trailing(Node node, Reduce reduce, int between) {
    var operand = node.operands().getFirst();
    int rank = operand.type().shape().rank();
    var order = new ArrayList<Integer>();
    IntStream.range(0, rank).filter(axis -> !reduce.axes().contains(axis)).forEach(order::add);
    int kept = order.size();
    order.addAll(reduce.axes().stream().sorted().toList());
    var shape =
        new Shape(order.stream().map(axis -> operand.type().shape().dimension(axis)).toList());
    var moved = new Value(between, operand.type().withShape(shape));
    var axes = IntStream.range(kept, rank).boxed().toList();
    return List.of(
        new Node(new Transpose(order), node.operands(), List.of(moved), node.origin()),
        new Node(
            new Reduce(reduce.combiner(), axes), List.of(moved), node.results(), node.origin()));
  }
}
