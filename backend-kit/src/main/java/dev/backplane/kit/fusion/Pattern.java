package dev.backplane.kit.fusion;

import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * How the axes that a broadcast adds, or a reduction takes away, lie in the larger shape. Axes of
 * dimension 1 do not count.
 *
 * @param kind where the smaller value's axes are
 * @param columns the product of the larger shape's trailing axes, where the kind cuts it in two
 */
record Pattern(Kind kind, long columns) {
  enum Kind {
    /** Both have the same elements. */
    IDENTITY,
    /** The smaller one has one element. */
    SCALAR,
    /** The smaller one spans the leading axes: it has one element for each row. */
    LEADING,
    /** The smaller one spans the trailing axes: it has one element for each column. */
    TRAILING,
    /** The smaller one's axes are no contiguous block at either end. */
    SCATTERED
  }

  /** The pattern of a larger shape of which the smaller value has the axes marked as kept. */
  static Pattern of(Shape larger, List<Integer> kept) {
    var axes = new ArrayList<Boolean>();
    var dimensions = new ArrayList<Integer>();
    for (int axis = 0; axis < larger.rank(); axis++) {
      if (larger.dimension(axis) != 1) {
        axes.add(kept.contains(axis));
        dimensions.add(larger.dimension(axis));
      }
    }
    int cuts = 0;
    int cut = 0;
    for (int i = 1; i < axes.size(); i++) {
      if (!axes.get(i).equals(axes.get(i - 1))) {
        cuts++;
        cut = i;
      }
    }
    if (cuts > 1) {
      return new Pattern(Kind.SCATTERED, 0);
    }
    if (cuts == 0) {
      boolean all = axes.isEmpty() || axes.getFirst();
      return new Pattern(all ? Kind.IDENTITY : Kind.SCALAR, 0);
    }
    long columns = 1;
    for (int dimension : dimensions.subList(cut, dimensions.size())) {
      columns *= dimension;
    }
    return new Pattern(axes.getFirst() ? Kind.LEADING : Kind.TRAILING, columns);
  }
}
