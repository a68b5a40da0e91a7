package dev.backplane.backend;

import dev.backplane.op.Precision;

/**
 * What the user allows a backend to do to numbers.
 *
 * @param contractions the precision of f32 contractions that ask for no particular one
 * @param vectors whether vector kernels may be used; both forms give equal bits
 */
public record Numerics(Precision contractions, boolean vectors) {
  /** Full precision. */
  public static Numerics exact() {
    return new Numerics(Precision.FULL, true);
  }
}
