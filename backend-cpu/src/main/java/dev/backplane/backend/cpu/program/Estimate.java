package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
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
import dev.backplane.op.Window;
import dev.backplane.tensor.DType;
import java.util.List;

/**
 * How long a program takes on one thread, roughly and in the same way on every machine: it decides
 * into how many parts steps are divided, and so which bits come out.
 */
final class Estimate {
  /** What a loop of unknown length is taken for. */
  private static final int ITERATIONS = 10;

  private Estimate() {}

  /** Nanoseconds for a program. */
  static double nanos(Graph graph) {
    return graph.nodes().stream().mapToDouble(Estimate::nanos).sum();
  }

  /** Nanoseconds of one thread of a machine with vectors of 256 bits or more. */
  static double nanos(Node node) {
    double elements = node.results().stream().mapToDouble(r -> r.type().shape().size()).sum();
    double read = node.operands().stream().mapToDouble(o -> o.type().shape().size()).sum();
    return switch (node.op()) {
      case Composite _ -> 0;
      case Primitive primitive ->
          switch (primitive) {
            case Constant _, Iota _, Broadcast _, Reshape _ -> 0;
            case BitcastConvert _, OptimizationBarrier _ -> 0;
            case Unary unary -> elements * unary(unary.kind());
            case Binary binary -> elements * binary(binary.kind());
            case Compare _, Select _, Clamp _, Convert _ -> 0.04 * elements;
            case Reduce _ -> 0.05 * read;
            case Transpose _, Reverse _ -> elements;
            case Slice _, Pad _, Concatenate _ -> 0.3 * elements;
            case DynamicSlice _, DynamicUpdateSlice _, Gather _ -> 0.3 * elements;
            case Scatter _ -> 0.3 * read;
            case ArgReduce _ -> 2 * read;
            case RandomBits _ -> 4 * elements;
            case Sort _ -> 4 * elements * (1 + Math.log(1 + elements));
            case ReduceWindow op -> 0.1 * elements * window(op.windows());
            case SelectAndScatter op -> 0.5 * read * window(op.windows());
            case Dot dot -> products(node, dot) * (vectors(node) ? 0.025 : 0.5);
            case Convolution op -> elements * positions(node, op) * (vectors(node) ? 0.04 : 0.5);
            case Scan scan -> scan.length() * nanos(scan.body());
            case While loop -> ITERATIONS * (nanos(loop.condition()) + nanos(loop.body()));
            case If branches -> Math.max(nanos(branches.then()), nanos(branches.otherwise()));
            case CustomCall _ -> 0;
            case AllReduce _, AllGather _, ReduceScatter _, CollectivePermute _ -> 0;
          };
    };
  }

  private static double unary(Unary.Kind kind) {
    return switch (kind) {
      case ABS, NEGATE, NOT, IS_FINITE -> 0.04;
      case SIGN, FLOOR, CEIL, ROUND_NEAREST_EVEN -> 0.1;
      case SQRT, RSQRT -> 0.2;
      case EXP, LOGISTIC, EXPM1, LOG, LOG1P, TANH, SIN, COS, ERF -> 1;
    };
  }

  private static double binary(Binary.Kind kind) {
    return switch (kind) {
      case ADD, SUBTRACT, MULTIPLY, MAXIMUM, MINIMUM, AND, OR, XOR -> 0.04;
      case SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC -> 0.04;
      case DIVIDE -> 0.2;
      case REMAINDER, POWER -> 2;
    };
  }

  private static double products(Node node, Dot dot) {
    var left = node.operands().getFirst().type().shape();
    double contracted = 1;
    for (int axis : dot.leftContract()) {
      contracted *= left.dimension(axis);
    }
    return contracted * node.result().type().shape().size();
  }

  /** The products that are added up for one element of the result. */
  private static double positions(Node node, Convolution op) {
    var kernel = node.operands().get(1).type().shape();
    return (double) kernel.size() / Math.max(1, kernel.dimension(op.kernel().batch()));
  }

  private static double window(List<Window> windows) {
    double size = 1;
    for (var window : windows) {
      size *= window.size();
    }
    return size;
  }

  private static boolean vectors(Node node) {
    var dtype = node.operands().getFirst().type().dtype();
    return dtype == DType.F32 || dtype == DType.BF16;
  }
}
