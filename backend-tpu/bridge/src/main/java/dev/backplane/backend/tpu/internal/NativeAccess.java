package dev.backplane.backend.tpu.internal;

import dev.backplane.backend.tpu.library.PluginLibrary;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether the JVM lets this backend call native code. A JVM that was not told either warns, once
 * for each module, or refuses ({@code --illegal-native-access=deny}, some day the default).
 */
public final class NativeAccess {
  private NativeAccess() {}

  /**
   * Why no plugin can be loaded into this process, and the flag that allows it. Where the JVM only
   * warns, this is where it does.
   */
  public static Optional<String> refusal() {
    var callers = callers();
    return callers.stream().allMatch(Module::isNativeAccessEnabled) || !isRefused()
        ? Optional.empty()
        : Optional.of(
            "the JVM refuses native access; start it with --enable-native-access="
                + callers.stream()
                    .map(module -> module.isNamed() ? module.getName() : "ALL-UNNAMED")
                    .distinct()
                    .collect(Collectors.joining(",")));
  }

  private static List<Module> callers() {
    return Stream.of(NativeAccess.class, PluginLibrary.class).map(Class::getModule).toList();
  }

  /** There is no asking the JVM whether it would warn or refuse: only trying. */
  private static boolean isRefused() {
    try {
      MemorySegment.NULL.reinterpret(1);
      return false;
    } catch (IllegalCallerException e) {
      return true;
    }
  }
}
