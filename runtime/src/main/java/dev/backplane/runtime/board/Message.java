package dev.backplane.runtime.board;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A protobuf message being written, field by field: variable-length integers, little-endian floats,
 * and bytes with their length (protobuf.dev, "Encoding").
 */
final class Message {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Message whole(int field, long value) {
    key(field, VARINT);
    varint(value);
    return this;
  }

  Message real(int field, double value) {
    key(field, FIXED_64);
    out.writeBytes(little(Double.BYTES).putDouble(value).array());
    return this;
  }

  Message single(int field, float value) {
    key(field, FIXED_32);
    out.writeBytes(little(Float.BYTES).putFloat(value).array());
    return this;
  }

  Message bytes(int field, byte[] value) {
    key(field, BYTES);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  Message text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  Message message(int field, Message value) {
    return bytes(field, value.toBytes());
  }

  /** A packed list. */
  Message reals(int field, double[] values) {
    var packed = little(Double.BYTES * values.length);
    for (double value : values) {
      packed.putDouble(value);
    }
    return bytes(field, packed.array());
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void key(int field, int kind) {
    varint((long) field << 3 | kind);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
