package dev.backplane.launcher.cli;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much heap a thing allocates, over all threads of the process. */
final class Allocation {
  private Allocation() {}

  /** Bytes of one run, on the mean; whatever else the process does meanwhile counts too. */
  static double bytesOfOne(int runs, Runnable run, Runnable finish) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    finish.run();
    long before = threads.getTotalThreadAllocatedBytes();
    for (int i = 0; i < runs; i++) {
      run.run();
    }
    long after = threads.getTotalThreadAllocatedBytes();
    finish.run();
    return (double) (after - before) / runs;
  }
}
