package dev.backplane;

/** A training that cannot go on: the loss is no longer finite. The last checkpoint is kept. */
public final class TrainingFailedException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** A failure that names the step. */
  public TrainingFailedException(String message) {
    super(message);
  }
}
