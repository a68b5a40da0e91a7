package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * The structures that PJRT functions take: each begins with its own size and the address of
 * extensions, of which we use none; fields follow from {@link #FIELDS}. Zero but for the size.
 */
final class Block {
  /** Where the fields begin. */
  static final long FIELDS = 16;

  private Block() {}

  /**
   * A block.
   *
   * @param bytes its size in the newest header known; a plugin refuses less than its own
   */
  static MemorySegment of(Arena arena, long bytes) {
    // Rounded up only in memory: the size a block states ends with its last field.
    var block = arena.allocate((bytes + 7) & -8, 8);
    block.set(JAVA_LONG, 0, bytes);
    return block;
  }

  /** A block that begins with one handle, as most do. */
  static MemorySegment of(Arena arena, long bytes, long handle) {
    var block = of(arena, bytes);
    block.set(JAVA_LONG, FIELDS, handle);
    return block;
  }

  /** The address of a text's bytes in UTF-8, without an end mark, and how many they are. */
  static void text(Arena arena, MemorySegment block, long field, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    bytes(arena, block, field, bytes);
  }

  /** The address of bytes and, in the field behind it, how many they are. */
  static void bytes(Arena arena, MemorySegment block, long field, byte[] bytes) {
    // One more: some plugin might print it as a C string.
    var copy = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, copy, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, bytes.length);
    block.set(ADDRESS, field, copy);
    block.set(JAVA_LONG, field + 8, bytes.length);
  }

  /** The address of numbers, 0 where there are none, and how many they are. */
  static void numbers(Arena arena, MemorySegment block, long field, long[] numbers) {
    if (numbers.length > 0) {
      block.set(ADDRESS, field, arena.allocateFrom(JAVA_LONG, numbers));
    }
    block.set(JAVA_LONG, field + 8, numbers.length);
  }
}
