package dev.backplane.runtime.session;

import dev.backplane.backend.Buffer;
import dev.backplane.runtime.placement.Site;
import java.lang.foreign.MemorySegment;

/** What an input of a program is read from, or an output written to. */
public sealed interface Endpoint {
  /**
   * A buffer.
   *
   * @param site the device it is on
   * @param buffer the buffer
   */
  record OnDevice(Site site, Buffer buffer) implements Endpoint {}

  /**
   * Host memory of the size of the type.
   *
   * @param segment the memory
   */
  record OnHost(MemorySegment segment) implements Endpoint {}
}
