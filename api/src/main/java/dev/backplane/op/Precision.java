package dev.backplane.op;

/** How exactly a contraction of f32 operands multiplies. */
public enum Precision {
  /** In the operands' own type. */
  FULL,
  /**
   * Operands may be rounded to bf16; sums stay f32. The user's explicit choice, never a default.
   */
  BF16
}
