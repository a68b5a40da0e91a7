package dev.backplane.runtime.pass;

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
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Computes what is known: with the reference interpreter, and only where the result is small, so
 * that no program grows by it.
 */
final class Folding {
  /** The most elements of a literal that takes part. */
  private static final int LIMIT = 256;

  /** Whole numbers up to here, and their sums on the way, are exact where sums accumulate. */
  private static final double EXACT = 0x1p24;

  private Folding() {}

  /** How an op may be folded. */
  private enum Way {
    /** On single elements, when all operands are filled with one: the result is filled, too. */
    ELEMENT,
    /** On whole small literals. */
    WHOLE,
    /** Not at all: it would grow, or means more than its value, or runs sub-graphs. */
    NEVER
  }

  /** The result, a scalar where the result is filled with one, if it is known. */
  static Optional<Literal> fold(Primitive op, List<Value> operands, Rewriter graph) {
    var way = way(op);
    if (way == Way.NEVER || operands.isEmpty()) {
      return Optional.empty();
    }
    if (way == Way.ELEMENT) {
      var elements = operands.stream().map(graph::splat).toList();
      if (elements.stream().allMatch(Optional::isPresent)) {
        return Optional.of(run(op, elements.stream().map(Optional::orElseThrow).toList()));
      }
    }
    if (op instanceof Reduce reduce) {
      var all = reduce(reduce, operands.getFirst(), graph);
      if (all.isPresent()) {
        return all;
      }
    }
    var literals = new ArrayList<Literal>();
    for (var operand : operands) {
      var literal = graph.constant(operand);
      if (literal.isEmpty() || operand.type().shape().size() > LIMIT) {
        return Optional.empty();
      }
      literals.add(literal.get());
    }
    var result = op.infer(Value.types(operands));
    return result.size() == 1 && result.getFirst().shape().size() <= LIMIT
        ? Optional.of(run(op, literals))
        : Optional.empty();
  }

  /** All of one element: a sum only if it is exact in whatever order it is taken. */
  private static Optional<Literal> reduce(Reduce op, Value x, Rewriter graph) {
    var element = graph.splat(x);
    if (element.isEmpty()) {
      return Optional.empty();
    }
    long count = 1;
    for (int axis : op.axes()) {
      count *= x.type().shape().dimension(axis);
    }
    if (count == 0) {
      return Optional.empty();
    }
    var c = element.get();
    var dtype = x.type().dtype();
    double sum = 0 + c.doubleAt(0) * count;
    return switch (op.combiner()) {
      case MAXIMUM, MINIMUM, AND, OR -> element;
      case ADD -> {
        if (!dtype.isFloating()) {
          yield Optional.of(Literal.scalar(dtype, c.longAt(0) * count));
        }
        yield Math.rint(c.doubleAt(0)) == c.doubleAt(0) && Math.abs(sum) <= EXACT
            ? Optional.of(Literal.scalar(dtype, sum))
            : Optional.empty();
      }
      case MULTIPLY -> Optional.empty();
    };
  }

  /** Whether each element of the result depends on the elements at its place and nothing else. */
  static boolean isElementwise(Primitive op) {
    return way(op) == Way.ELEMENT;
  }

  private static Literal run(Primitive op, List<Literal> literals) {
    var builder = new Graph.Builder();
    var inputs = literals.stream().map(literal -> builder.input(literal.type())).toList();
    return Interpreter.run(builder.build(builder.apply(op, inputs, "")), literals).getFirst();
  }

  private static Way way(Primitive op) {
    return switch (op) {
      case Unary _, Binary _, Compare _, Select _, Clamp _, Convert _, BitcastConvert _ ->
          Way.ELEMENT;
      case Reshape _, Transpose _, Slice _, Pad _, Concatenate _, Reverse _ -> Way.WHOLE;
      case DynamicSlice _, DynamicUpdateSlice _, Gather _, Scatter _ -> Way.WHOLE;
      case Dot _, Reduce _, ArgReduce _ -> Way.WHOLE;
      case Convolution _, ReduceWindow _, SelectAndScatter _, Sort _ -> Way.NEVER;
      case Constant _, Iota _, Broadcast _, RandomBits _ -> Way.NEVER;
      case Scan _, While _, If _, OptimizationBarrier _, CustomCall _ -> Way.NEVER;
      case AllReduce _, AllGather _, ReduceScatter _, CollectivePermute _ -> Way.NEVER;
    };
  }
}
