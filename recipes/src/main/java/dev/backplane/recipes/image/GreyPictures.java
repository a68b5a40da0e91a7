package dev.backplane.recipes.image;

import dev.backplane.data.Dataset;
import dev.backplane.data.Feature;
import dev.backplane.layers.vision.file.ImageFile;
import dev.backplane.layers.vision.file.ImageFolder;
import dev.backplane.layers.vision.transform.Dice;
import dev.backplane.layers.vision.transform.Pixels;
import dev.backplane.layers.vision.transform.Resize;
import dev.backplane.recipes.cache.DatasetFiles;
import dev.backplane.recipes.format.Columns;
import dev.backplane.recipes.format.Idx;
import dev.backplane.recipes.format.MalformedDataException;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Grey pictures of 28 × 28 in ten classes, in the four idx files that MNIST made customary. Stored
 * as bytes, presented to programs as f32 from 0 to 1.
 */
final class GreyPictures {
  static final int SIDE = 28;

  private static final System.Logger LOG = System.getLogger(GreyPictures.class.getName());
  private static final double WHITE = 255;

  private static final TensorType STORED = TensorType.of(DType.U8, SIDE, SIDE);
  private static final Feature IMAGE = new Feature("image", STORED, DType.F32, 1 / 255.0, 0);
  private static final Feature LABEL =
      new Feature("label", TensorType.of(DType.U8), DType.I32, 1, 0);

  private GreyPictures() {}

  static Dataset open(DatasetFiles files, List<String> classes) {
    return new Dataset(
        files.pin().name(), examples(files, "train"), examples(files, "t10k"), classes);
  }

  private static Columns examples(DatasetFiles files, String part) {
    var imageFile = files.file(part + "-images-idx3-ubyte");
    var labelFile = files.file(part + "-labels-idx1-ubyte");
    var images = Idx.map(imageFile, 3);
    var labels = Idx.map(labelFile, 1);
    int count = images.shape().dimension(0);
    if (images.shape().dimension(1) != SIDE || images.shape().dimension(2) != SIDE) {
      throw new MalformedDataException(
          imageFile.toString(), "pictures of 28 × 28", images.shape().toString());
    }
    if (labels.shape().dimension(0) != count) {
      throw new MalformedDataException(
          labelFile.toString(), count + " labels", labels.shape().toString());
    }
    return new Columns(
        count, List.of(IMAGE), List.of(LABEL), List.of(images.data(), labels.data()));
  }

  /**
   * A user's picture in stored form. One of 28 × 28 is taken as it is. Another is scaled until it
   * fits as a whole, and turned into its negative where its edge is bright: what the pictures show
   * is bright on black. What was done is told.
   *
   * @throws dev.backplane.layers.vision.file.MalformedImageException if it cannot be read
   */
  static Literal read(String file) {
    var pixels = ImageFile.read(Path.of(file), ImageFile.Channels.GREY);
    var size = pixels.size();
    if (size.height() != SIDE || size.width() != SIDE) {
      double edge = edge(pixels);
      boolean negative = edge > WHITE / 2;
      LOG.log(
          System.Logger.Level.WARNING,
          "%s: %d × %d pixels are scaled to %d × %d%s"
              .formatted(
                  file,
                  size.width(),
                  size.height(),
                  SIDE,
                  SIDE,
                  negative ? ", and its bright background becomes black" : ""));
      pixels = whole(pixels, (float) edge);
      for (int i = 0; negative && i < SIDE * SIDE; i++) {
        pixels.values()[i] = (float) WHITE - pixels.values()[i];
      }
    }
    var bytes = MemorySegment.ofArray(new byte[SIDE * SIDE]);
    ImageFolder.store(pixels, bytes);
    return Literal.copyOf(STORED, bytes);
  }

  /** The mean of the outermost pixels. */
  private static double edge(Pixels pixels) {
    var size = pixels.size();
    double sum = 0;
    int count = 0;
    for (int row = 0; row < size.height(); row++) {
      boolean whole = row == 0 || row == size.height() - 1;
      for (int column = 0; column < size.width(); column++) {
        if (whole || column == 0 || column == size.width() - 1) {
          sum += pixels.values()[pixels.index(row, column)];
          count++;
        }
      }
    }
    return sum / count;
  }

  /** Scaled to the size of the pictures, its proportions kept, in the middle of a background. */
  private static Pixels whole(Pixels pixels, float background) {
    var size = pixels.size();
    double scale = SIDE / (double) Math.max(size.height(), size.width());
    int height = Math.max(1, (int) Math.round(size.height() * scale));
    int width = Math.max(1, (int) Math.round(size.width() * scale));
    var resize = new Resize(height, width);
    var scaled = new Pixels().resized(resize.size(size));
    resize.apply(pixels, scaled, new Dice());
    var all = new Pixels().resized(new Pixels.Size(SIDE, SIDE, 1));
    Arrays.fill(all.values(), background);
    for (int row = 0; row < height; row++) {
      int to = all.index((SIDE - height) / 2 + row, (SIDE - width) / 2);
      System.arraycopy(scaled.values(), scaled.index(row, 0), all.values(), to, width);
    }
    return all;
  }
}
