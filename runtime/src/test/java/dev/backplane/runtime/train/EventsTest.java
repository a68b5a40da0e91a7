package dev.backplane.runtime.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.Trainer.Epochs;
import dev.backplane.runtime.board.Picture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The event file, read by the definitions of Event, Summary and HParamsPluginData alone; {@code
 * benchmarks/tensorboard-reads.py} reads a run's with TensorBoard's own reader.
 */
class EventsTest {
  private static final String FILE = "events.out.tfevents.1.backplane";

  @TempDir Path folder;

  /** A protobuf message: the values of each field; a long, a double's bits, or bytes. */
  private record Fields(Map<Integer, List<Object>> values) {
    static Fields of(byte[] bytes) {
      var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      var values = new TreeMap<Integer, List<Object>>();
      while (in.hasRemaining()) {
        int key = (int) varint(in);
        Object value =
            switch (key & 7) {
              case 0 -> varint(in);
              case 1 -> in.getDouble();
              case 5 -> in.getFloat();
              case 2 -> {
                var part = new byte[(int) varint(in)];
                in.get(part);
                yield part;
              }
              default -> throw new AssertionError("wire type " + (key & 7));
            };
        values.computeIfAbsent(key >>> 3, k -> new ArrayList<>()).add(value);
      }
      return new Fields(values);
    }

    private static long varint(ByteBuffer in) {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = in.get();
        value |= (next & 0x7fL) << shift;
        if (next >= 0) {
          return value;
        }
      }
    }

    List<Fields> messages(int field) {
      return values.getOrDefault(field, List.of()).stream().map(b -> of((byte[]) b)).toList();
    }

    Object only(int field) {
      var all = values.get(field);
      assertEquals(1, all == null ? 0 : all.size(), "field " + field + " of " + values.keySet());
      return all.getFirst();
    }

    String text(int field) {
      return new String((byte[]) only(field), StandardCharsets.UTF_8);
    }
  }

  private static int masked(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    int sum = (int) crc.getValue();
    return (sum >>> 15 | sum << 17) + 0xa282ead8;
  }

  private static List<Fields> events(Path run) throws IOException {
    var in = ByteBuffer.wrap(Files.readAllBytes(run.resolve(FILE))).order(ByteOrder.LITTLE_ENDIAN);
    var events = new ArrayList<Fields>();
    while (in.hasRemaining()) {
      var length = new byte[8];
      in.get(length);
      assertEquals(masked(length), in.getInt());
      var record = new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(record);
      assertEquals(masked(record), in.getInt());
      events.add(Fields.of(record));
    }
    return events;
  }

  /** The values of all summaries by step and tag. */
  private static Map<String, Fields> values(Path run) throws IOException {
    var values = new TreeMap<String, Fields>();
    for (var event : events(run)) {
      for (var summary : event.messages(5)) {
        for (var value : summary.messages(1)) {
          values.put(event.only(2) + " " + value.text(1), value);
        }
      }
    }
    return values;
  }

  private static void train(Path run, int epochs) {
    Tiny.trainer()
        .note("set.rate", "0.1")
        .note("recipe", "tiny")
        .out(run)
        .resume(true)
        .fit(Tiny.train(), Tiny.test(), Epochs.epochs(epochs), Tiny.REFERENCE)
        .close();
  }

  @Test
  void figuresHistogramsAndHyperParametersAreThere() throws IOException {
    var run = folder.resolve("run");
    try (var trained =
        Tiny.trainer()
            .note("set.rate", "0.1")
            .note("recipe", "tiny")
            .out(run)
            .fit(Tiny.train(), Tiny.test(), Epochs.epochs(2), Tiny.REFERENCE)) {
      assertEquals("brain.Event:2", events(run).getFirst().text(3));
      var values = values(run);
      for (int epoch = 1; epoch <= 2; epoch++) {
        for (var figure : trained.history().get(epoch - 1).entrySet()) {
          var parts = figure.getKey().split("_", 2);
          var value = values.get(epoch + " " + parts[1] + "/" + parts[0]);
          assertEquals(figure.getValue().floatValue(), value.only(2));
        }
      }
      var kernel = trained.parameters().get("linear_1/kernel").toDoubles();
      var histogram = values.get("2 parameters/linear_1/kernel").messages(5).getFirst();
      assertEquals(Arrays.stream(kernel).min().orElseThrow(), histogram.only(1));
      assertEquals(Arrays.stream(kernel).max().orElseThrow(), histogram.only(2));
      assertEquals((double) kernel.length, histogram.only(3));
      assertEquals(Arrays.stream(kernel).sum(), (double) histogram.only(4), 1e-9);
      var buckets = ByteBuffer.wrap((byte[]) histogram.only(7)).order(ByteOrder.LITTLE_ENDIAN);
      double counted = 0;
      while (buckets.hasRemaining()) {
        counted += buckets.getDouble();
      }
      assertEquals(kernel.length, counted);
      var plugin = values.get("0 _hparams_/session_start_info").messages(9).getFirst();
      var data = plugin.messages(1).getFirst();
      assertEquals("hparams", data.text(1));
      var start = Fields.of((byte[]) data.only(2)).messages(3).getFirst();
      var parameters = new TreeMap<String, Fields>();
      start.messages(1).forEach(e -> parameters.put(e.text(1), e.messages(2).getFirst()));
      assertEquals(0.1, parameters.get("set.rate").only(2));
      assertEquals("tiny", parameters.get("recipe").text(3));
      assertEquals("momentum", parameters.get("optimizer").text(3));
    }
  }

  @Test
  void aResumeCutsTheFileToItsCheckpointAndGoesOn() throws IOException {
    var whole = folder.resolve("whole");
    var parts = folder.resolve("parts");
    train(whole, 3);
    train(parts, 2);
    // A kill: an epoch that no checkpoint has, and half a record.
    var bytes = Files.readAllBytes(parts.resolve(FILE));
    train(folder.resolve("other"), 3);
    var longer = Files.readAllBytes(folder.resolve("other").resolve(FILE));
    var left = Arrays.copyOf(bytes, longer.length + 7);
    System.arraycopy(longer, bytes.length, left, bytes.length, longer.length - bytes.length);
    Files.write(parts.resolve(FILE), left);
    train(parts, 3);
    var expected = values(whole);
    var found = values(parts);
    assertEquals(expected.keySet(), found.keySet());
    for (var tag : expected.keySet()) {
      if (expected.get(tag).values().containsKey(2)) {
        assertEquals(expected.get(tag).only(2), found.get(tag).only(2), tag);
      }
    }
    assertEquals(events(whole).size(), events(parts).size());
  }

  @Test
  void aPictureIsThePngThatOthersRead() throws IOException {
    for (int channels : new int[] {1, 3}) {
      var pixels = new byte[5 * 7 * channels];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (byte) (i * 37);
      }
      var png = new Picture(5, 7, channels, pixels).png();
      var read = ImageIO.read(new ByteArrayInputStream(png)).getRaster();
      assertEquals(7, read.getWidth());
      assertEquals(5, read.getHeight());
      var back = new byte[pixels.length];
      var found = read.getPixels(0, 0, 7, 5, (int[]) null);
      for (int i = 0; i < back.length; i++) {
        back[i] = (byte) found[i];
      }
      assertArrayEquals(pixels, back);
    }
  }
}
