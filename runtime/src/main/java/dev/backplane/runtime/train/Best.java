package dev.backplane.runtime.train;

import dev.backplane.Goal;
import dev.backplane.runtime.checkpoint.Checkpoint;
import dev.backplane.runtime.checkpoint.RunFolder;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Keeps the weights of the best epoch: in the run folder, or without one in memory. Which one that
 * is follows from the figures of all epochs alone, so that it is the same after a resume.
 */
final class Best {
  private final Goal goal;
  private final Job job;
  private final Optional<RunFolder> folder;
  private Map<String, Literal> kept = Map.of();

  Best(Goal goal, Job job, Optional<RunFolder> folder) {
    this.goal = goal;
    this.job = job;
    this.folder = folder;
  }

  /** Which epoch of a run's is the best, from 1. */
  static Optional<Integer> epoch(Goal goal, List<Map<String, Double>> history) {
    var best = goal.best(history);
    return best.isPresent() ? Optional.of(best.getAsInt() + 1) : Optional.empty();
  }

  /** An epoch has ended: keeps its weights if it is the best so far. */
  void keep(Checkpoint.Position position, List<Map<String, Double>> history) {
    if (goal.best(history).orElse(-1) != history.size() - 1) {
      return;
    }
    var weights = job.parameters();
    folder.ifPresentOrElse(
        f -> f.saveBest(new Checkpoint(position, history, new TreeMap<>(weights))),
        () -> kept = weights);
  }

  /** The epoch is saved: what was best before the best is not needed any more. */
  void forgetOthers(List<Map<String, Double>> history) {
    epoch(goal, history).ifPresent(best -> folder.ifPresent(f -> f.forgetBestBut(best)));
  }

  /** Puts the best weights back into the job; gives their epoch, from 1, if there is one. */
  Optional<Integer> restore(List<Map<String, Double>> history) {
    var best = epoch(goal, history);
    best.ifPresent(
        epoch ->
            folder.ifPresentOrElse(
                f -> job.load(RunFolder.best(f.path(), epoch).state()), () -> job.load(kept)));
    return best;
  }
}
