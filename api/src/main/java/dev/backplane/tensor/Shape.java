package dev.backplane.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * The static shape of a tensor: a list of dimensions, none negative. Rank 0 is a scalar; a
 * dimension of 0 makes a tensor without elements. Layout is row-major wherever it shows.
 *
 * @param dimensions the extents, outermost first
 */
public record Shape(List<Integer> dimensions) {
  private static final Shape SCALAR = new Shape(List.of());

  /**
   * Checks and copies the dimensions.
   *
   * @throws ShapeException if a dimension is negative or the number of elements passes 2^48
   */
  public Shape {
    dimensions = List.copyOf(dimensions);
    long size = 1;
    for (int dimension : dimensions) {
      if (dimension < 0) {
        throw new ShapeException("Shape C1: negative dimension in " + dimensions);
      }
      if (size > (1L << 48) / Math.max(dimension, 1)) {
        throw new ShapeException("Shape C2: more than 2^48 elements in " + dimensions);
      }
      size *= Math.max(dimension, 1);
    }
  }

  /** A shape of the given dimensions. */
  public static Shape of(int... dimensions) {
    if (dimensions.length == 0) {
      return SCALAR;
    }
    var list = new ArrayList<Integer>(dimensions.length);
    for (int dimension : dimensions) {
      list.add(dimension);
    }
    return new Shape(list);
  }

  /** The shape of rank 0. */
  public static Shape scalar() {
    return SCALAR;
  }

  /** The number of dimensions. */
  public int rank() {
    return dimensions.size();
  }

  /**
   * One dimension.
   *
   * @param axis 0 … rank-1, or -rank … -1 counted from the end
   */
  public int dimension(int axis) {
    return dimensions.get(axis(axis));
  }

  /** The innermost dimension. */
  public int last() {
    return dimension(-1);
  }

  /** The number of elements; 1 for a scalar. */
  public long size() {
    long size = 1;
    for (int dimension : dimensions) {
      size *= dimension;
    }
    return size;
  }

  /**
   * Turns an axis that may be counted from the end into one counted from the start.
   *
   * @throws ShapeException if there is no such axis
   */
  public int axis(int axis) {
    int resolved = axis < 0 ? axis + rank() : axis;
    if (resolved < 0 || resolved >= rank()) {
      throw new ShapeException("Shape C3: no axis " + axis + " in " + this + " of rank " + rank());
    }
    return resolved;
  }

  /** This shape with one dimension replaced. */
  public Shape with(int axis, int dimension) {
    var changed = new ArrayList<>(dimensions);
    changed.set(axis(axis), dimension);
    return new Shape(changed);
  }

  /** This shape without the given axes. */
  public Shape without(List<Integer> axes) {
    var resolved = axes.stream().map(this::axis).toList();
    var kept = new ArrayList<Integer>();
    for (int i = 0; i < rank(); i++) {
      if (!resolved.contains(i)) {
        kept.add(dimensions.get(i));
      }
    }
    return new Shape(kept);
  }

  /** This shape with a dimension put in front. */
  public Shape prepend(int dimension) {
    var longer = new ArrayList<Integer>(rank() + 1);
    longer.add(dimension);
    longer.addAll(dimensions);
    return new Shape(longer);
  }

  /** This shape with a dimension put at the end. */
  public Shape append(int dimension) {
    var longer = new ArrayList<>(dimensions);
    longer.add(dimension);
    return new Shape(longer);
  }

  /** Row-major strides in elements. */
  public long[] strides() {
    var strides = new long[rank()];
    long stride = 1;
    for (int i = rank() - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dimensions.get(i);
    }
    return strides;
  }

  /**
   * The shape both operands broadcast to by numpy's rule: aligned at the end, dimensions equal or
   * 1.
   *
   * @throws ShapeException if they do not broadcast
   */
  public Shape broadcastWith(Shape other) {
    int rank = Math.max(rank(), other.rank());
    var result = new ArrayList<Integer>(rank);
    for (int i = 0; i < rank; i++) {
      int mine = i < rank - rank() ? 1 : dimensions.get(i - (rank - rank()));
      int theirs = i < rank - other.rank() ? 1 : other.dimensions.get(i - (rank - other.rank()));
      if (mine != theirs && mine != 1 && theirs != 1) {
        throw new ShapeException(
            "Shape C4: "
                + this
                + " and "
                + other
                + " do not broadcast ("
                + mine
                + " ≠ "
                + theirs
                + ")");
      }
      result.add(mine == 1 ? theirs : mine);
    }
    return new Shape(result);
  }

  /** As in {@code [64,784]}; {@code []} for a scalar. */
  @Override
  public String toString() {
    var text = new StringJoiner(",", "[", "]");
    for (int dimension : dimensions) {
      text.add(String.valueOf(dimension));
    }
    return text.toString();
  }
}
