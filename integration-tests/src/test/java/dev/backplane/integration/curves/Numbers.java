package dev.backplane.integration.curves;

/** 0 … 1, without end, as in {@code generate.py}. */
final class Numbers {
  private long x;

  Numbers(int seed) {
    x = seed & 0x7fffffffL;
  }

  double next() {
    x = (1103515245L * x + 12345) & 0x7fffffffL;
    return x / 0x1p31;
  }
}
