package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.backplane.backend.tpu.internal.Calls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Names with values, as PJRT passes attributes and options: 56 bytes each, with name at 16, length
 * at 24, kind at 32, value or its address at 40, and the number of elements at 48.
 */
final class NamedValues {
  private static final long BYTES = 56;
  private static final int TEXT = 0;
  private static final int NUMBER = 1;
  private static final int NUMBERS = 2;
  private static final int FLOAT = 3;
  private static final int TRUTH = 4;

  private NamedValues() {}

  /** A plugin's values, in words. */
  static Map<String, String> read(long address, long count) {
    var values = new TreeMap<String, String>();
    if (count == 0) {
      return values;
    }
    // An array of C structures: all of one size, which a newer header might have made larger.
    long stride = Math.max(BYTES, (Calls.memory(address, 8).get(JAVA_LONG, 0) + 7) & -8);
    for (long i = 0; i < count; i++) {
      var each = Calls.memory(address + i * stride, BYTES);
      values.put(Api.text(each.get(JAVA_LONG, 16), each.get(JAVA_LONG, 24)), value(each));
    }
    return values;
  }

  private static String value(MemorySegment each) {
    long content = each.get(JAVA_LONG, 40);
    long elements = each.get(JAVA_LONG, 48);
    return switch (each.get(JAVA_INT, 32)) {
      case TEXT -> Api.text(content, elements);
      case NUMBER -> String.valueOf(content);
      case NUMBERS ->
          Arrays.toString(
              elements == 0 ? new long[0] : Calls.memory(content, 8 * elements).toArray(JAVA_LONG));
      case FLOAT -> String.valueOf(each.get(JAVA_FLOAT, 40));
      case TRUTH -> String.valueOf(each.get(JAVA_BYTE, 40) != 0);
      default -> "";
    };
  }

  /** Options with numbers, for a plugin. */
  static MemorySegment write(Arena arena, Map<String, Long> options) {
    var all = arena.allocate(BYTES * Math.max(1, options.size()), 8);
    long at = 0;
    for (var option : new TreeMap<>(options).entrySet()) {
      var each = all.asSlice(at, BYTES);
      each.set(JAVA_LONG, 0, BYTES);
      Block.text(arena, each, 16, option.getKey());
      each.set(JAVA_INT, 32, NUMBER);
      each.set(JAVA_LONG, 40, option.getValue());
      each.set(JAVA_LONG, 48, 1);
      at += BYTES;
    }
    return all;
  }

  /** Puts options into a block: address, then count; nothing where there are none. */
  static void into(Arena arena, MemorySegment block, long field, Map<String, Long> options) {
    if (!options.isEmpty()) {
      block.set(ADDRESS, field, write(arena, options));
      block.set(JAVA_LONG, field + 8, options.size());
    }
  }
}
