package dev.backplane.layers.audio.signal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads RIFF WAVE files: PCM of 8 (unsigned), 16, 24 and 32 bits, floats of 32 and 64, any number
 * of channels, plain or in the extensible form (Microsoft, Multiple channel audio data and WAVE
 * files).
 */
public final class WavFile {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int PCM = 1;
  private static final int IEEE_FLOAT = 3;
  private static final int EXTENSIBLE = 0xFFFE;
  private static final long MOST_BYTES = 1L << 30;
  private static final int MOST_RATE = 768_000;

  /** A program that writes to a pipe cannot know the length: it says so with one of these. */
  private static final long LEAST_UNKNOWN_LENGTH = 0x7FFF_0000L;

  private WavFile() {}

  /**
   * Reads a file as it is: all channels, its own rate.
   *
   * @throws MalformedAudioException if it is no such file, is cut short, empty, longer than 1 GiB
   *     or holds a sample that is no finite number
   */
  public static Recording read(Path file) {
    var where = file.toString();
    try {
      long length = Files.size(file);
      if (length > MOST_BYTES) {
        throw new MalformedAudioException(
            where, "a WAV file of at most " + MOST_BYTES + " bytes", length + " bytes");
      }
      return read(where, MemorySegment.ofArray(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      throw new MalformedAudioException(where, "a WAV file", "no file", e);
    } catch (IOException e) {
      throw new MalformedAudioException(
          where, "a WAV file", "that it cannot be read: " + e.getMessage(), e);
    }
  }

  private static Recording read(String where, MemorySegment bytes) {
    if (bytes.byteSize() < 12 || !tag(bytes, 0).equals("RIFF") || !tag(bytes, 8).equals("WAVE")) {
      throw new MalformedAudioException(
          where,
          "a WAV file (\"RIFF\" … \"WAVE\")",
          bytes.byteSize() < 12 ? bytes.byteSize() + " bytes" : "\"" + tag(bytes, 0) + "\"");
    }
    Format format = null;
    long at = 12;
    while (at + 8 <= bytes.byteSize()) {
      var tag = tag(bytes, at);
      long length = Integer.toUnsignedLong(bytes.get(INT, at + 4));
      long begin = at + 8;
      long rest = bytes.byteSize() - begin;
      if (tag.equals("data")) {
        if (format == null) {
          throw new MalformedAudioException(
              where, "a chunk \"fmt \" before the samples", "none before byte " + at);
        }
        boolean unknown = length >= LEAST_UNKNOWN_LENGTH && length > rest;
        if (length > rest && !unknown) {
          throw new MalformedAudioException(
              where, length + " bytes of samples", rest + ": the file is cut short");
        }
        return format.decode(where, bytes.asSlice(begin, unknown ? rest : length));
      }
      if (length > rest) {
        throw new MalformedAudioException(
            where + " byte " + at,
            "a chunk within the file",
            "\"" + tag + "\" of " + length + " bytes, " + rest + " are left");
      }
      if (tag.equals("fmt ")) {
        format = Format.read(where, bytes.asSlice(begin, length));
      }
      at = begin + length + (length & 1);
    }
    throw new MalformedAudioException(where, "a chunk \"data\"", "the end of the file");
  }

  private static String tag(MemorySegment bytes, long at) {
    return new String(
        bytes.asSlice(at, 4).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
  }

  /**
   * How the samples are written.
   *
   * @param code {@link #PCM} or {@link #IEEE_FLOAT}
   * @param channels samples of each instant
   * @param rate samples a second
   * @param bits of a sample
   */
  private record Format(int code, int channels, int rate, int bits) {
    static Format read(String where, MemorySegment chunk) {
      if (chunk.byteSize() < 16) {
        throw new MalformedAudioException(
            where, "a chunk \"fmt \" of 16 bytes or more", chunk.byteSize() + " bytes");
      }
      int code = Short.toUnsignedInt(chunk.get(SHORT, 0));
      int channels = Short.toUnsignedInt(chunk.get(SHORT, 2));
      int rate = chunk.get(INT, 4);
      int align = Short.toUnsignedInt(chunk.get(SHORT, 12));
      int bits = Short.toUnsignedInt(chunk.get(SHORT, 14));
      if (code == EXTENSIBLE && chunk.byteSize() >= 26) {
        code = Short.toUnsignedInt(chunk.get(SHORT, 24));
      }
      boolean known =
          (code == PCM && (bits == 8 || bits == 16 || bits == 24 || bits == 32))
              || (code == IEEE_FLOAT && (bits == 32 || bits == 64));
      if (!known) {
        throw new MalformedAudioException(
            where,
            "PCM of 8, 16, 24 or 32 bits (format 1) or floats of 32 or 64 (format 3)",
            "format " + code + " of " + bits + " bits");
      }
      if (channels < 1 || rate < 1 || rate > MOST_RATE || align != channels * bits / 8) {
        throw new MalformedAudioException(
            where,
            "one channel or more, 1 to " + MOST_RATE + " Hz, whole samples",
            channels + " channels, " + rate + " Hz, " + align + " bytes an instant");
      }
      return new Format(code, channels, rate, bits);
    }

    Recording decode(String where, MemorySegment data) {
      int bytes = bits / 8;
      long frames = data.byteSize() / (bytes * (long) channels);
      if (frames == 0) {
        throw new MalformedAudioException(where, "samples", "none");
      }
      var samples = new float[Math.toIntExact(frames * channels)];
      for (int i = 0; i < samples.length; i++) {
        samples[i] = sample(data, (long) i * bytes);
        if (!Float.isFinite(samples[i])) {
          throw new MalformedAudioException(
              where + " sample " + i, "a finite number", String.valueOf(samples[i]));
        }
      }
      return new Recording(rate, channels, samples);
    }

    private float sample(MemorySegment data, long at) {
      if (code == IEEE_FLOAT) {
        return bits == 32 ? data.get(FLOAT, at) : (float) data.get(DOUBLE, at);
      }
      return switch (bits) {
        case 8 -> (Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, at)) - 128) / 0x1p7f;
        case 16 -> data.get(SHORT, at) / 0x1p15f;
        case 24 ->
            (Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, at)) | data.get(SHORT, at + 1) << 8)
                / 0x1p23f;
        default -> data.get(INT, at) / 0x1p31f;
      };
    }
  }
}
