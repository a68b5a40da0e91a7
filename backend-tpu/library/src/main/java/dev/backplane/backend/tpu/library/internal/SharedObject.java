package dev.backplane.backend.tpu.library.internal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** A shared object of the operating system, loaded for good. */
public final class SharedObject {
  private static final String ENTRY = "GetPjrtApi";

  private SharedObject() {}

  /**
   * Loads a PJRT plugin.
   *
   * @return the address of its {@code PJRT_Api}
   * @throws IOException if it cannot be loaded, or has none
   */
  public static long pjrtApi(Path file) throws IOException {
    MemorySegment entry;
    try {
      entry =
          SymbolLookup.libraryLookup(file, Arena.global())
              .find(ENTRY)
              .orElseThrow(() -> new IOException(file + " is no PJRT plugin: it has no " + ENTRY));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " cannot be loaded: " + e.getMessage(), e);
    }
    var api = call(entry);
    if (api == 0) {
      throw new IOException(file + " is no PJRT plugin: " + ENTRY + " gave nothing");
    }
    return api;
  }

  private static long call(MemorySegment function) {
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_LONG));
    try {
      return (long) handle.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException(ENTRY + " threw, which C functions do not", e);
    }
  }
}
