package dev.backplane.op;

import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Slices of static size taken at computed places: operands (x, indices). Every vector of indices
 * along {@code indexAxis} gives the start of one slice in the axes {@code startAxes} of x, clamped
 * so that the slice lies within x. (StableHLO gather without batching axes.)
 *
 * <p>The result has the shape of the indices without {@code indexAxis}, into which the slice's kept
 * axes are put at {@code offsetAxes}.
 *
 * <ul>
 *   <li>C1: one slice size per axis of x, 0 ≤ size ≤ dimension.
 *   <li>C2: collapsed axes are increasing, in range, and have a slice size of at most 1.
 *   <li>C3: indices are integers; {@code indexAxis} is one of their axes, or their rank, which
 *       stands for an axis of size 1.
 *   <li>C4: as many start axes as indices in a vector, distinct and in range.
 *   <li>C5: offset axes are increasing, one for each kept axis, and within the result.
 * </ul>
 *
 * @param offsetAxes the axes of the result that hold the slice
 * @param collapsedAxes the axes of x, of slice size 1, that the result does not show
 * @param startAxes the axes of x that the entries of an index vector stand for
 * @param indexAxis the axis of the indices along which a vector lies
 * @param sliceSizes the size of the slice, per axis of x
 */
public record Gather(
    List<Integer> offsetAxes,
    List<Integer> collapsedAxes,
    List<Integer> startAxes,
    int indexAxis,
    List<Integer> sliceSizes)
    implements Primitive {
  /** Copies the lists. */
  public Gather {
    offsetAxes = List.copyOf(offsetAxes);
    collapsedAxes = List.copyOf(collapsedAxes);
    startAxes = List.copyOf(startAxes);
    sliceSizes = List.copyOf(sliceSizes);
  }

  /** Rows of a table: x [n, …], indices [any] → [any, …]. What an embedding does. */
  public static Gather rows(Shape table, Shape indices) {
    var sizes = new ArrayList<>(table.dimensions());
    sizes.set(0, 1);
    var offsets = new ArrayList<Integer>();
    for (int i = 1; i < table.rank(); i++) {
      offsets.add(indices.rank() + i - 1);
    }
    return new Gather(offsets, List.of(0), List.of(0), indices.rank(), sizes);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 2);
    var x = operands.getFirst();
    var indices = operands.get(1);
    int rank = x.shape().rank();
    Check.equal("Gather C1", "number of slice sizes for " + x, rank, sliceSizes.size());
    for (int i = 0; i < rank; i++) {
      int axis = i;
      Check.that(
          sliceSizes.get(i) >= 0 && sliceSizes.get(i) <= x.shape().dimension(i),
          "Gather C1",
          () -> "slice size " + sliceSizes.get(axis) + " is not within axis " + axis + " of " + x);
    }
    Indexing.increasing("Gather C2", collapsedAxes, rank);
    for (int axis : collapsedAxes) {
      Check.that(
          sliceSizes.get(axis) <= 1,
          "Gather C2",
          () -> "collapsed axis " + axis + " has size " + sliceSizes.get(axis));
    }
    int vector = Indexing.vectorLength("Gather C3", indices, indexAxis);
    Indexing.starts("Gather C4", startAxes, vector, rank);
    Check.equal(
        "Gather C5", "number of offset axes", rank - collapsedAxes.size(), offsetAxes.size());
    var batch = Indexing.batch(indices.shape(), indexAxis);
    Indexing.increasing("Gather C5", offsetAxes, batch.size() + offsetAxes.size());
    var kept = new ArrayList<>(sliceSizes);
    for (int i = collapsedAxes.size() - 1; i >= 0; i--) {
      kept.remove((int) collapsedAxes.get(i));
    }
    return List.of(x.withShape(Indexing.merge(batch, kept, offsetAxes)));
  }
}
