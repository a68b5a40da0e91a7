package dev.backplane.runtime.extension;

import dev.backplane.io.MalformedModelException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * JSON as files hold it. Reading is strict and bounded: UTF-8, no duplicate keys, nothing behind
 * the value, at most {@link #DEPTH} levels and {@link #VALUES} values. Writing gives the same bytes
 * for the same value, everywhere.
 */
public final class JsonFormat {
  /** How deep values may nest. */
  public static final int DEPTH = 100;

  /** How many values a document may hold. */
  public static final int VALUES = 1_000_000;

  private JsonFormat() {}

  /**
   * Reads a document.
   *
   * @param where what is read, for messages
   * @throws MalformedModelException if it is not one JSON value within the bounds
   */
  public static Located read(byte[] bytes, String where) {
    return new Located(new JsonReader(text(bytes, where), where).document(), where, "");
  }

  private static String text(byte[] bytes, String where) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedModelException(where, "bytes that are not UTF-8", "JSON in UTF-8", e);
    }
  }

  /** The document on several lines, with a line end behind it. */
  public static byte[] pretty(Json json) {
    return (JsonWriter.lines(json) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** The document on one line. */
  public static String compact(Json json) {
    return JsonWriter.line(json);
  }
}
