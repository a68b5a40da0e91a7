package dev.backplane.backend.cpu.kernel;

/** Which forms of a kernel may run. All have the same bits. */
public enum Forms {
  /** The scalar form only. */
  SCALAR,

  /**
   * The vector form from the first run on. The JVM interprets it at first, which takes a hundred
   * times as long as the scalar form.
   */
  VECTOR,

  /** The scalar form until the vector form has been warmed up: see {@link Kernel#cold}. */
  VECTOR_ONCE_WARM;

  /** The vector form where there are vectors, else the scalar one. */
  public Forms where(boolean vectors) {
    return vectors ? this : SCALAR;
  }
}
