package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * x with slices combined into it at computed places: operands (x, indices, updates). The inverse of
 * {@link Gather}. A slice that does not lie wholly within x is left out. Updates are applied in
 * row-major order of the updates, one after the other.
 *
 * <ul>
 *   <li>C1: updates have x's dtype; the mode is defined on it.
 *   <li>C2: inserted axes are increasing and within x.
 *   <li>C3: indices are integers; {@code indexAxis} as in Gather.
 *   <li>C4: as many target axes as indices in a vector, distinct and within x.
 *   <li>C5: window axes are increasing and within the updates, as many as x has axes not inserted.
 *   <li>C6: the updates' other dimensions are those of the indices without {@code indexAxis}; their
 *       window dimensions do not pass x's.
 * </ul>
 *
 * @param mode how an update is combined with what is there
 * @param windowAxes the axes of the updates that hold a slice
 * @param insertedAxes the axes of x, of slice size 1, that the updates do not show
 * @param targetAxes the axes of x that the entries of an index vector stand for
 * @param indexAxis the axis of the indices along which a vector lies
 */
public record Scatter(
    Mode mode,
    List<Integer> windowAxes,
    List<Integer> insertedAxes,
    List<Integer> targetAxes,
    int indexAxis)
    implements Primitive {
  /** How an update meets the element that is there. */
  public enum Mode {
    /** The update replaces it; of several the last one stays. */
    ASSIGN,
    /** Sum; low-precision floats round after every addition. */
    ADD,
    /** Product. */
    MULTIPLY,
    /** The larger one, as {@link Binary.Kind#MAXIMUM}. */
    MAXIMUM,
    /** The smaller one, as {@link Binary.Kind#MINIMUM}. */
    MINIMUM
  }

  /** Copies the lists. */
  public Scatter {
    windowAxes = List.copyOf(windowAxes);
    insertedAxes = List.copyOf(insertedAxes);
    targetAxes = List.copyOf(targetAxes);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 3);
    var x = operands.getFirst();
    var indices = operands.get(1);
    var updates = operands.get(2);
    int rank = x.shape().rank();
    Check.equal("Scatter C1", "dtype of the updates", x.dtype(), updates.dtype());
    Check.that(
        switch (mode) {
          case ASSIGN, MAXIMUM, MINIMUM -> true;
          case ADD, MULTIPLY -> x.dtype().isNumeric();
        },
        "Scatter C1",
        () -> mode + " is not defined on " + x.dtype());
    Indexing.increasing("Scatter C2", insertedAxes, rank);
    int vector = Indexing.vectorLength("Scatter C3", indices, indexAxis);
    Indexing.starts("Scatter C4", targetAxes, vector, rank);
    Check.equal(
        "Scatter C5", "number of window axes", rank - insertedAxes.size(), windowAxes.size());
    Indexing.increasing("Scatter C5", windowAxes, updates.shape().rank());
    var batch = Indexing.batch(indices.shape(), indexAxis);
    var window = new ArrayList<Integer>();
    int at = 0;
    for (int axis = 0; axis < rank; axis++) {
      if (insertedAxes.contains(axis)) {
        continue;
      }
      int size = updates.shape().dimension(windowAxes.get(at++));
      Check.that(
          size <= x.shape().dimension(axis),
          "Scatter C6",
          () -> "window of " + updates + " does not fit into " + x);
      window.add(size);
    }
    Check.that(
        updates.shape().rank() == batch.size() + window.size()
            && Indexing.merge(batch, window, windowAxes).equals(updates.shape()),
        "Scatter C6",
        () -> "updates " + updates + " do not fit indices " + indices);
    return List.of(x);
  }
}
