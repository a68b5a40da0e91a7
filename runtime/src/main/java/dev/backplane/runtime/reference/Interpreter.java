package dev.backplane.runtime.reference;

import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
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
import dev.backplane.op.Op;
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
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Runs graphs one node after the other on the calling thread. Deterministic: equal graphs and
 * inputs give equal bits.
 */
public final class Interpreter {
  private Interpreter() {}

  /**
   * Runs a graph on one replica.
   *
   * @param inputs one value for each input, of its type
   * @return one value for each output
   * @throws IllegalArgumentException if number or types of the inputs do not fit
   * @throws UnsupportedProgramException if the graph calls something only one backend knows
   */
  public static List<Literal> run(Graph graph, List<Literal> inputs) {
    return runReplicas(graph, List.of(inputs)).getFirst();
  }

  /**
   * Runs a graph on several replicas, which meet at its collectives.
   *
   * @param inputs for each replica one value for each input
   * @return for each replica one value for each output
   * @throws IllegalArgumentException if number or types of the inputs do not fit
   * @throws UnsupportedProgramException if a collective does not fit the number of replicas
   */
  public static List<List<Literal>> runReplicas(Graph graph, List<List<Literal>> inputs) {
    for (var each : inputs) {
      var found = each.stream().map(Literal::type).toList();
      if (!found.equals(graph.inputTypes())) {
        throw new IllegalArgumentException(
            "reference: inputs: expected " + graph.inputTypes() + ", found " + found);
      }
    }
    var arguments =
        IntStream.range(0, graph.inputs().size())
            .mapToObj(i -> inputs.stream().map(each -> Dense.of(each.get(i))).toList())
            .toList();
    var results = run(graph, arguments, new Replicas(inputs.size(), inputs.size()));
    return IntStream.range(0, inputs.size())
        .mapToObj(replica -> results.stream().map(each -> each.get(replica).literal()).toList())
        .toList();
  }

  /**
   * The replicas that run a graph.
   *
   * @param active how many of them run this part of it
   * @param group how many there are
   */
  record Replicas(int active, int group) {
    List<Dense> each(Supplier<Dense> value) {
      return IntStream.range(0, active).mapToObj(replica -> value.get()).toList();
    }

    Replicas only(int fewer) {
      return new Replicas(fewer, group);
    }
  }

  /** Runs a graph; each value is a list with an entry for each replica. */
  static List<List<Dense>> run(Graph graph, List<List<Dense>> arguments, Replicas replicas) {
    var uses = uses(graph);
    var values = new HashMap<Value, List<Dense>>();
    for (int i = 0; i < arguments.size(); i++) {
      values.put(graph.inputs().get(i), arguments.get(i));
    }
    for (var node : graph.nodes()) {
      var operands = node.operands().stream().map(values::get).toList();
      var results = apply(node, operands, replicas);
      for (int i = 0; i < results.size(); i++) {
        values.put(node.results().get(i), results.get(i));
      }
      for (var operand : node.operands()) {
        if (uses.merge(operand, -1, Integer::sum) == 0) {
          values.remove(operand); // so that a long program does not keep all it ever computed
        }
      }
    }
    return graph.outputs().stream().map(values::get).toList();
  }

  private static Map<Value, Integer> uses(Graph graph) {
    var uses = new HashMap<Value, Integer>();
    graph.outputs().forEach(output -> uses.merge(output, 1, Integer::sum));
    for (var node : graph.nodes()) {
      node.operands().forEach(operand -> uses.merge(operand, 1, Integer::sum));
    }
    return uses;
  }

  private static List<List<Dense>> apply(Node node, List<List<Dense>> operands, Replicas replicas) {
    return switch (node.op()) {
      case Composite composite -> run(composite.decomposition(), operands, replicas);
      case Primitive primitive -> apply(primitive, node, operands, replicas);
    };
  }

  private static List<List<Dense>> apply(
      Primitive primitive, Node node, List<List<Dense>> operands, Replicas replicas) {
    var types = Value.types(node.results());
    var each = new Local(operands, types, replicas);
    return switch (primitive) {
      case Unary op -> each.one(x -> Elementwise.unary(op, x.get(0)));
      case Binary op -> each.one(x -> Elementwise.binary(op, x.get(0), x.get(1)));
      case Compare op -> each.one(x -> Elementwise.compare(op, x.get(0), x.get(1)));
      case Select() -> each.one(x -> Elementwise.select(x.get(0), x.get(1), x.get(2)));
      case Clamp() -> each.one(x -> Elementwise.clamp(x.get(0), x.get(1), x.get(2)));
      case Convert op -> each.one(x -> Conversion.convert(op, x.get(0)));
      case BitcastConvert op -> each.one(x -> Conversion.bitcastConvert(op, x.get(0)));
      case Constant op -> each.one(x -> Creation.constant(op));
      case Iota op -> each.one(x -> Creation.iota(op));
      case RandomBits op -> each.one(x -> Creation.randomBits(op, x));
      case Broadcast op -> each.one(x -> Movement.broadcast(op, x.get(0)));
      case Reshape op -> each.one(x -> Movement.reshape(op, x.get(0)));
      case Transpose op -> each.one(x -> Movement.transpose(op, x.get(0)));
      case Slice op -> each.one(x -> Movement.slice(op, x.get(0), each.type()));
      case Pad op -> each.one(x -> Movement.pad(op, x.get(0), x.get(1), each.type()));
      case Concatenate op -> each.one(x -> Movement.concatenate(op, x, each.type()));
      case Reverse op -> each.one(x -> Movement.reverse(op, x.get(0)));
      case DynamicSlice op -> each.one(x -> Movement.dynamicSlice(op, x));
      case DynamicUpdateSlice() -> each.one(Movement::dynamicUpdateSlice);
      case Gather op -> each.one(x -> Indexed.gather(op, x, each.type()));
      case Scatter op -> each.one(x -> Indexed.scatter(op, x));
      case Dot op -> each.one(x -> Contraction.dot(op, x.get(0), x.get(1), each.type()));
      case Convolution op ->
          each.one(x -> Contraction.convolution(op, x.get(0), x.get(1), each.type()));
      case Reduce op -> each.one(x -> Reduction.reduce(op, x.get(0)));
      case ArgReduce op -> each.one(x -> Reduction.argReduce(op, x.get(0)));
      case ReduceWindow op -> each.one(x -> Reduction.reduceWindow(op, x.get(0), each.type()));
      case SelectAndScatter op -> each.one(x -> Reduction.selectAndScatter(op, x.get(0), x.get(1)));
      case Sort op -> each.many(x -> Sorting.sort(op, x));
      case OptimizationBarrier() -> operands;
      case Scan op -> Control.scan(op, operands, types, replicas);
      case While op -> Control.whileLoop(op, operands, replicas);
      case If op -> Control.ifElse(op, operands, types, replicas);
      case AllReduce op -> List.of(Collective.allReduce(op, operands.getFirst(), replicas));
      case AllGather op ->
          List.of(Collective.allGather(op, operands.getFirst(), each.type(), replicas));
      case ReduceScatter op ->
          List.of(Collective.reduceScatter(op, operands.getFirst(), each.type(), replicas));
      case CollectivePermute op ->
          List.of(Collective.collectivePermute(op, operands.getFirst(), replicas));
      case CustomCall op -> throw customCall(op, node);
    };
  }

  /** The graphs that stand inside an op. */
  static List<Graph> closedGraphs(Op op) {
    return switch (op) {
      case Composite composite -> List.of(composite.decomposition());
      case Scan scan -> List.of(scan.body());
      case While loop -> List.of(loop.condition(), loop.body());
      case If branch -> List.of(branch.then(), branch.otherwise());
      case Unary _, Binary _, Compare _, Select _, Clamp _, Convert _, BitcastConvert _ ->
          List.of();
      case Constant _, Iota _, RandomBits _, OptimizationBarrier _, CustomCall _ -> List.of();
      case Broadcast _, Reshape _, Transpose _, Slice _, Pad _, Concatenate _, Reverse _ ->
          List.of();
      case DynamicSlice _, DynamicUpdateSlice _, Gather _, Scatter _, Dot _, Convolution _ ->
          List.of();
      case Reduce _, ArgReduce _, ReduceWindow _, SelectAndScatter _, Sort _ -> List.of();
      case AllReduce _, AllGather _, ReduceScatter _, CollectivePermute _ -> List.of();
    };
  }

  static UnsupportedProgramException customCall(CustomCall op, Node node) {
    return new UnsupportedProgramException(
        "reference: CustomCall of \""
            + op.target()
            + "\""
            + (node.origin().isEmpty() ? "" : " in layer " + node.origin())
            + ": only the backend it was written for knows it; run the program there, or use a"
            + " Composite, which any backend can decompose");
  }

  /** Ops that each replica applies for itself. */
  private record Local(List<List<Dense>> operands, List<TensorType> types, Replicas replicas) {
    TensorType type() {
      return types.getFirst();
    }

    List<List<Dense>> one(Function<List<Dense>, Dense> op) {
      return many(x -> Collections.singletonList(op.apply(x)));
    }

    List<List<Dense>> many(Function<List<Dense>, List<Dense>> op) {
      var results = new ArrayList<List<Dense>>();
      types.forEach(type -> results.add(new ArrayList<>()));
      for (int i = 0; i < replicas.active; i++) {
        int replica = i;
        var mine = operands.stream().map(operand -> operand.get(replica)).toList();
        var values = op.apply(mine);
        for (int result = 0; result < values.size(); result++) {
          results.get(result).add(values.get(result));
        }
      }
      return results;
    }
  }
}
