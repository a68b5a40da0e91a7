package dev.backplane.runtime.extension;

import dev.backplane.BackplaneException;
import dev.backplane.extension.PartFailedException;
import dev.backplane.tensor.ShapeException;
import java.util.function.Supplier;

/**
 * Calls into the code of plugins: what goes wrong there names the part and its bundle, so that a
 * user knows whom to ask. Backplane's own parts are called as they are.
 */
public final class Foreign {
  private Foreign() {}

  /**
   * What a part's method gives back.
   *
   * @param part the plugin's object
   * @param what for messages: what it was asked for, such as {@code layer swish_1}
   * @throws ShapeException if operands do not fit, with the bundle added
   * @throws PartFailedException if it gives null or throws anything else but a {@link
   *     BackplaneException}
   */
  public static <T> T call(Object part, String what, Supplier<T> method) {
    var owner = Owner.of(part.getClass());
    if (owner.isOurs()) {
      return method.get();
    }
    T result;
    try {
      result = method.get();
    } catch (ShapeException e) {
      var place = "by " + of(part, owner);
      throw String.valueOf(e.getMessage()).contains(place) ? e : e.in(place);
    } catch (BackplaneException e) {
      throw e;
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      throw new PartFailedException(what + ": " + of(part, owner) + " threw " + e, e);
    }
    if (result == null) {
      throw new PartFailedException(what + ": " + of(part, owner) + " gave null");
    }
    return result;
  }

  /** As in {@code com.acme.Swish of com.acme.plugin 1.0.0}. */
  public static String of(Object part) {
    return of(part, Owner.of(part.getClass()));
  }

  private static String of(Object part, Owner owner) {
    return part.getClass().getName() + " of " + owner;
  }
}
