package dev.backplane.layers.audio.signal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files written by hand and by the JDK are read; whatever is wrong with one is said. */
class WavFileTest {
  @TempDir Path folder;

  private static byte[] wav(int code, int channels, int rate, int bits, byte[] data) {
    int align = channels * bits / 8;
    return ByteBuffer.allocate(44 + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("RIFF".getBytes(StandardCharsets.US_ASCII))
        .putInt(36 + data.length)
        .put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
        .putInt(16)
        .putShort((short) code)
        .putShort((short) channels)
        .putInt(rate)
        .putInt(rate * align)
        .putShort((short) align)
        .putShort((short) bits)
        .put("data".getBytes(StandardCharsets.US_ASCII))
        .putInt(data.length)
        .put(data)
        .array();
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("a.wav"), bytes);
  }

  private float[] samples(int code, int bits, byte[] data) throws IOException {
    return WavFile.read(file(wav(code, 1, 8000, bits, data))).samples();
  }

  @Test
  void everyDepthIsReadToItsFullScale() throws IOException {
    assertArrayEquals(
        new float[] {-1, 0, 127 / 128f}, samples(1, 8, new byte[] {0, (byte) 128, (byte) 255}));
    var shorts = buffer(6).putShort((short) -32768).putShort((short) 0).putShort((short) 16384);
    assertArrayEquals(new float[] {-1, 0, 0.5f}, samples(1, 16, shorts.array()));
    byte[] threes = {0, 0, (byte) 0x80, 0, 0, 0x40, 1, 0, 0, (byte) 0xff, (byte) 0xff, (byte) 0xff};
    assertArrayEquals(new float[] {-1, 0.5f, 1 / 8388608f, -1 / 8388608f}, samples(1, 24, threes));
    var ints = buffer(8).putInt(Integer.MIN_VALUE).putInt(1 << 30);
    assertArrayEquals(new float[] {-1, 0.5f}, samples(1, 32, ints.array()));
    assertArrayEquals(
        new float[] {0.25f, -1.5f},
        samples(3, 32, buffer(8).putFloat(0.25f).putFloat(-1.5f).array()));
    assertArrayEquals(new float[] {0.25f}, samples(3, 64, buffer(8).putDouble(0.25).array()));
  }

  @Test
  void whatTheJdkWritesIsRead() throws IOException {
    var data = new byte[400];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 37);
    }
    var format = new AudioFormat(44100, 16, 2, true, false);
    var target = folder.resolve("jdk.wav");
    AudioSystem.write(
        new AudioInputStream(new ByteArrayInputStream(data), format, 100),
        AudioFileFormat.Type.WAVE,
        target.toFile());
    var found = WavFile.read(target);
    assertEquals(44100, found.rate());
    assertEquals(2, found.channels());
    assertEquals(100, found.frames());
    var in = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 100; i++) {
      float left = in.getShort() / 32768f;
      float right = in.getShort() / 32768f;
      assertEquals(left, found.sample(i, 0));
      assertEquals(right, found.sample(i, 1));
      assertEquals((float) ((left + (double) right) / 2), found.mixed().sample(i, 0));
    }
  }

  @Test
  void extensibleFormatsAndOtherChunksAreRead() throws IOException {
    var bytes =
        buffer(12 + 8 + 40 + 8 + 3 + 1 + 8 + 4)
            .put("RIFF----WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
            .putInt(40)
            .putShort((short) 0xFFFE)
            .putShort((short) 1)
            .putInt(16000)
            .putInt(32000)
            .putShort((short) 2)
            .putShort((short) 16)
            .putShort((short) 22)
            .putShort((short) 16)
            .putInt(4)
            .putShort((short) 1)
            .put(new byte[14])
            .put("LIST".getBytes(StandardCharsets.US_ASCII))
            .putInt(3)
            .put(new byte[4])
            .put("data".getBytes(StandardCharsets.US_ASCII))
            .putInt(-1)
            .putShort((short) 8192)
            .putShort((short) -8192);
    assertArrayEquals(new float[] {0.25f, -0.25f}, WavFile.read(file(bytes.array())).samples());
  }

  @Test
  void clippingIsCountedInRuns() throws IOException {
    var loud = buffer(20);
    for (int value : new int[] {0, 32767, 0, 32767, 32767, 32767, 32767, -32768, -32768, 0}) {
      loud.putShort((short) value);
    }
    var recording = WavFile.read(file(wav(1, 1, 8000, 16, loud.array())));
    assertEquals(4, recording.clipped());
    assertEquals(0, Recording.mono(8000, new float[] {1, 1, 0.5f, -1, -1, 1}).clipped());
  }

  private void refused(String expected, byte[] bytes) throws IOException {
    var file = file(bytes);
    var refused = assertThrows(MalformedAudioException.class, () -> WavFile.read(file));
    assertTrue(refused.getMessage().startsWith(file.toString()), refused.getMessage());
    assertTrue(refused.getMessage().contains(expected), refused.getMessage());
  }

  @Test
  void whatIsNoRecordingIsRefusedInWords() throws IOException {
    var good = wav(1, 1, 8000, 16, new byte[8]);
    refused("found 0 bytes", new byte[0]);
    refused("found \"OggS\"", "OggS and so on and on".getBytes(StandardCharsets.US_ASCII));
    refused("expected samples, found none", wav(1, 1, 8000, 16, new byte[0]));
    refused("found format 7 of 8 bits", wav(7, 1, 8000, 8, new byte[8]));
    refused("found format 1 of 12 bits", wav(1, 1, 8000, 12, new byte[8]));
    refused("found 0 channels", wav(1, 0, 8000, 16, new byte[8]));
    refused("found 1 channels, 0 Hz", wav(1, 1, 0, 16, new byte[8]));
    refused("found 4: the file is cut short", java.util.Arrays.copyOf(good, 48));
    refused("found the end of the file", java.util.Arrays.copyOf(good, 36));
    refused(
        "sample 1: expected a finite number, found NaN",
        wav(3, 1, 8000, 32, buffer(8).putFloat(0).putFloat(Float.NaN).array()));
    var beforeFormat = good.clone();
    System.arraycopy("data".getBytes(StandardCharsets.US_ASCII), 0, beforeFormat, 12, 4);
    refused("a chunk \"fmt \" before the samples", beforeFormat);
    var chunk = good.clone();
    chunk[16] = 100;
    refused("\"fmt \" of 100 bytes, 32 are left", chunk);
    var missing = folder.resolve("missing.wav");
    var none = assertThrows(MalformedAudioException.class, () -> WavFile.read(missing));
    assertTrue(none.getMessage().endsWith("expected a WAV file, found no file"), none.getMessage());
  }
}
