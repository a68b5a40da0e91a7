package dev.backplane.backend.tpu.stablehlo;

import java.util.Map;

/**
 * What a program is written for.
 *
 * @param name the platform's name as its plugin gives it: {@code cpu}, {@code tpu}, {@code cuda}
 * @param replicas how many devices run the program together
 */
public record Platform(String name, int replicas) {
  /** Checks that there is a replica. */
  public Platform {
    if (replicas < 1) {
      throw new IllegalArgumentException("replicas: expected 1 or more, found " + replicas);
    }
  }

  /** Whether it is a TPU, which has integers of 64 bits only as pairs, and not in products. */
  boolean isTpu() {
    return name.equals("tpu");
  }

  boolean isCpu() {
    return name.equals("cpu");
  }

  /**
   * The options of XLA, by name, without which compiled programs give other answers than ours: it
   * would keep intermediate results of f16 and bf16 in f32, and on the CPU lose a NaN in a maximum.
   * There it may also leave products to XNNPACK, which keeps a copy of the right operand by its
   * address: a parameter that another program has updated in place since would be the old one.
   */
  public Map<String, Boolean> options() {
    return isCpu()
        ? Map.of(
            "xla_allow_excess_precision",
            false,
            "xla_cpu_enable_fast_min_max",
            false,
            "xla_cpu_use_xnnpack",
            false)
        : Map.of("xla_allow_excess_precision", false);
  }
}
