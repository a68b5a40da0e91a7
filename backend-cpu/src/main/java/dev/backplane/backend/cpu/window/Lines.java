package dev.backplane.backend.cpu.window;

import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.backend.cpu.warm.Rehearsal;
import dev.backplane.backend.cpu.warm.Succession;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * What works on the lines of positions, in the form that may run: vectors where runs fill one.
 *
 * @param best the form that may run in the end, as reports name it
 * @param <F> {@link Reducing} or {@link Selecting}
 */
record Lines<F>(String best, Succession<F> forms) {
  /**
   * Chooses.
   *
   * @param allowed which forms may run; the bits are the same
   * @param name for messages
   * @param vector makes the vector form of the scalar one
   * @param rehearsal what is run until the JVM has compiled the vector form
   */
  static <F> Lines<F> of(
      Forms allowed,
      Widened type,
      Positions positions,
      String name,
      F scalar,
      UnaryOperator<F> vector,
      BiFunction<Positions, F, Rehearsal> rehearsal) {
    // The first question is asked first: the second one loads the Vector API.
    boolean vectors =
        allowed != Forms.SCALAR && type == Widened.F32 && positions.run() >= VectorReducing.LANES;
    if (!vectors) {
      return new Lines<>("scalar", Succession.of(scalar));
    }
    var forms =
        allowed == Forms.VECTOR
            ? Succession.of(vector.apply(scalar))
            : Succession.of(
                name, scalar, () -> vector.apply(scalar), made -> rehearsal.apply(positions, made));
    return new Lines<>(VectorReducing.form(), forms);
  }

  F now() {
    return forms.now();
  }

  /** Which form runs at this moment, as reports name it. */
  String running() {
    return forms.running(best);
  }

  /** The way to the vector form, where the scalar one begins. */
  List<Cold> cold() {
    return forms.cold().stream().toList();
  }
}
