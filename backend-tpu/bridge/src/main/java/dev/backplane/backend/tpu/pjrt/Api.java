package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.backplane.backend.tpu.internal.Calls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A plugin's table of functions. Its beginning: its size, extensions, the version (a block of its
 * own: size, extensions, major at byte 32, minor at 36), then the addresses, from byte 40.
 *
 * <p>PJRT is still of major version 0, and its table only grows, so that any minor version is as
 * good as another; functions and fields that an older plugin lacks are asked for by {@link #has}.
 */
final class Api {
  private static final int MAJOR = 0;
  private static final long SMALLEST = Function.EXECUTABLE_FINGERPRINT.offset();
  private static final long LARGEST = 1 << 16;

  private final MemorySegment[] addresses = new MemorySegment[Function.values().length];
  private final int minor;

  private Api(int minor) {
    this.minor = minor;
  }

  /**
   * Reads a table.
   *
   * @param address what {@code GetPjrtApi} gave
   * @throws UnusablePluginException if it is no table we know how to read
   */
  static Api at(long address) {
    long bytes = Calls.memory(address, 8).get(JAVA_LONG, 0);
    if (bytes < SMALLEST || bytes > LARGEST) {
      throw new UnusablePluginException(
          "its table of functions has "
              + bytes
              + " bytes; expected "
              + SMALLEST
              + " or more, as plugins have since the end of 2023");
    }
    var table = Calls.memory(address, bytes);
    int major = table.get(JAVA_INT, 32);
    if (major != MAJOR) {
      throw new UnusablePluginException(
          "it speaks PJRT " + major + "." + table.get(JAVA_INT, 36) + "; this backend speaks 0.x");
    }
    var api = new Api(table.get(JAVA_INT, 36));
    for (var function : Function.values()) {
      boolean there = function.offset() + 8 <= bytes;
      api.addresses[function.ordinal()] =
          MemorySegment.ofAddress(there ? table.get(JAVA_LONG, function.offset()) : 0);
    }
    return api;
  }

  /** The version it states, such as {@code 0.81}. */
  String version() {
    return MAJOR + "." + minor;
  }

  /** Its second number. */
  int minor() {
    return minor;
  }

  /** Whether the plugin has a function. */
  boolean has(Function function) {
    return addresses[function.ordinal()].address() != 0;
  }

  /**
   * Calls a function. Allocates nothing where it succeeds.
   *
   * @throws PjrtException what it gave, or {@link ErrorCode#UNIMPLEMENTED} where there is none
   */
  void call(Function function, MemorySegment block) {
    long error = errorOf(function, block);
    if (error != 0) {
      throw exception(function, error);
    }
  }

  /** Calls a function and gives the address of its error, 0 where it succeeded. */
  private long errorOf(Function function, MemorySegment block) {
    var address = addresses[function.ordinal()];
    if (address.address() == 0) {
      throw new PjrtException(
          function.name(),
          ErrorCode.UNIMPLEMENTED,
          "the plugin, of PJRT " + version() + ", has none");
    }
    return Calls.giving(address, block);
  }

  /** Reads an error and destroys it. */
  private PjrtException exception(Function function, long error) {
    try (var arena = Arena.ofConfined()) {
      var message = Block.of(arena, 40, error);
      silent(Function.ERROR_MESSAGE, message);
      var text = text(message.get(JAVA_LONG, 24), message.get(JAVA_LONG, 32));
      var code = Block.of(arena, 28, error);
      long second = errorOf(Function.ERROR_GET_CODE, code);
      var found = second == 0 ? ErrorCode.of(code.get(JAVA_INT, 24)) : ErrorCode.UNKNOWN;
      destroyError(arena, error);
      if (second != 0) {
        destroyError(arena, second);
      }
      return new PjrtException(function.name(), found, text);
    }
  }

  private void destroyError(Arena arena, long error) {
    silent(Function.ERROR_DESTROY, Block.of(arena, 24, error));
  }

  private void silent(Function function, MemorySegment block) {
    Calls.silent(addresses[function.ordinal()], block.address());
  }

  /** A text of the plugin's. */
  static String text(long address, long length) {
    return address == 0 || length == 0
        ? ""
        : new String(
            Calls.memory(address, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
            StandardCharsets.UTF_8);
  }

  /** What a function says in words of a handle: the address of a text, and its length. */
  String textOf(Function function, long handle) {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 40, handle);
      call(function, block);
      return text(block.get(JAVA_LONG, 24), block.get(JAVA_LONG, 32));
    }
  }

  /** The 64 bits a function gives for a handle. */
  long longOf(Function function, long handle) {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 32, handle);
      call(function, block);
      return block.get(JAVA_LONG, 24);
    }
  }

  /** The 32 bits a function gives for a handle. */
  int intOf(Function function, long handle) {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 28, handle);
      call(function, block);
      return block.get(JAVA_INT, 24);
    }
  }

  /** The list of addresses a function gives for a handle. */
  long[] listOf(Function function, long handle) {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 40, handle);
      call(function, block);
      long count = block.get(JAVA_LONG, 32);
      return count == 0
          ? new long[0]
          : Calls.memory(block.get(JAVA_LONG, 24), 8 * count).toArray(JAVA_LONG);
    }
  }

  /** Calls a function that takes a handle and gives nothing. */
  void on(Function function, long handle) {
    try (var arena = Arena.ofConfined()) {
      call(function, Block.of(arena, 24, handle));
    }
  }
}
