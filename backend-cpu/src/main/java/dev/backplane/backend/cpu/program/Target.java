package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.internal.OneDnn;
import dev.backplane.backend.cpu.kernel.Forms;
import java.util.List;

/**
 * What programs are lowered for.
 *
 * @param oneDnn the library
 * @param streams the orders of work of the device, one for each part of a step
 * @param forms which forms of generated kernels may run
 * @param parts into how many parts a step should be divided that can be: as many as the device has
 *     threads, or fewer where the program has too little work
 * @param worth the work, in nanoseconds, that a program should have for each part
 */
public record Target(
    OneDnn oneDnn, List<OneDnn.Stream> streams, Forms forms, int parts, double worth) {
  /** What a thread should have to do for it to be worth waking: twice that for the second one. */
  public static final double WORTH = 50_000;

  /** Copies the streams. */
  public Target {
    streams = List.copyOf(streams);
  }

  /** Whether the JVM has the Vector API. */
  boolean vectors() {
    return forms != Forms.SCALAR;
  }

  /** The order of work of a part. */
  OneDnn.Stream stream(int part) {
    return streams.get(part);
  }

  /** The same for so many parts. */
  Target withParts(int count) {
    return new Target(oneDnn, streams, forms, count, worth);
  }

  /** The same for a program that takes about so many nanoseconds on one thread. */
  Target forWork(double nanos) {
    int count = nanos < 2 * worth ? 1 : (int) Math.min(parts, nanos / Math.max(1, worth));
    return new Target(oneDnn, streams, forms, Math.max(1, worth == 0 ? parts : count), worth);
  }
}
