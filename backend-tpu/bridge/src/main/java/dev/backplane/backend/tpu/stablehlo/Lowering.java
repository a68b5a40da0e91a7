package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.graph.Graph;
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
import dev.backplane.tensor.TensorType;
import java.util.HashMap;
import java.util.List;

/** What each primitive is in StableHLO: one line here, its method under the name of its family. */
final class Lowering {
  private Lowering() {}

  /** Writes a graph's nodes, its inputs being the arguments; gives its outputs. */
  static List<Ssa> graph(Emitter to, Graph graph, List<Ssa> arguments) {
    var values = new HashMap<Value, Ssa>();
    for (int i = 0; i < arguments.size(); i++) {
      values.put(graph.inputs().get(i), arguments.get(i));
    }
    for (var node : graph.nodes()) {
      var operands = node.operands().stream().map(values::get).toList();
      var results = apply(to, node.op(), operands, Value.types(node.results()));
      for (int i = 0; i < results.size(); i++) {
        values.put(node.results().get(i), results.get(i));
      }
    }
    return graph.outputs().stream().map(values::get).toList();
  }

  private static List<Ssa> apply(Emitter to, Op op, List<Ssa> operands, List<TensorType> types) {
    if (!types.isEmpty() && types.stream().allMatch(type -> type.shape().size() == 0)) {
      return types.stream().map(type -> to.zeros(Ssa.element(type.dtype()), type.shape())).toList();
    }
    return switch (op) {
      case Composite composite -> graph(to, composite.decomposition(), operands);
      case Sort sort -> Reductions.sort(to, sort, operands);
      case Scan scan -> Control.scan(to, scan, operands, types);
      case While loop -> Control.whileLoop(to, loop, operands);
      case If branch -> Control.ifElse(to, branch, operands, types);
      case OptimizationBarrier _ -> Movement.barrier(to, operands);
      case CustomCall call -> throw new IllegalArgumentException("CustomCall " + call.target());
      case Primitive primitive -> List.of(one(to, primitive, operands, types.getFirst()));
    };
  }

  /** The primitives of one result. */
  private static Ssa one(Emitter to, Primitive op, List<Ssa> x, TensorType type) {
    return switch (op) {
      case Unary unary -> Elementwise.unary(to, unary.kind(), x.get(0));
      case Binary binary -> Elementwise.binary(to, binary.kind(), x.get(0), x.get(1));
      case Compare compare -> to.compare(compare.direction(), x.get(0), x.get(1));
      case Select _ -> to.select(x.get(0), x.get(1), x.get(2));
      case Clamp _ -> Elementwise.clamp(to, x.get(0), x.get(1), x.get(2));
      case Convert convert -> Conversions.convert(to, x.get(0), convert.dtype());
      case BitcastConvert cast -> to.bitcast(x.get(0), Ssa.element(cast.dtype()));
      case Constant constant -> Constants.constant(to, constant.value());
      case Iota iota -> to.iota(Ssa.element(type.dtype()), type.shape(), iota.axis());
      case Broadcast broadcast -> to.broadcast(x.get(0), type.shape(), broadcast.axes());
      case Reshape _ -> to.reshape(x.get(0), type.shape());
      case Transpose transpose -> Movement.transpose(to, transpose, x.get(0), type);
      case Slice slice ->
          to.slice(x.get(0), slice.starts(), slice.limits(), slice.strides(), type.shape());
      case Pad pad ->
          to.pad(x.get(0), x.get(1), pad.low(), pad.high(), pad.interior(), type.shape());
      case Concatenate concatenate -> Movement.concatenate(to, x, concatenate.axis(), type.shape());
      case Reverse reverse -> Movement.reverse(to, reverse, x.get(0));
      case DynamicSlice _ -> Movement.dynamicSlice(to, x, type);
      case DynamicUpdateSlice _ -> Movement.dynamicUpdateSlice(to, x);
      case Gather gather -> Indexed.gather(to, gather, x.get(0), x.get(1), type);
      case Scatter scatter -> Indexed.scatter(to, scatter, x.get(0), x.get(1), x.get(2));
      case Dot dot -> Contractions.dot(to, dot, x.get(0), x.get(1), type);
      case Convolution convolution ->
          Contractions.convolution(to, convolution, x.get(0), x.get(1), type);
      case Reduce reduce -> Reductions.reduce(to, reduce, x.get(0));
      case ArgReduce reduce -> Reductions.argReduce(to, reduce, x.get(0), type);
      case ReduceWindow reduce -> Windows.reduceWindow(to, reduce, x.get(0), type);
      case SelectAndScatter scatter -> Windows.selectAndScatter(to, scatter, x.get(0), x.get(1));
      case RandomBits bits -> Random.bits(to, bits, x);
      case AllReduce all -> Collectives.allReduce(to, all, x.get(0), to.platform().replicas());
      case AllGather gather -> Collectives.allGather(to, gather, x.get(0));
      case ReduceScatter scatter -> Collectives.reduceScatter(to, scatter, x.get(0), type);
      case CollectivePermute permute -> Collectives.permute(to, permute, x.get(0));
      case Sort _, Scan _, While _, If _, OptimizationBarrier _, CustomCall _ ->
          throw new IllegalStateException(op.name() + " has a list of results");
    };
  }
}
