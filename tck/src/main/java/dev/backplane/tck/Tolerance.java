package dev.backplane.tck;

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
import dev.backplane.op.Precision;
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
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * How far a result may be from the oracle's. This is the whole table; {@code docs/semantics.md}
 * repeats it in words.
 *
 * <p>NaN must be NaN. An {@link #EXACT} result has the very bits, the sign of zero included.
 * Integers and bools are always exact.
 */
public sealed interface Tolerance {
  /** The very bits. */
  Tolerance EXACT = new Ulps(0);

  /**
   * A distance in units of the last place of the expected value; what is below the smallest normal
   * number may have been flushed to zero, unless the number of units is 0.
   *
   * @param units how many
   */
  record Ulps(double units) implements Tolerance {}

  /**
   * The bound of a sum of products computed in any order: {@code terms · roundoff · Σ|terms|} and
   * one rounding to the result's dtype.
   *
   * @param terms how many are added up
   * @param roundoff the largest relative error of one addition
   * @param summed the operands whose absolute values give Σ|terms|
   */
  record Sum(long terms, double roundoff, List<Integer> summed) implements Tolerance {
    /** Copies the list. */
    public Sum {
      summed = List.copyOf(summed);
    }
  }

  /** The tolerance of an op on operands of the given types, for results of floating dtype. */
  static Tolerance of(Op op, List<TensorType> operands) {
    return switch (op) {
      case Unary unary -> unary(unary.kind(), operands.getFirst().dtype());
      case Binary binary -> binary(binary.kind(), operands.getFirst().dtype());
      case Reduce reduce -> {
        var shape = operands.getFirst().shape();
        long terms = reduce.axes().stream().mapToLong(shape::dimension).reduce(1, (a, b) -> a * b);
        yield combined(reduce.combiner(), terms, operands.getFirst().dtype(), List.of(0));
      }
      case ReduceWindow reduce -> {
        long terms = reduce.windows().stream().mapToLong(w -> w.size()).reduce(1, (a, b) -> a * b);
        yield combined(reduce.combiner(), terms, operands.getFirst().dtype(), List.of(0));
      }
      case SelectAndScatter scatter -> {
        long terms = scatter.windows().stream().mapToLong(w -> w.size()).reduce(1, (a, b) -> a * b);
        yield combined(Combiner.ADD, terms, operands.getFirst().dtype(), List.of(1));
      }
      case Dot dot -> dot(dot, operands);
      case Convolution convolution -> convolution(convolution, operands);
      case Scatter scatter -> scatter(scatter, operands);
      case AllReduce all -> combined(all.combiner(), 64, operands.getFirst().dtype(), List.of(0));
      case ReduceScatter part ->
          combined(part.combiner(), 64, operands.getFirst().dtype(), List.of(0));
      // Bodies of the cases are sums and products of a few moderate values.
      case Scan _, While _, If _, Composite _ -> new Ulps(8);
      case Compare _, Select _, Clamp _, Convert _, BitcastConvert _ -> EXACT;
      case Constant _, Iota _, RandomBits _, OptimizationBarrier _, CustomCall _ -> EXACT;
      case Broadcast _, Reshape _, Transpose _, Slice _, Pad _, Concatenate _, Reverse _ -> EXACT;
      case DynamicSlice _, DynamicUpdateSlice _, Gather _, ArgReduce _, Sort _ -> EXACT;
      case AllGather _, CollectivePermute _ -> EXACT;
    };
  }

  private static Tolerance unary(Unary.Kind kind, DType dtype) {
    return switch (kind) {
      case ABS, NEGATE, SIGN, FLOOR, CEIL, ROUND_NEAREST_EVEN, IS_FINITE, NOT, SQRT -> EXACT;
      case RSQRT -> function(dtype, 2);
      case EXP, EXPM1, LOG, LOG1P, SIN, COS -> function(dtype, 4);
      case TANH, LOGISTIC -> function(dtype, 5);
      case ERF -> function(dtype, 16);
    };
  }

  private static Tolerance binary(Binary.Kind kind, DType dtype) {
    return switch (kind) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER, MAXIMUM, MINIMUM -> EXACT;
      case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC -> EXACT;
      case POWER -> dtype.isFloating() ? function(dtype, 16) : EXACT;
    };
  }

  /** The narrow dtypes are computed in f32 and rounded, which costs at most one unit. */
  private static Tolerance function(DType dtype, double units) {
    return new Ulps(dtype == DType.F16 || dtype == DType.BF16 ? 1 : units);
  }

  private static Tolerance combined(
      Combiner combiner, long terms, DType dtype, List<Integer> summed) {
    if (!dtype.isFloating()) {
      return EXACT;
    }
    return switch (combiner) {
      case ADD -> new Sum(terms, Ulp.unitRoundoff(dtype.accumulator()), summed);
      case MULTIPLY -> new Ulps(terms + 1);
      case MAXIMUM, MINIMUM, AND, OR -> EXACT;
    };
  }

  private static Tolerance dot(Dot dot, List<TensorType> operands) {
    var left = operands.getFirst();
    long terms =
        dot.leftContract().stream().mapToLong(left.shape()::dimension).reduce(1, (a, b) -> a * b);
    return contraction(terms, left.dtype(), dot.precision());
  }

  private static Tolerance convolution(Convolution op, List<TensorType> operands) {
    var kernel = operands.get(1);
    long outputs = Math.max(1, kernel.shape().dimension(op.kernel().batch()));
    long terms = kernel.shape().size() / outputs;
    return contraction(terms, kernel.dtype(), op.precision());
  }

  private static Tolerance contraction(long terms, DType dtype, Precision precision) {
    if (!dtype.isFloating()) {
      return EXACT;
    }
    double roundoff = Ulp.unitRoundoff(dtype.accumulator());
    return switch (precision) {
      case FULL -> new Sum(terms, roundoff, List.of(0, 1));
      // Two operands rounded to bf16, spread over the terms.
      case BF16 ->
          new Sum(
              terms,
              roundoff + 2.1 * Ulp.unitRoundoff(DType.BF16) / Math.max(1, terms),
              List.of(0, 1));
    };
  }

  private static Tolerance scatter(Scatter op, List<TensorType> operands) {
    var dtype = operands.getFirst().dtype();
    long terms = operands.get(2).shape().size() + 1;
    return switch (op.mode()) {
      case ASSIGN, MAXIMUM, MINIMUM -> EXACT;
      case ADD ->
          dtype.isFloating() ? new Sum(terms, Ulp.unitRoundoff(dtype), List.of(0, 2)) : EXACT;
      case MULTIPLY -> dtype.isFloating() ? new Ulps(terms) : EXACT;
    };
  }
}
