package dev.backplane.backend.cpu.warm;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A form that runs, and perhaps one of the same bits that takes its place between two runs.
 *
 * @param <F> the forms
 */
public final class Succession<F> {
  /** What runs; changed by who runs it, and handed to other threads by him. */
  private F now;

  private final @Nullable Cold cold;

  private Succession(F only) {
    now = only;
    cold = null;
  }

  private Succession(
      String name, F first, Supplier<F> faster, Function<F, Rehearsal> onMemoryOfItsOwn) {
    now = first;
    cold =
        new Cold() {
          private volatile @Nullable F next;

          /** Empty while the fast form runs; beside {@link #now}, which is no volatile read. */
          private volatile Optional<String> slow = Optional.of("until warm");

          @Override
          public String name() {
            return name;
          }

          @Override
          public Rehearsal rehearse() {
            var made = next;
            if (made == null) {
              made = faster.get();
              next = made;
            }
            return onMemoryOfItsOwn.apply(made);
          }

          @Override
          public void adopt() {
            var made = next;
            if (made == null) {
              throw new IllegalStateException(name + " was not rehearsed");
            }
            now = made;
            slow = Optional.empty();
          }

          @Override
          public void retreat() {
            now = first;
            slow = Optional.of("until warm again");
          }

          @Override
          public void giveUp(String why) {
            slow = Optional.of("gave vectors up: " + why);
          }

          @Override
          public Optional<String> slowBecause() {
            return slow;
          }
        };
  }

  /** One for good. */
  public static <F> Succession<F> of(F only) {
    return new Succession<>(only);
  }

  /**
   * One for the beginning, and the one for good.
   *
   * @param name for messages
   * @param faster makes the one for good
   * @param onMemoryOfItsOwn what is run until the JVM has compiled it
   */
  public static <F> Succession<F> of(
      String name, F first, Supplier<F> faster, Function<F, Rehearsal> onMemoryOfItsOwn) {
    return new Succession<>(name, first, faster, onMemoryOfItsOwn);
  }

  /** What runs now. */
  public F now() {
    return now;
  }

  /**
   * The same, as reports name it.
   *
   * @param best the one for good
   */
  public String running(String best) {
    return Cold.running(cold(), best);
  }

  /** The way to the faster one; nothing where there is none. */
  public Optional<Cold> cold() {
    return Optional.ofNullable(cold);
  }
}
