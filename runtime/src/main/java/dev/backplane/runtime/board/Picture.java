package dev.backplane.runtime.board;

import dev.backplane.data.Feature;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A picture of bytes, row by row.
 *
 * @param channels 1 for grey, 3 for red, green and blue
 */
public record Picture(int height, int width, int channels, byte[] pixels) {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  /** The picture that an input is: u8 [height, width] or [height, width, 1 or 3]. */
  public static Optional<Picture> of(Feature feature, Literal stored) {
    var shape = feature.shape();
    int channels = shape.rank() == 3 ? shape.dimension(2) : 1;
    boolean picture =
        feature.stored().dtype() == DType.U8
            && (shape.rank() == 2 || shape.rank() == 3)
            && (channels == 1 || channels == 3)
            && shape.size() > 0;
    return picture
        ? Optional.of(
            new Picture(
                shape.dimension(0),
                shape.dimension(1),
                channels,
                stored.data().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)))
        : Optional.empty();
  }

  /** As PNG (ISO/IEC 15948): eight bits a channel, no filter. */
  public byte[] png() {
    int row = width * channels;
    var lines = ByteBuffer.allocate(height * (row + 1));
    for (int y = 0; y < height; y++) {
      lines.put((byte) 0).put(pixels, y * row, row);
    }
    var header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put((byte) 8).put((byte) (channels == 1 ? 0 : 2)).put(new byte[3]);
    var out = new ByteArrayOutputStream();
    out.writeBytes(SIGNATURE);
    chunk(out, "IHDR", header.array());
    chunk(out, "IDAT", deflated(lines.array()));
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static byte[] deflated(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var deflater = new Deflater()) {
      deflater.setInput(bytes);
      deflater.finish();
      var buffer = new byte[1 << 13];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
    }
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String kind, byte[] data) {
    var named = ByteBuffer.allocate(4 + data.length);
    named.put(kind.getBytes(StandardCharsets.US_ASCII)).put(data);
    var crc = new CRC32();
    crc.update(named.array());
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(named.array());
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
