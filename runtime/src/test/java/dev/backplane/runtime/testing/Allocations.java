package dev.backplane.runtime.testing;

/** How much this thread has allocated. */
public final class Allocations {
  private Allocations() {}

  /**
   * Bytes allocated by this thread since it began. By reflection, since the tests are compiled into
   * the engine's module, which reads no management module.
   */
  public static long bytes() {
    try {
      var threads =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      var allocated =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes")
              .invoke(threads);
      return (Long) allocated;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM does not count allocations", e);
    }
  }
}
