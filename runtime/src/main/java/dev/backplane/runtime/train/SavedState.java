package dev.backplane.runtime.train;

import dev.backplane.io.MalformedModelException;
import dev.backplane.runtime.checkpoint.Checkpoint;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The state of a checkpoint, to be put into a job.
 *
 * @param where the checkpoint, for messages
 * @param state the values by path
 * @param whole whether the engine's own state counts too, as it does to go on training
 */
record SavedState(String where, SortedMap<String, Literal> state, boolean whole) {
  /** To evaluate and predict with. */
  static SavedState forInference(Checkpoint checkpoint) {
    return new SavedState(name(checkpoint), checkpoint.state(), false);
  }

  /**
   * To go on training from.
   *
   * @param steps how many steps an epoch has
   * @throws MalformedModelException if position and step counter disagree
   */
  static SavedState forTraining(Checkpoint checkpoint, int steps) {
    var position = checkpoint.position();
    var counter = checkpoint.state().get(StateTable.STEP);
    var counted =
        Optional.ofNullable(counter)
            .filter(c -> c.type().shape().rank() == 0)
            .map(c -> c.longAt(0));
    if (position.step() >= steps
        || position.steps() != (long) position.epochs() * steps + position.step()
        || counted.isEmpty()
        || counted.get() != position.steps()) {
      throw new MalformedModelException(
          name(checkpoint),
          position + " and a step counter of " + counted.map(String::valueOf).orElse("none"),
          "equal steps, in epochs of " + steps);
    }
    return new SavedState(name(checkpoint), checkpoint.state(), true);
  }

  private static String name(Checkpoint checkpoint) {
    return "checkpoint of step " + checkpoint.position().steps();
  }

  /**
   * Refuses the checkpoint of another model.
   *
   * @throws MalformedModelException naming what differs, and both types
   */
  void requireFits(SortedMap<String, TensorType> types) {
    types.forEach(this::requireFits);
    for (var path : state.keySet()) {
      if (!types.containsKey(path) && counts(path)) {
        throw new MalformedModelException(
            where, path + ", which the model has not", "one of " + types.keySet());
      }
    }
  }

  private void requireFits(String path, TensorType type) {
    var value = state.get(path);
    if (value == null && counts(path)) {
      throw new MalformedModelException(
          where, "no " + path, type + "; is the checkpoint of another model?");
    }
    if (value != null && !value.type().equals(type)) {
      throw new MalformedModelException(
          where, path + " is " + value.type(), type + "; is the checkpoint of another model?");
    }
  }

  private boolean counts(String path) {
    return whole || !StateTable.isInternal(path);
  }
}
