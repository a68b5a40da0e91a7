package dev.backplane.backend.tpu.pjrt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A {@code xla.CompileOptionsProto}, written by hand: a few of its hundreds of fields. It is always
 * complete. A plugin that finds no number of replicas in it aborts the process, and one that is not
 * told the devices takes the first.
 *
 * @param devices the ids of the devices a program runs on, one for each replica
 * @param flags switches of the compiler by name; a plugin refuses those it does not know
 */
record CompileOptions(List<Integer> devices, Map<String, Boolean> flags) {
  private static final int BUILD_OPTIONS = 3;
  private static final int OVERRIDES = 7;
  private static final int REPLICAS = 4;
  private static final int PARTITIONS = 5;
  private static final int ASSIGNMENT = 9;

  CompileOptions {
    devices = List.copyOf(devices);
    flags = Map.copyOf(flags);
    if (devices.isEmpty()) {
      throw new IllegalArgumentException("a program runs on one device at least");
    }
  }

  /** Its bytes. */
  byte[] bytes() {
    var computation = new Message();
    devices.forEach(id -> computation.number(1, id));
    var assignment = new Message();
    assignment.number(1, devices.size());
    assignment.number(2, 1);
    assignment.message(3, computation);
    var build = new Message();
    build.number(REPLICAS, devices.size());
    build.number(PARTITIONS, 1);
    build.message(ASSIGNMENT, assignment);
    var options = new Message();
    options.message(BUILD_OPTIONS, build);
    new TreeMap<>(flags)
        .forEach(
            (name, on) -> {
              var value = new Message();
              value.number(2, on ? 1 : 0);
              var entry = new Message();
              entry.text(1, name);
              entry.message(2, value);
              options.message(OVERRIDES, entry);
            });
    return options.out.toByteArray();
  }

  /** A protocol buffer message, in the wire format: tag, then a number or a length and bytes. */
  private static final class Message {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void number(int field, long value) {
      varint((long) field << 3);
      varint(value);
    }

    void message(int field, Message content) {
      varint((long) field << 3 | 2);
      varint(content.out.size());
      out.writeBytes(content.out.toByteArray());
    }

    void text(int field, String content) {
      var bytes = content.getBytes(StandardCharsets.UTF_8);
      varint((long) field << 3 | 2);
      varint(bytes.length);
      out.writeBytes(bytes);
    }

    private void varint(long value) {
      long left = value;
      while ((left & ~0x7FL) != 0) {
        out.write((int) (left & 0x7F) | 0x80);
        left >>>= 7;
      }
      out.write((int) left);
    }
  }
}
