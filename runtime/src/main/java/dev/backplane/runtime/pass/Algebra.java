package dev.backplane.runtime.pass;

import dev.backplane.graph.Value;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Clamp;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Combiner;
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
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.Optional;

/**
 * Simpler ways to compute the same bits: what holds for numbers; {@link Shapes} and {@link Bodies}
 * say what holds for shapes and sub-graphs.
 *
 * <p>Only what is true of floating numbers is here: x + 0 is not x (of -0 it is 0), but x - 0 and x
 * + (-0) are; x · 0 is not 0; 0 - x is not -x, but -0 - x is.
 */
final class Algebra {
  private Algebra() {}

  /** The results, if there is a simpler way to compute them. */
  static Optional<List<Value>> simplify(
      Primitive op, List<Value> operands, Rewriter graph, String origin) {
    var x = operands.isEmpty() ? Optional.<Value>empty() : Optional.of(operands.getFirst());
    return switch (op) {
      case Unary(Unary.Kind kind) -> one(unary(kind, x.orElseThrow(), graph, origin));
      case Binary(Binary.Kind kind) ->
          one(binary(kind, operands.get(0), operands.get(1), graph, origin));
      case Compare(Compare.Direction direction) ->
          one(compare(direction, operands.get(0), operands.get(1), graph, origin));
      case Select _ ->
          one(select(operands, graph, origin).or(() -> Pooling.select(operands, graph, origin)));
      case ReduceWindow window -> one(Pooling.reduceWindow(window, x.orElseThrow(), graph, origin));
      case Convert(DType dtype) -> one(convert(dtype, x.orElseThrow(), graph, origin));
      case BitcastConvert(DType dtype) ->
          x.orElseThrow().type().dtype() == dtype ? one(x) : Optional.empty();
      case Broadcast _, Reshape _, Transpose _, Slice _, Pad _, Concatenate _, Reverse _ ->
          one(Shapes.simplify(op, operands, graph, origin));
      case DynamicSlice _, DynamicUpdateSlice _, Dot _, Convolution _ ->
          one(Shapes.simplify(op, operands, graph, origin));
      case Reduce(Combiner combiner, List<Integer> axes) ->
          // A sum begins with 0, and 0 + -0 is not -0.
          axes.isEmpty() && combiner != Combiner.ADD ? one(x) : Optional.empty();
      case If branches -> Bodies.branch(branches, operands, graph, origin);
      case Scan scan -> Bodies.scan(scan, operands, graph, origin);
      case AllGather(_, int replicas) -> replicas == 1 ? one(x) : Optional.empty();
      case ReduceScatter(Combiner combiner, _, int replicas) ->
          replicas == 1 && combiner != Combiner.ADD ? one(x) : Optional.empty();
      case Clamp _, Constant _, Iota _, Gather _, Scatter _, ArgReduce _ -> Optional.empty();
      case SelectAndScatter _, Sort _, RandomBits _, While _, OptimizationBarrier _ ->
          Optional.empty();
      case CustomCall _, AllReduce _, CollectivePermute _ -> Optional.empty();
    };
  }

  private static Optional<List<Value>> one(Optional<Value> value) {
    return value.map(List::of);
  }

  private static Optional<Value> unary(Unary.Kind kind, Value x, Rewriter graph, String origin) {
    var inner = graph.made(x, Unary.class);
    if (inner.isEmpty()) {
      return Optional.empty();
    }
    var of = inner.get().op().kind();
    return switch (kind) {
      case NEGATE, NOT -> of == kind ? Optional.of(inner.get().x()) : Optional.empty();
      case ABS -> {
        if (of == Unary.Kind.ABS) {
          yield Optional.of(x);
        }
        yield of == Unary.Kind.NEGATE
            ? Optional.of(graph.write(new Unary(kind), origin, inner.get().x()))
            : Optional.empty();
      }
      case FLOOR, CEIL, ROUND_NEAREST_EVEN ->
          List.of(Unary.Kind.FLOOR, Unary.Kind.CEIL, Unary.Kind.ROUND_NEAREST_EVEN).contains(of)
              ? Optional.of(x)
              : Optional.empty();
      case SIGN, EXP, EXPM1, LOG, LOG1P, TANH, LOGISTIC, SQRT, RSQRT -> Optional.empty();
      case SIN, COS, ERF, IS_FINITE -> Optional.empty();
    };
  }

  private static Optional<Value> binary(
      Binary.Kind kind, Value x, Value y, Rewriter graph, String origin) {
    var left = graph.splat(x);
    var right = graph.splat(y);
    return switch (kind) {
      case ADD -> {
        if (is(right, -0.0) || isInteger(right, 0)) {
          yield Optional.of(x);
        }
        if (is(left, -0.0) || isInteger(left, 0)) {
          yield Optional.of(y);
        }
        var minusY = negated(y, graph);
        if (minusY.isPresent()) {
          yield Optional.of(sub(x, minusY.get(), graph, origin));
        }
        yield negated(x, graph).map(minusX -> sub(y, minusX, graph, origin));
      }
      case SUBTRACT -> {
        if (is(right, 0.0) || isInteger(right, 0)) {
          yield Optional.of(x);
        }
        if (is(left, -0.0) || isInteger(left, 0)) {
          yield Optional.of(graph.write(new Unary(Unary.Kind.NEGATE), origin, y));
        }
        yield negated(y, graph)
            .map(minus -> graph.write(new Binary(Binary.Kind.ADD), origin, x, minus));
      }
      case MULTIPLY -> {
        if (is(right, 1) || isInteger(right, 1) || isInteger(left, 0)) {
          yield Optional.of(x);
        }
        if (is(left, 1) || isInteger(left, 1) || isInteger(right, 0)) {
          yield Optional.of(y);
        }
        yield Optional.empty();
      }
      case DIVIDE -> {
        if (is(right, 1) || isInteger(right, 1)) {
          yield Optional.of(x);
        }
        yield right
            .flatMap(Algebra::reciprocal)
            .map(
                c ->
                    graph.write(
                        new Binary(Binary.Kind.MULTIPLY),
                        origin,
                        x,
                        graph.fill(c, y.type().shape(), origin)));
      }
      case POWER -> is(right, 1) || isInteger(right, 1) ? Optional.of(x) : Optional.empty();
      case MAXIMUM, MINIMUM -> x.equals(y) ? Optional.of(x) : Optional.empty();
      case AND -> {
        if (x.equals(y) || isBool(right, true) || isBool(left, false)) {
          yield Optional.of(x);
        }
        yield isBool(left, true) || isBool(right, false) ? Optional.of(y) : Optional.empty();
      }
      case OR -> {
        if (x.equals(y) || isBool(right, false) || isBool(left, true)) {
          yield Optional.of(x);
        }
        yield isBool(left, false) || isBool(right, true) ? Optional.of(y) : Optional.empty();
      }
      case XOR, REMAINDER -> Optional.empty();
      case SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC ->
          isInteger(right, 0) ? Optional.of(x) : Optional.empty();
    };
  }

  private static Value sub(Value x, Value y, Rewriter graph, String origin) {
    return graph.write(new Binary(Binary.Kind.SUBTRACT), origin, x, y);
  }

  /** What the value is the negative of. */
  private static Optional<Value> negated(Value value, Rewriter graph) {
    return graph
        .made(value, Unary.class)
        .filter(made -> made.op().kind() == Unary.Kind.NEGATE)
        .map(Rewriter.Made::x);
  }

  /** A floating number of exactly these bits. */
  private static boolean is(Optional<Literal> literal, double number) {
    return literal.isPresent()
        && literal.get().type().dtype().isFloating()
        && Double.doubleToRawLongBits(literal.get().doubleAt(0))
            == Double.doubleToRawLongBits(number);
  }

  private static boolean isInteger(Optional<Literal> literal, long number) {
    return literal.isPresent()
        && literal.get().type().dtype().isInteger()
        && literal.get().longAt(0) == number;
  }

  private static boolean isBool(Optional<Literal> literal, boolean truth) {
    return literal.isPresent()
        && literal.get().type().dtype() == DType.BOOL
        && (literal.get().longAt(0) != 0) == truth;
  }

  /** 1/c, if multiplying by it is the same as dividing by c: c is a power of two. */
  private static Optional<Literal> reciprocal(Literal c) {
    var dtype = c.type().dtype();
    if (!dtype.isFloating()) {
      return Optional.empty();
    }
    double value = c.doubleAt(0);
    double inverse = 1 / value;
    boolean powerOfTwo =
        value != 0
            && Double.isFinite(value)
            && Math.abs(value) == Math.scalb(1.0, Math.getExponent(value));
    var literal = Literal.scalar(dtype, inverse);
    boolean normal = Math.abs(inverse) >= smallestNormal(dtype);
    return powerOfTwo && normal && literal.doubleAt(0) == inverse
        ? Optional.of(literal)
        : Optional.empty();
  }

  private static double smallestNormal(DType dtype) {
    return switch (dtype) {
      case F64 -> Double.MIN_NORMAL;
      case F32, BF16 -> Float.MIN_NORMAL;
      case F16 -> 0x1p-14;
      case I64, I32, I8, U32, U8, BOOL -> throw new IllegalStateException(dtype + " is no float");
    };
  }

  /** A whole number compared with itself; a float may be NaN. */
  private static Optional<Value> compare(
      Compare.Direction direction, Value x, Value y, Rewriter graph, String origin) {
    if (!x.equals(y) || x.type().dtype().isFloating()) {
      return Optional.empty();
    }
    boolean holds =
        switch (direction) {
          case EQ, LE, GE -> true;
          case NE, LT, GT -> false;
        };
    var literal = Literal.scalar(DType.BOOL, holds ? 1L : 0L);
    return Optional.of(graph.fill(literal, x.type().shape(), origin));
  }

  private static Optional<Value> select(List<Value> operands, Rewriter graph, String origin) {
    var condition = operands.get(0);
    var x = operands.get(1);
    var y = operands.get(2);
    if (x.equals(y)) {
      return Optional.of(x);
    }
    var known = graph.splat(condition);
    if (known.isPresent()) {
      return Optional.of(isBool(known, true) ? x : y);
    }
    return graph
        .made(condition, Unary.class)
        .filter(made -> made.op().kind() == Unary.Kind.NOT)
        .map(made -> graph.write(new Select(), origin, made.x(), y, x));
  }

  private static Optional<Value> convert(DType dtype, Value x, Rewriter graph, String origin) {
    if (x.type().dtype() == dtype) {
      return Optional.of(x);
    }
    return graph
        .made(x, Convert.class)
        .filter(made -> keeps(made.x().type().dtype(), x.type().dtype(), dtype))
        .map(made -> graph.write(new Convert(dtype), origin, made.x()));
  }

  /** Whether converting from → over → to is converting from → to, for every value. */
  private static boolean keeps(DType from, DType over, DType to) {
    if (from == DType.BOOL) {
      return true;
    }
    if (from.isFloating()) {
      return over == DType.F64 || over == DType.F32 && from != DType.F64;
    }
    // A narrow integer result wraps from an integer, but saturates from a float.
    boolean wider =
        over.isInteger()
            ? over.bytes() > from.bytes() && (from.isUnsigned() || !over.isUnsigned())
            : over == DType.F64 && from != DType.I64 || over == DType.F32 && from.bytes() == 1;
    return wider && (over.isInteger() || !to.isInteger() || to == from);
  }
}
