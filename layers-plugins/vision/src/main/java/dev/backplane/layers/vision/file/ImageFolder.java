package dev.backplane.layers.vision.file;

import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.vision.transform.Crop;
import dev.backplane.layers.vision.transform.Dice;
import dev.backplane.layers.vision.transform.Pixels;
import dev.backplane.layers.vision.transform.Resize;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A folder with a sub-folder of pictures per class, whose name is the class. All are read once, in
 * parallel, scaled until they cover one size, cut out of the middle, and kept as u8 [height, width,
 * channels]; programs see f32 from 0 to 1. Classes and files are in the order of their names; files
 * and folders whose names begin with a dot are left out.
 */
public final class ImageFolder implements Examples {
  private static final long MOST_BYTES = 8L << 30;
  private static final Feature LABEL = Feature.of("label", TensorType.of(DType.I32));

  private final Feature image;
  private final List<String> classes;
  private final List<Path> files;
  private final int[] labels;
  private final MemorySegment pictures;

  /**
   * What a folder is read as.
   *
   * @param height of all pictures
   * @param width of all pictures
   * @param channels of all pictures
   * @param skipBroken whether files that cannot be read are left out, and told, instead of refused
   */
  public record Options(int height, int width, ImageFile.Channels channels, boolean skipBroken) {
    /** Checks the size. */
    public Options {
      if (height < 1 || width < 1) {
        throw new IllegalArgumentException(
            "image folder: expected a size of 1 × 1 or more, found " + height + " × " + width);
      }
    }
  }

  /**
   * Reads a folder.
   *
   * @param told of each file that is skipped
   * @throws MalformedImageException if there is no such folder, it has fewer than two classes, a
   *     class is empty, or a file is no picture, naming it
   */
  public static ImageFolder open(Path folder, Options options, Consumer<String> told) {
    var classes = sorted(folder, true);
    if (classes.size() < 2) {
      throw new MalformedImageException(
          folder.toString(),
          "a sub-folder of pictures for each of two or more classes",
          classes.isEmpty() ? "none" : "only " + classes.getFirst().getFileName());
    }
    var files = new ArrayList<Path>();
    var labels = new ArrayList<Integer>();
    for (int label = 0; label < classes.size(); label++) {
      for (var file : sorted(classes.get(label), false)) {
        files.add(file);
        labels.add(label);
      }
    }
    var names = classes.stream().map(path -> path.getFileName().toString()).toList();
    return read(folder, options, told, names, files, labels);
  }

  private static List<Path> sorted(Path folder, boolean folders) {
    if (!Files.isDirectory(folder)) {
      throw new MalformedImageException(folder.toString(), "a folder of pictures", "no folder");
    }
    try (var inside = Files.list(folder)) {
      return inside
          .filter(path -> !path.getFileName().toString().startsWith("."))
          .filter(path -> folders == Files.isDirectory(path))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new MalformedImageException(
          folder.toString(),
          "a folder of pictures",
          "that it cannot be read: " + e.getMessage(),
          e);
    }
  }

  private static ImageFolder read(
      Path folder,
      Options options,
      Consumer<String> told,
      List<String> classes,
      List<Path> files,
      List<Integer> labels) {
    long bytes = (long) options.height() * options.width() * options.channels().count();
    if (bytes * files.size() > MOST_BYTES) {
      throw new MalformedImageException(
          folder.toString(),
          "pictures that fit into " + (MOST_BYTES >> 30) + " GiB of memory",
          files.size() + " of " + bytes + " bytes");
    }
    var pictures = Arena.ofAuto().allocate(Math.max(1, bytes * files.size()), 64);
    var broken = new MalformedImageException[files.size()];
    IntStream.range(0, files.size())
        .parallel()
        .forEach(
            i -> {
              try {
                store(fitted(files.get(i), options), pictures.asSlice(i * bytes, bytes));
              } catch (MalformedImageException e) {
                broken[i] = e;
              }
            });
    var kept = new ArrayList<Integer>();
    for (int i = 0; i < broken.length; i++) {
      if (broken[i] == null) {
        kept.add(i);
      } else if (options.skipBroken()) {
        told.accept("skipped: " + broken[i].getMessage());
      } else {
        throw broken[i];
      }
    }
    for (int i = 0; i < kept.size(); i++) {
      MemorySegment.copy(pictures, kept.get(i) * bytes, pictures, i * bytes, bytes);
    }
    var counted = kept.stream().map(labels::get).toList();
    for (int label = 0; label < classes.size(); label++) {
      if (!counted.contains(label)) {
        throw new MalformedImageException(
            folder.resolve(classes.get(label)).toString(), "pictures", "none");
      }
    }
    return new ImageFolder(
        options,
        classes,
        kept.stream().map(files::get).toList(),
        counted.stream().mapToInt(Integer::intValue).toArray(),
        pictures.asSlice(0, bytes * kept.size()).asReadOnly());
  }

  /** A picture of a file, scaled until it covers the size, cut out of the middle. */
  public static Pixels fitted(Path file, Options options) {
    var read = ImageFile.read(file, options.channels());
    var size = read.size();
    double scale =
        Math.max(
            options.height() / (double) size.height(), options.width() / (double) size.width());
    int height = Math.max(options.height(), (int) Math.round(size.height() * scale));
    int width = Math.max(options.width(), (int) Math.round(size.width() * scale));
    var dice = new Dice();
    if (size.height() != height || size.width() != width) {
      var resize = new Resize(height, width);
      var resized = new Pixels().resized(resize.size(size));
      resize.apply(read, resized, dice);
      read = resized;
    }
    var crop = new Crop(options.height(), options.width());
    var cut = new Pixels().resized(crop.size(read.size()));
    crop.apply(read, cut, dice);
    return cut;
  }

  /** Writes a picture as u8 [height, width, channels]. */
  public static void store(Pixels pixels, MemorySegment target) {
    for (int i = 0; i < pixels.size().values(); i++) {
      int rounded = Math.round(Math.max(0, Math.min(255, pixels.values()[i])));
      target.set(ValueLayout.JAVA_BYTE, i, (byte) rounded);
    }
  }

  private ImageFolder(
      Options options,
      List<String> classes,
      List<Path> files,
      int[] labels,
      MemorySegment pictures) {
    var stored =
        TensorType.of(DType.U8, options.height(), options.width(), options.channels().count());
    image = new Feature("image", stored, DType.F32, 1 / 255.0, 0);
    this.classes = classes;
    this.files = files;
    this.labels = labels;
    this.pictures = pictures;
  }

  /** The names of the classes, in the order of their labels. */
  public List<String> classes() {
    return classes;
  }

  /** The file of an example. */
  public Path file(int index) {
    return files.get(index);
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public List<Feature> inputs() {
    return List.of(image);
  }

  @Override
  public List<Feature> targets() {
    return List.of(LABEL);
  }

  @Override
  public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
    long bytes = image.stored().bytes();
    for (int i = 0; i < count; i++) {
      int row = rows[from + i];
      if (field == 0) {
        MemorySegment.copy(pictures, row * bytes, target, i * bytes, bytes);
      } else {
        target.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, labels[row]);
      }
    }
  }
}
