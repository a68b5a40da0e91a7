package dev.backplane.backend.tpu.internal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls of C functions by address. Every function of PJRT takes the address of one block of
 * arguments, and gives the address of an error or nothing: two kinds of call are all there is.
 */
public final class Calls {
  private static final MethodHandle GIVING =
      Linker.nativeLinker()
          .downcallHandle(FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle SILENT =
      Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

  private Calls() {}

  /**
   * Calls {@code T* f(Args*)}. Allocates nothing.
   *
   * @param function the address of the function, not 0
   * @return the address it gives, 0 for none
   */
  public static long giving(MemorySegment function, MemorySegment arguments) {
    try {
      return (long) GIVING.invokeExact(function, arguments.address());
    } catch (Throwable e) {
      throw thrown(e);
    }
  }

  /** Calls {@code void f(T*)} on an address. */
  public static void silent(MemorySegment function, long argument) {
    try {
      SILENT.invokeExact(function, argument);
    } catch (Throwable e) {
      throw thrown(e);
    }
  }

  /** Memory that C code gave, of a size that C code said. */
  public static MemorySegment memory(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  private static IllegalStateException thrown(Throwable e) {
    return new IllegalStateException("a call of a C function threw, which C functions do not", e);
  }
}
