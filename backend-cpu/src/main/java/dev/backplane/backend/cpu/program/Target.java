package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.internal.OneDnn;
import java.util.List;

/**
 * What programs are lowered for.
 *
 * @param oneDnn the library
 * @param streams the orders of work of the device, one for each part of a step
 * @param vectors whether the JVM has the Vector API
 * @param parts into how many parts a step should be divided that can be: 1 where the device has one
 *     thread, or the program too little work for more
 */
public record Target(OneDnn oneDnn, List<OneDnn.Stream> streams, boolean vectors, int parts) {
  /** Copies the streams. */
  public Target {
    streams = List.copyOf(streams);
  }

  /** The order of work of a part. */
  OneDnn.Stream stream(int part) {
    return streams.get(part);
  }

  Target withParts(int count) {
    return new Target(oneDnn, streams, vectors, count);
  }
}
