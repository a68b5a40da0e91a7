package dev.backplane.runtime.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.io.MalformedModelException;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsTest {
  @TempDir Path folder;

  private static SafeTensors sample() {
    var tensors = new TreeMap<String, Literal>();
    for (var dtype : DType.values()) {
      tensors.put("a/" + dtype, Literal.fill(TensorType.of(dtype, 2, 3), i -> i % 2));
    }
    tensors.put("scalar", Literal.scalar(DType.I64, -1L));
    tensors.put("nothing", Literal.of(Shape.of(0, 4), new float[0]));
    return new SafeTensors(tensors, new TreeMap<>(Map.of("made by", "a \"test\"")));
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("x.safetensors"), bytes);
  }

  private byte[] bytes() throws IOException {
    var file = folder.resolve("sample.safetensors");
    sample().write(file);
    return Files.readAllBytes(file);
  }

  @Test
  void everyDtypeComesBackWithItsBits() throws IOException {
    assertEquals(sample(), SafeTensors.read(write(bytes())));
  }

  @Test
  void theSameTensorsGiveTheSameBytesAndEachLiesAligned() throws IOException {
    var bytes = bytes();
    assertTrue(Arrays.equals(bytes, bytes()));
    var header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertEquals(0, header % 8);
    var text = new String(bytes, 8, (int) header, StandardCharsets.UTF_8);
    assertTrue(
        text.startsWith("{\"__metadata__\":{\"made by\":\"a \\\"test\\\"\"},\"a/f64\":"), text);
  }

  @Test
  void cutAnywhereItIsMalformed() throws IOException {
    var bytes = bytes();
    for (int length = 0; length < bytes.length; length++) {
      var file = write(Arrays.copyOf(bytes, length));
      assertThrows(MalformedModelException.class, () -> SafeTensors.read(file), "at " + length);
    }
    var longer = write(Arrays.copyOf(bytes, bytes.length + 1));
    assertThrows(MalformedModelException.class, () -> SafeTensors.read(longer));
  }

  @Test
  void withAnyBitTurnedItIsReadOrMalformed() throws IOException {
    var bytes = bytes();
    int read = 0;
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        SafeTensors.read(write(bytes));
        read++;
      } catch (MalformedModelException e) {
        assertTrue(
            e.getMessage().startsWith(folder.resolve("x.safetensors") + ": "), e.getMessage());
      }
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
    assertTrue(read > 0, "bits of the data have no wrong value");
  }

  @Test
  void headersThatLieAreMalformed() throws IOException {
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "data");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "f32[2]");
    refused("{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "\"F31\"");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "-1");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "offsets");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "offsets");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "begins at 4");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}}", 4, "x");
    refused("{\"a\":{\"dtype\":\"BOOL\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "BOOL", 2);
    refused(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
        6,
        "no overlap");
    refused(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
            + "\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
        4,
        "uplicate");
    refused(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[65536,65536,65536,65536],\"data_offsets\":[0,4]}}",
        4,
        "2^48");
    refused("{\"__metadata__\":{\"a\":1}}", 0, "__metadata__.a");
    refused("[]", 0, "object");
    refused("", 0, "object");
  }

  private void refused(String header, int data, String part, int... content) throws IOException {
    var text = header.getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(8 + text.length + data).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text);
    for (int value : content) {
      bytes.put((byte) value);
    }
    var file = write(bytes.array());
    var message =
        assertThrows(MalformedModelException.class, () -> SafeTensors.read(file), header)
            .getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void aHeaderLongerThanAllowedOrNegativeIsRefusedBeforeItIsRead() throws IOException {
    for (long length : new long[] {-1, Long.MIN_VALUE, 100, SafeTensors.MOST_HEADER + 1}) {
      var bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      var file = write(bytes.array());
      var failure = assertThrows(MalformedModelException.class, () -> SafeTensors.read(file));
      assertTrue(failure.getMessage().contains("header"), failure.getMessage());
    }
  }

  @Test
  void aFullDiskIsAnErrorOfTheWriter() {
    var full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "needs Linux' /dev/full");
    var failure = assertThrows(IOException.class, () -> sample().write(full));
    assertTrue(failure.getMessage().contains("No space left"), failure.getMessage());
  }
}
