package dev.backplane.backend.tpu.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/** The environment of this process as C code sees it, which Java can read but not write. */
public final class Environment {
  private Environment() {}

  /**
   * Lets XLA's log be silent but for errors, unless the user has set how loud it is. It is read
   * when a plugin is loaded.
   */
  public static void quiet() {
    setIfAbsent("TF_CPP_MIN_LOG_LEVEL", "2");
  }

  /** Sets what plugins read when they are loaded, where the user has not. */
  public static void setIfAbsent(Map<String, String> variables) {
    variables.forEach(Environment::setIfAbsent);
  }

  private static void setIfAbsent(String name, String value) {
    var linker = Linker.nativeLinker();
    var function = linker.defaultLookup().find("setenv");
    if (function.isEmpty()) {
      return;
    }
    var handle =
        linker.downcallHandle(
            function.get(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (var arena = Arena.ofConfined()) {
      int ignored =
          (int) handle.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 0);
    } catch (Throwable e) {
      throw new IllegalStateException("setenv threw, which C functions do not", e);
    }
  }
}
