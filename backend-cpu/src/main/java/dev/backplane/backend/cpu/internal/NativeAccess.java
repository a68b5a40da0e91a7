package dev.backplane.backend.cpu.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether the JVM lets this backend call native code. A JVM that was not told either warns, once
 * for each module, or refuses ({@code --illegal-native-access=deny}, some day the default).
 */
public final class NativeAccess {
  /** Those whose classes have native methods, where they are modules. */
  private static final List<String> MODULES =
      List.of("org.bytedeco.javacpp", "org.bytedeco.dnnl", "org.bytedeco.opencl");

  private static volatile boolean refused;
  private static volatile @Nullable String failure;

  private NativeAccess() {}

  /**
   * Why native code cannot be called, and the flag that allows it. Where the JVM only warns, this
   * is where it does.
   */
  public static Optional<String> refusal() {
    var failed = failure;
    if (failed != null) {
      return Optional.of("oneDNN could not be loaded: " + failed);
    }
    var callers = callers();
    boolean told = callers.stream().allMatch(Module::isNativeAccessEnabled);
    return told || !refused && !isRefused()
        ? Optional.empty()
        : Optional.of(
            "the JVM refuses native access; start it with --enable-native-access="
                + callers.stream()
                    .map(module -> module.isNamed() ? module.getName() : "ALL-UNNAMED")
                    .collect(Collectors.joining(",")));
  }

  /** On a class path and in a bundle everything native is in one module without name. */
  private static List<Module> callers() {
    var own = NativeAccess.class.getModule();
    return own.isNamed()
        ? Stream.concat(
                Stream.of(own),
                MODULES.stream().flatMap(m -> own.getLayer().findModule(m).stream()))
            .toList()
        : List.of(own);
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

  /**
   * Why the library could not be loaded, in words, from what loading it threw. The first reason is
   * the last: JavaCPP tries once in the life of its classes.
   */
  public static synchronized String reason(Throwable thrown) {
    var words = failure;
    if (words == null) {
      var cause = thrown;
      while (cause.getCause() != null && !(cause instanceof IllegalCallerException)) {
        cause = cause.getCause();
      }
      refused |= cause instanceof IllegalCallerException;
      var found = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      words =
          refusal()
              .orElse(
                  found
                      + "; if its folder cannot be written, is full, or is mounted noexec, set"
                      + " BACKPLANE_CACHE to another one");
      failure = words;
    }
    return words;
  }
}
