package dev.backplane.runtime.job;

import dev.backplane.BundleUse;
import dev.backplane.JobInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** A job that has not ended, and what it uses. Thread-safe. */
public final class OpenJob implements AutoCloseable {
  private final Jobs jobs;
  private final String name;
  private final Instant since = Instant.now();
  private final List<Use> uses = new ArrayList<>();
  private String device;

  OpenJob(Jobs jobs, String name, String device) {
    this.jobs = jobs;
    this.name = name;
    this.device = device;
  }

  /** A use that lasts until it is closed, or the job is. */
  public final class Use implements AutoCloseable {
    private final BundleUse of;
    private final boolean pinned;

    private Use(BundleUse of, boolean pinned) {
      this.of = of;
      this.pinned = pinned;
    }

    @Override
    public void close() {
      synchronized (uses) {
        uses.remove(this);
      }
    }
  }

  /** It uses a bundle's code from now on, by a name that a newer version serves as well. */
  public Use use(BundleUse of) {
    return add(new Use(of, false));
  }

  /** It holds a bundle's very objects from now on. */
  public Use pin(BundleUse of) {
    return add(new Use(of, true));
  }

  private Use add(Use use) {
    synchronized (uses) {
      uses.add(use);
    }
    return use;
  }

  /** It has found the device that it runs on. */
  public void runsOn(String id) {
    synchronized (uses) {
      device = id;
    }
  }

  /** What it is now. */
  public JobInfo info() {
    synchronized (uses) {
      var of = new HashSet<BundleUse>();
      uses.forEach(use -> of.add(use.of));
      return new JobInfo(name, device, since, uses.stream().anyMatch(use -> use.pinned), of);
    }
  }

  /** It has ended and uses nothing any more. Idempotent. */
  @Override
  public void close() {
    jobs.ended(this);
  }
}
