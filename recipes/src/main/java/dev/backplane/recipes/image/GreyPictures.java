package dev.backplane.recipes.image;

import dev.backplane.data.Dataset;
import dev.backplane.data.Feature;
import dev.backplane.recipes.cache.DatasetFiles;
import dev.backplane.recipes.format.Columns;
import dev.backplane.recipes.format.GreyPng;
import dev.backplane.recipes.format.Idx;
import dev.backplane.recipes.format.MalformedDataException;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * Grey pictures of 28 × 28 in ten classes, in the four idx files that MNIST made customary. Stored
 * as bytes, presented to programs as f32 from 0 to 1.
 */
final class GreyPictures {
  static final int SIDE = 28;

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

  /** A user's picture in stored form. */
  static Literal read(String file) {
    return Literal.copyOf(STORED, MemorySegment.ofArray(GreyPng.read(Path.of(file), SIDE, SIDE)));
  }
}
