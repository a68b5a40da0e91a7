package dev.backplane.runtime.device;

import org.jspecify.annotations.Nullable;

/**
 * A thing of a backend's that a lease has given out: let go when it is closed or the device goes,
 * so that whoever still holds the wrapper holds nothing of the backend's bundle.
 */
final class Leased<T> {
  private final Lease lease;
  private final String what;
  private volatile @Nullable T thing;

  Leased(Lease lease, String what, T thing) {
    this.lease = lease;
    this.what = what;
    this.thing = thing;
  }

  Gate gate() {
    return lease.gate();
  }

  /** The thing, for one who has passed the gate. Allocates nothing. */
  T get() {
    var present = thing;
    if (present == null) {
      throw new IllegalStateException(what + " is closed");
    }
    return present;
  }

  /** Lets go of it, and gives it back to be closed; null where it was let go before. */
  @Nullable T take() {
    T taken;
    synchronized (this) {
      taken = thing;
      thing = null;
    }
    lease.forget(this);
    return taken;
  }

  void drop() {
    thing = null;
  }
}
