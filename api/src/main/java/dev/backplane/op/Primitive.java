package dev.backplane.op;

/**
 * The closed set of primitives, modelled on StableHLO: static shapes, no implicit broadcasting
 * (only {@link Broadcast} broadcasts), every edge case answered in {@code docs/semantics.md}.
 *
 * <p>In this project every switch over the set is exhaustive, without {@code default}. The set has
 * a number; a backend states the number it knows and is never shown anything newer.
 */
public sealed interface Primitive extends Op
    permits Unary,
        Binary,
        Compare,
        Select,
        Clamp,
        Convert,
        BitcastConvert,
        Constant,
        Iota,
        Broadcast,
        Reshape,
        Transpose,
        Slice,
        Pad,
        Concatenate,
        Reverse,
        DynamicSlice,
        DynamicUpdateSlice,
        Gather,
        Scatter,
        Dot,
        Convolution,
        Reduce,
        ArgReduce,
        ReduceWindow,
        SelectAndScatter,
        Sort,
        RandomBits,
        Scan,
        While,
        If,
        OptimizationBarrier,
        CustomCall,
        AllReduce,
        AllGather,
        ReduceScatter,
        CollectivePermute {
  /** The number of the set described here. It rises with every record, kind or dtype added. */
  int SET_NUMBER = 1;

  /** The record's simple name. */
  @Override
  default String name() {
    return getClass().getSimpleName();
  }

  /** The number of the first set that held this primitive, in this very form. */
  default int since() {
    return 1;
  }
}
