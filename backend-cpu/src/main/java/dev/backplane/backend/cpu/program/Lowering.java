package dev.backplane.backend.cpu.program;

import dev.backplane.backend.CompilationFailedException;
import dev.backplane.backend.Program;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.kernel.KernelCompiler;
import dev.backplane.backend.cpu.kernel.SharedKernels;
import dev.backplane.backend.cpu.movement.ArgReduction;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Fusion;
import dev.backplane.kit.fusion.Step;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Clamp;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Compare;
import dev.backplane.op.Composite;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Convolution;
import dev.backplane.op.CustomCall;
import dev.backplane.op.Dot;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.Gather;
import dev.backplane.op.If;
import dev.backplane.op.Iota;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.Pad;
import dev.backplane.op.Primitive;
import dev.backplane.op.RandomBits;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceScatter;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Scan;
import dev.backplane.op.Scatter;
import dev.backplane.op.Select;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Slice;
import dev.backplane.op.Sort;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import dev.backplane.op.While;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Turns a graph into steps. Contractions take the bias that is added to them; what only renames
 * memory becomes an alias; constants are prepared once.
 */
final class Lowering {
  private final Program program;
  private final Graph graph;
  private final Target target;
  private final SharedKernels kernels;
  private final Set<Value> packable;
  private final Map<Value, Node> makers = new HashMap<>();
  private final Map<Value, Integer> uses = new HashMap<>();
  private final Map<Value, List<Node>> transposed = new HashMap<>();
  private final Map<Value, Value> aliases = new HashMap<>();
  private final Map<Value, Literal> constants = new HashMap<>();
  private final Map<Node, Biased> biased = new HashMap<>();
  private final Set<Node> absorbed = new HashSet<>();
  private final List<Planned> steps = new ArrayList<>();

  /** An id that no value of the graph has. */
  private int fresh;

  /** A contraction, the row that its sum node adds, and the nodes that are gone with both. */
  private record Biased(Node product, Value bias, List<Node> nodes) {}

  private Lowering(Program program, Target target, SharedKernels kernels, Set<Value> packable) {
    this.program = program;
    this.graph = program.graph();
    this.target = target;
    this.kernels = kernels;
    this.packable = packable;
  }

  /**
   * The result of lowering.
   *
   * @param steps in an order that respects every dependency
   * @param aliases values that lie in another value's memory, to that value
   * @param constants values that are known
   */
  record Lowered(List<Planned> steps, Map<Value, Value> aliases, Map<Value, Literal> constants) {
    /** The value in whose memory a value lies. */
    Value root(Value value) {
      return aliases.getOrDefault(value, value);
    }
  }

  /**
   * Lowers a program.
   *
   * @param kernels of the program around this one, if it is the body of a loop
   * @param packable inputs that only one contraction reads, again and again
   */
  static Lowered lower(Program program, Target target, SharedKernels kernels, Set<Value> packable) {
    var lowering = new Lowering(program, target, kernels, packable);
    try {
      lowering.run();
    } catch (RuntimeException e) {
      lowering.steps.forEach(Planned::close);
      throw e;
    }
    return new Lowered(lowering.steps, lowering.aliases, lowering.constants);
  }

  private boolean vectors() {
    return target.vectors() && program.numerics().vectors();
  }

  private Forms forms() {
    return target.forms().where(program.numerics().vectors());
  }

  private void run() {
    for (var node : graph.nodes()) {
      node.results().forEach(result -> makers.put(result, node));
      node.operands().forEach(operand -> uses.merge(operand, 1, Integer::sum));
      if (node.op() instanceof Transpose) {
        transposed.computeIfAbsent(node.operands().getFirst(), _ -> new ArrayList<>()).add(node);
      }
    }
    fresh =
        1
            + Stream.concat(makers.keySet().stream(), graph.inputs().stream())
                .mapToInt(Value::id)
                .max()
                .orElse(0);
    graph.outputs().forEach(output -> uses.merge(output, 1, Integer::sum));
    graph.nodes().forEach(this::findBias);
    var partition = Fusion.partition(graph, this::fusible);
    var views = Views.of(graph, partition);
    for (var step : partition) {
      switch (step) {
        case Step.Single(var node) -> {
          if (!views.isGone(node)) {
            guarded(node, () -> lower(node));
          }
        }
        case Step.Fused group ->
            guarded(
                group.graph().nodes().getLast(), () -> steps.addAll(fused(group, views.of(group))));
      }
    }
  }

  private List<Planned> fused(Step.Fused group, Optional<Views.Viewed> viewed) {
    return viewed
        .map(each -> Kernels.viewed(each, kernels, forms(), target.parts(), fresh++))
        .orElseGet(() -> Kernels.fused(group, kernels, forms(), target.parts(), () -> fresh++));
  }

  private static void guarded(Node node, Runnable lower) {
    try {
      lower.run();
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new CompilationFailedException(
          "cpu: " + node.op().name() + where(node) + " did not compile: " + e.getMessage(), e);
    }
  }

  /** Whether a node may be part of a group: what a contraction absorbs is none. */
  private boolean fusible(Node node) {
    return !biased.containsKey(node)
        && !absorbed.contains(node)
        && node.op() instanceof Primitive primitive
        && groups(primitive)
        && KernelCompiler.refuses(node).isEmpty();
  }

  private static boolean groups(Primitive primitive) {
    return switch (primitive) {
      case Unary _, Binary _, Compare _, Select _, Clamp _, Convert _, Reduce _ -> true;
      case Constant _, Iota _, Broadcast _, Reshape _ -> true;
      case BitcastConvert _, OptimizationBarrier _, Transpose _, Slice _, Pad _ -> false;
      case Concatenate _, Reverse _, DynamicSlice _, DynamicUpdateSlice _, Gather _ -> false;
      case Dot _, ArgReduce _, RandomBits _, Convolution _, ReduceWindow _ -> false;
      case SelectAndScatter _, Scatter _, Sort _, Scan _, While _, If _, CustomCall _ -> false;
      case AllReduce _, AllGather _, ReduceScatter _, CollectivePermute _ -> false;
    };
  }

  private static String where(Node node) {
    return node.origin().isEmpty() ? "" : " in " + node.origin();
  }

  /** Dot or Convolution → add of a broadcast row, when nobody else reads the product. */
  private void findBias(Node sum) {
    if (!(sum.op() instanceof Binary(var kind)) || kind != Binary.Kind.ADD) {
      return;
    }
    for (int side = 0; side < 2; side++) {
      var product = makers.get(sum.operands().get(side));
      var row = makers.get(sum.operands().get(1 - side));
      if (product != null
          && row != null
          && row.op() instanceof Broadcast broadcast
          && uses.getOrDefault(product.result(), 0) == 1
          && !absorbed.contains(product)
          && takesBias(product, row.operands().getFirst(), broadcast)) {
        boolean onlyHere = uses.getOrDefault(row.result(), 0) == 1;
        biased.put(
            sum,
            new Biased(
                product,
                row.operands().getFirst(),
                onlyHere ? List.of(product, row, sum) : List.of(product, sum)));
        absorbed.add(product);
        if (onlyHere) {
          absorbed.add(row);
        }
        return;
      }
    }
  }

  private static boolean takesBias(Node product, Value row, Broadcast broadcast) {
    return product.op() instanceof Dot dot
        ? isRow(product, row, broadcast, dot)
        : product.op() instanceof Convolution op
            && Convolutions.takesBias(product, op, row, broadcast);
  }

  /** Whether a row is broadcast along all but the one column axis of an f32 product. */
  private static boolean isRow(Node product, Value row, Broadcast broadcast, Dot dot) {
    var result = product.result().type();
    int columns =
        product.operands().get(1).type().shape().rank()
            - dot.rightBatch().size()
            - dot.rightContract().size();
    return result.dtype() == DType.F32
        && columns == 1
        && row.type().shape().rank() == 1
        && row.type().shape().last() == result.shape().last()
        && broadcast.axes().equals(List.of(result.shape().rank() - 1));
  }

  private void lower(Node node) {
    var sum = biased.get(node);
    if (sum != null) {
      var bias = Optional.of(sum.bias());
      if (sum.product().op() instanceof Convolution op) {
        convolution(sum.product(), op, bias, node.result(), sum.nodes());
      } else {
        contraction(sum.product(), bias, node.result(), sum.nodes());
      }
      return;
    }
    if (absorbed.contains(node)) {
      return;
    }
    switch (node.op()) {
      case Composite composite -> throw refused(node, composite.name() + " is not decomposed");
      case Primitive primitive -> lower(node, primitive);
    }
  }

  private void lower(Node node, Primitive primitive) {
    switch (primitive) {
      case Dot _ -> contraction(node, Optional.empty(), node.result(), List.of(node));
      case Constant constant -> constants.put(node.result(), constant.value());
      case Iota iota -> constants.put(node.result(), counted(iota));
      case Reshape _, BitcastConvert _, OptimizationBarrier _ -> alias(node);
      case Broadcast op -> steps.add(Movements.broadcast(node, op, target.parts()));
      case Transpose op -> steps.add(Movements.transpose(node, op, target.parts()));
      case Slice op -> steps.add(Movements.slice(node, op, target.parts()));
      case Reverse op -> steps.add(Movements.reverse(node, op, target.parts()));
      case Concatenate op -> steps.add(Movements.concatenate(node, op));
      case Pad op -> steps.add(Movements.pad(node, op));
      case DynamicSlice op -> steps.add(Movements.dynamicSlice(node, op));
      case DynamicUpdateSlice _ -> steps.add(Movements.dynamicUpdateSlice(node));
      case Gather op -> steps.add(Movements.gather(node, op, target.parts()));
      case ArgReduce op -> steps.add(argReduce(node, op, target.parts()));
      case RandomBits op -> steps.add(RandomStep.of(node, op, target.parts()));
      case Reduce op -> reduce(node, op);
      case Unary _, Binary _, Compare _, Select _, Clamp _, Convert _ -> alone(node);
      case ReduceWindow op -> steps.add(WindowSteps.reduce(node, op, forms(), target.parts()));
      case SelectAndScatter op -> steps.add(WindowSteps.select(node, op, forms(), target.parts()));
      case Scatter op -> steps.add(IndexedSteps.scatter(node, op, forms(), target.parts()));
      case Sort op -> steps.add(IndexedSteps.sort(node, op, target.parts()));
      case Convolution op -> convolution(node, op, Optional.empty(), node.result(), List.of(node));
      case Scan op -> steps.add(new Loops(program, target, kernels).scan(node, op));
      case While op -> steps.add(new Loops(program, target, kernels).whileLoop(node, op));
      case If op -> steps.add(new Loops(program, target, kernels).branch(node, op));
      case CustomCall _ -> throw refused(node, "it has no lowering here");
      case AllReduce _, AllGather _, ReduceScatter _, CollectivePermute _ ->
          throw refused(node, "there are no replica groups here");
    }
  }

  private static UnsupportedProgramException refused(Node node, String reason) {
    var types = Value.types(node.operands());
    return new UnsupportedProgramException(
        "cpu does not run " + node.op().name() + " on " + types + where(node) + ": " + reason);
  }

  private void alone(Node node) {
    Kernels.refuses(node)
        .ifPresent(
            reason -> {
              throw refused(node, reason);
            });
    steps.addAll(Kernels.single(node, kernels, forms(), target.parts(), () -> fresh++));
  }

  private void reduce(Node node, Reduce op) {
    if (KernelCompiler.refuses(node).isEmpty()) {
      alone(node);
      return;
    }
    var nodes = Kernels.trailing(node, op, fresh++);
    var moved = nodes.getFirst();
    steps.add(Movements.transpose(moved, (Transpose) moved.op(), target.parts()));
    alone(nodes.getLast());
  }

  private void contraction(Node node, Optional<Value> bias, Value result, List<Node> nodes) {
    var operands = Operands.of(node, transposed, () -> fresh++);
    for (var each : operands.before()) {
      steps.add(Movements.transpose(each, (Transpose) each.op(), target.parts()));
    }
    steps.add(
        Contraction.of(
            operands.node(),
            packable.contains(operands.node().operands().get(1)),
            bias,
            result,
            nodes,
            program.numerics().contractions(),
            forms(),
            target));
  }

  private void convolution(
      Node node, Convolution op, Optional<Value> bias, Value result, List<Node> nodes) {
    var request =
        Convolutions.Request.of(
            node, op, bias, result, nodes, forms(), program.numerics().contractions());
    steps.addAll(Convolutions.plan(request, target, fresh++));
  }

  /** Results that are the operands' memory under another type. */
  private void alias(Node node) {
    for (int i = 0; i < node.results().size(); i++) {
      var operand = node.operands().get(i);
      aliases.put(node.results().get(i), aliases.getOrDefault(operand, operand));
    }
  }

  private static Literal counted(Iota iota) {
    var shape = iota.type().shape();
    long stride = shape.strides()[iota.axis()];
    int extent = Math.max(1, shape.dimension(iota.axis()));
    return Literal.fill(iota.type(), i -> (double) (i / stride % extent));
  }

  private static Planned argReduce(Node node, ArgReduce op, int parts) {
    var reduction = ArgReduction.of(op, node.operands().getFirst().type());
    var division = Division.of(reduction.outer(), parts);
    return new RowStep(
        node,
        "scalar",
        division,
        0,
        (reads, writes, scratch, part) -> {
          long from = division.from(part);
          long to = division.to(part);
          return () -> reduction.run(reads[0], writes[0], from, to);
        });
  }
}
