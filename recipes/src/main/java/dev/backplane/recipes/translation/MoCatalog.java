package dev.backplane.recipes.translation;

import dev.backplane.recipes.format.MalformedDataException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A compiled message catalogue of GNU gettext ({@code .mo}): a magic number, the number of
 * messages, and two tables of lengths and offsets. Contexts are dropped, of plural forms the first
 * is taken.
 */
final class MoCatalog {
  private static final int MAGIC = 0x950412de;
  private static final int HEADER = 28;

  private MoCatalog() {}

  /**
   * The messages, but for the header.
   *
   * @param where what to call it in messages
   * @throws MalformedDataException if it is no catalogue, or is cut short
   */
  static List<Pair> read(String where, byte[] bytes) {
    var data = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER) {
      throw new MalformedDataException(where, "a gettext catalogue", bytes.length + " bytes");
    }
    data.order(
        data.order(ByteOrder.LITTLE_ENDIAN).getInt(0) == MAGIC
            ? ByteOrder.LITTLE_ENDIAN
            : ByteOrder.BIG_ENDIAN);
    if (data.getInt(0) != MAGIC) {
      throw new MalformedDataException(where, "the magic number of gettext", "another");
    }
    long count = Integer.toUnsignedLong(data.getInt(8));
    var pairs = new ArrayList<Pair>();
    for (long i = 0; i < count; i++) {
      var source = string(where, data, data.getInt(12), i);
      var target = string(where, data, data.getInt(16), i);
      if (!source.isEmpty() && !target.isEmpty()) {
        pairs.add(new Pair(source.substring(source.indexOf('\4') + 1), target));
      }
    }
    return pairs;
  }

  private static String string(String where, ByteBuffer data, int table, long index) {
    long entry = Integer.toUnsignedLong(table) + 8 * index;
    if (entry + 8 > data.limit()) {
      throw new MalformedDataException(where, "a table within the file", "one beyond its end");
    }
    long length = Integer.toUnsignedLong(data.getInt((int) entry));
    long offset = Integer.toUnsignedLong(data.getInt((int) entry + 4));
    if (offset + length > data.limit()) {
      throw new MalformedDataException(where, "messages within the file", "one beyond its end");
    }
    var bytes = new byte[(int) length];
    data.get((int) offset, bytes);
    var text = new String(bytes, StandardCharsets.UTF_8);
    int plural = text.indexOf('\0');
    return plural < 0 ? text : text.substring(0, plural);
  }
}
