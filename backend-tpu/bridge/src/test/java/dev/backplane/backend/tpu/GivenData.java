package dev.backplane.backend.tpu;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** What a user may give a recipe, made here: recordings of tones, pictures of stripes. */
final class GivenData {
  private static final int RATE = 8000;
  private static final int SIDE = 36;

  private GivenData() {}

  /** The folder of {@code digits}, {@code symbols} or {@code pictures}; made where it is not. */
  static Path make(Path root, String what) throws IOException {
    var folder = root.resolve(what);
    if (!Files.exists(folder)) {
      switch (what) {
        case "digits" -> tones(folder, digits().toList());
        case "symbols" ->
            tones(
                folder,
                Stream.concat(
                        digits(),
                        IntStream.rangeClosed('a', 'z').mapToObj(c -> String.valueOf((char) c)))
                    .toList());
        case "pictures" -> pictures(folder);
        default -> throw new IllegalArgumentException(what);
      }
    }
    return folder;
  }

  private static Stream<String> digits() {
    return IntStream.range(0, 10).mapToObj(String::valueOf);
  }

  /** A pitch for each word, of three voices. */
  private static void tones(Path folder, List<String> words) throws IOException {
    for (int word = 0; word < words.size(); word++) {
      for (int voice = 0; voice < 3; voice++) {
        double hertz = 200 * Math.pow(16, (double) word / words.size()) * (1 + 0.01 * voice);
        tone(folder.resolve(words.get(word)).resolve("voice" + voice + "_1.wav"), hertz);
      }
    }
  }

  private static void tone(Path file, double hertz) throws IOException {
    int count = RATE / 4;
    var data =
        ByteBuffer.allocate(44 + 2 * count)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put("RIFF----WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
            .putInt(16)
            .putShort((short) 1)
            .putShort((short) 1)
            .putInt(RATE)
            .putInt(2 * RATE)
            .putShort((short) 2)
            .putShort((short) 16)
            .put("data".getBytes(StandardCharsets.US_ASCII))
            .putInt(2 * count);
    for (int i = 0; i < count; i++) {
      data.putShort((short) (12000 * Math.sin(2 * Math.PI * hertz * i / RATE)));
    }
    Files.createDirectories(file.getParent());
    Files.write(file, data.array());
  }

  /** Stripes of three widths under noise. */
  private static void pictures(Path folder) throws IOException {
    var random = new Random(1);
    for (int kind = 0; kind < 3; kind++) {
      var own = Files.createDirectories(folder.resolve("kind" + kind));
      for (int picture = 0; picture < 20; picture++) {
        var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < SIDE * SIDE; i++) {
          boolean lit = i % SIDE / (2 + 2 * kind) % 2 == 0;
          image.setRGB(i % SIDE, i / SIDE, (lit ? 0xA08060 : 0x203040) + random.nextInt(32));
        }
        ImageIO.write(image, "png", own.resolve(picture + ".png").toFile());
      }
    }
  }
}
