package dev.backplane;

import java.time.Instant;
import java.util.Set;

/**
 * Work that is under way or kept open: a training from its start until its {@link Run} is closed,
 * an opened run, an open {@link Training}, a compiled function, an eager scope.
 *
 * @param name what it is: the name of the model, or of the kind of work
 * @param device the id of the device it was opened on; what was asked for, such as {@code auto},
 *     while none is open
 * @param since when it began
 * @param pinned whether it holds objects that cannot be made anew by their registered names, so
 *     that their bundles cannot go before it ends
 * @param uses whose code it uses; a bundle that no job names is not in use
 */
public record JobInfo(
    String name, String device, Instant since, boolean pinned, Set<BundleUse> uses) {
  /** Copies. */
  public JobInfo {
    uses = Set.copyOf(uses);
  }

  /** Whether it uses any version of a bundle. */
  public boolean uses(String symbolicName) {
    return uses.stream().anyMatch(use -> use.symbolicName().equals(symbolicName));
  }

  /** Whether it uses this version of a bundle. */
  public boolean uses(String symbolicName, String version) {
    return uses.stream()
        .anyMatch(use -> use.symbolicName().equals(symbolicName) && use.version().equals(version));
  }
}
