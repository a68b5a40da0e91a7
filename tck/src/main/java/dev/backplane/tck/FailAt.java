package dev.backplane.tck;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Lets one call fail, counted from 1 over the kinds that may fail: all but closing. Run a piece of
 * work with n = 1, 2, 3 … until {@link #failed} says that it ended before its n-th call, and each
 * of its calls has failed once.
 */
public final class FailAt implements Watcher {
  private static final Set<Kind> CLOSING =
      EnumSet.of(Kind.CLOSE_DEVICE, Kind.CLOSE_BUFFER, Kind.CLOSE_EXECUTABLE, Kind.CLOSE_EXECUTION);

  private final long nth;
  private final Supplier<? extends RuntimeException> failure;
  private final AtomicLong calls = new AtomicLong();

  /**
   * A failure to come.
   *
   * @param nth which call fails; counted from 1
   * @param failure makes what it throws
   */
  public FailAt(long nth, Supplier<? extends RuntimeException> failure) {
    this.nth = nth;
    this.failure = failure;
  }

  @Override
  public void before(Call call) {
    if (!CLOSING.contains(call.kind()) && calls.incrementAndGet() == nth) {
      throw failure.get();
    }
  }

  /** Whether the call was reached, and failed. */
  public boolean failed() {
    return calls.get() >= nth;
  }
}
