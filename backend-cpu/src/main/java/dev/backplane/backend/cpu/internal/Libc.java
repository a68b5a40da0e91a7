package dev.backplane.backend.cpu.internal;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The door to the C library's memory. Not the JVM's: that one counts against the limit of direct
 * buffers, which is the heap's size.
 */
public final class Libc {
  /** Every vector of every instruction set is aligned at this many bytes. */
  public static final long ALIGNMENT = 64;

  /** A vector kernel may read this far past the end of what it works on. */
  public static final long SLACK = 64;

  /** All memory there is: kernels address it by absolute addresses. */
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final MethodHandle ALIGNED_ALLOC =
      function("aligned_alloc", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(JAVA_LONG));

  private Libc() {}

  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    var linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
  }

  /** Makes the calls ahead of the first one. */
  static void link() {}

  /** So many bytes that what lies behind them is aligned again. */
  public static long aligned(long bytes) {
    return bytes + ALIGNMENT - 1 & -ALIGNMENT;
  }

  /** Zeroed and touched memory, aligned, with slack behind it; 0 if there is none. */
  public static long allocate(long bytes) {
    long padded = Math.addExact(bytes, ALIGNMENT + SLACK - 1) & -ALIGNMENT;
    try {
      long address = (long) ALIGNED_ALLOC.invokeExact(ALIGNMENT, padded);
      if (address != 0) {
        segment(address, padded).fill((byte) 0);
      }
      return address;
    } catch (Throwable e) {
      throw new IllegalStateException("aligned_alloc of " + padded + " bytes", e);
    }
  }

  /** Frees what {@link #allocate} gave. */
  public static void free(long address) {
    try {
      FREE.invokeExact(address);
    } catch (Throwable e) {
      throw new IllegalStateException("free", e);
    }
  }

  /** The memory at an address, as a segment. */
  public static MemorySegment segment(long address, long bytes) {
    return ALL.asSlice(address, bytes);
  }
}
