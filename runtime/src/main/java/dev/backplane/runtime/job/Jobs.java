package dev.backplane.runtime.job;

import dev.backplane.JobInfo;
import java.util.ArrayList;
import java.util.List;

/** All that is under way or kept open. Thread-safe. */
public final class Jobs {
  private final List<OpenJob> open = new ArrayList<>();

  /** None yet. */
  public Jobs() {}

  /**
   * A job begins; it ends when it is closed.
   *
   * @param name what it is, for people
   * @param device where it is to run, as it was asked for
   */
  public OpenJob open(String name, String device) {
    var job = new OpenJob(this, name, device);
    synchronized (open) {
      open.add(job);
    }
    return job;
  }

  void ended(OpenJob job) {
    synchronized (open) {
      open.remove(job);
    }
  }

  /** What there is, oldest first. */
  public List<JobInfo> list() {
    List<OpenJob> present;
    synchronized (open) {
      present = List.copyOf(open);
    }
    return present.stream().map(OpenJob::info).toList();
  }
}
