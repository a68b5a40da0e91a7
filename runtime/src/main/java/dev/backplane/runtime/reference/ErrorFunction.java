package dev.backplane.runtime.reference;

/**
 * The error function to nearly full f64 precision, by two textbook expansions (Abramowitz and
 * Stegun 7.1.6 and 7.1.14).
 */
final class ErrorFunction {
  private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

  private ErrorFunction() {}

  static double erf(double x) {
    double size = Math.abs(x);
    if (size < 2.5) {
      return series(x);
    }
    // From 6 on 1 - erf is below half a unit in the last place of 1.
    double value = size < 6 ? 1 - continuedFraction(size) : size >= 6 ? 1 : Double.NaN;
    return Math.copySign(value, x);
  }

  /** 2/√π e^-x² Σ 2^n x^(2n+1) / (1·3·…·(2n+1)): all terms have one sign, nothing cancels. */
  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 100; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
      if (Math.abs(term) < 1e-18 * Math.abs(sum)) {
        break;
      }
    }
    return TWO_OVER_ROOT_PI * Math.exp(-x * x) * sum;
  }

  /** The complementary function of a large x, evaluated from the inside out. */
  private static double continuedFraction(double x) {
    double tail = 0;
    for (int n = 120; n >= 1; n--) {
      tail = n / 2.0 / (x + tail);
    }
    return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + tail));
  }
}
