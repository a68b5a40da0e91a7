package dev.backplane.runtime.train;

import dev.backplane.Training;
import dev.backplane.TrainingFailedException;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.data.Batches;
import dev.backplane.runtime.checkpoint.Checkpoint;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.Map;

/** Steps through batches, epoch after epoch. {@link #step} returns when the step is under way. */
final class StepTraining implements Training {
  private final Job job;
  private final Batches batches;
  private final Feed feed;
  private long steps;
  private int epochs;
  private int step;
  private boolean closed;

  /**
   * Steps from a position on.
   *
   * @param last the epoch before which the steps end
   */
  StepTraining(Job job, Batches batches, Checkpoint.Position position, int last) {
    this.job = job;
    this.batches = batches;
    steps = position.steps();
    epochs = position.epochs();
    step = position.step();
    feed = Feed.of(batches, epochs, step, last, job.checks());
  }

  @Override
  public void step() {
    if (step == batches.count()) {
      nextEpoch();
    }
    var staged = feed.next();
    steps++;
    step++;
    // What is left over at the end of an epoch is a smaller group of its own.
    job.train(staged, step % job.programs().accumulate() == 0 || step == batches.count());
    feed.release();
  }

  /** The epoch has ended, and been measured: figures begin anew. */
  void nextEpoch() {
    epochs++;
    step = 0;
    job.reset(Figures.Split.TRAIN);
  }

  /** Steps made in the epoch. */
  int stepsOfEpoch() {
    return step;
  }

  /** Where the training is. */
  Checkpoint.Position position() {
    return new Checkpoint.Position(steps, epochs, step);
  }

  @Override
  public DeviceInfo device() {
    return job.device();
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public Map<String, Double> metrics() {
    try {
      return job.figures(Figures.Split.TRAIN);
    } catch (Job.NotFinite e) {
      long epoch = (e.step() - 1) / batches.count() + 1;
      long batch = (e.step() - 1) % batches.count() + 1;
      throw new TrainingFailedException(
          "model "
              + job.programs().name()
              + ": the loss of step "
              + e.step()
              + " (epoch "
              + epoch
              + ", batch "
              + batch
              + " of "
              + batches.count()
              + ") is infinite or not a number;"
              + " try a lower learning rate or gradient clipping, and look for such values in the"
              + " data");
    }
  }

  @Override
  public Map<String, Double> evaluate(Batches other) {
    return job.evaluate(other);
  }

  @Override
  public List<Literal> predict(List<Literal> inputs) {
    return job.predict(inputs);
  }

  @Override
  public Map<String, Literal> parameters() {
    return job.parameters();
  }

  @Override
  public void load(Map<String, Literal> values) {
    job.load(values);
  }

  @Override
  public void rateFactor(double factor) {
    job.rateFactor(factor);
  }

  @Override
  public List<Part> layers() {
    return job.programs().table().layers();
  }

  @Override
  public List<Placed> why() {
    return job.why();
  }

  @Override
  public List<CompileReport> reports() {
    return job.reports();
  }

  @Override
  public List<CompileReport> compilePrediction(int batch) {
    return job.compilePrediction(batch);
  }

  @Override
  public List<Measured> measure(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps to measure: expected 1 or more, found " + steps);
    }
    return job.measure(steps, Form.of(batches).getFirst(), this::step);
  }

  /** Ends gathering; the job goes on without. */
  void release() {
    feed.close();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      feed.close();
      job.close();
    }
  }
}
