package dev.backplane.recipes.format;

import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * Examples kept field by field: one block of memory per field, the examples' values one behind the
 * other in their stored form.
 *
 * @param size how many examples there are
 * @param inputs the fields that go into the model
 * @param targets the fields it should give
 * @param data a block for each field, inputs first
 */
public record Columns(
    int size, List<Feature> inputs, List<Feature> targets, List<MemorySegment> data)
    implements Examples {
  /**
   * Copies the lists and compares the blocks with their fields.
   *
   * @throws IllegalArgumentException if a block is missing or not as long as its field needs
   */
  public Columns {
    inputs = List.copyOf(inputs);
    targets = List.copyOf(targets);
    data = data.stream().map(MemorySegment::asReadOnly).toList();
    var fields = Stream.concat(inputs.stream(), targets.stream()).toList();
    if (fields.size() != data.size()) {
      throw new IllegalArgumentException(
          "columns: expected " + fields.size() + " blocks, one per field, found " + data.size());
    }
    for (int i = 0; i < fields.size(); i++) {
      long expected = size * fields.get(i).stored().bytes();
      if (data.get(i).byteSize() != expected) {
        throw new IllegalArgumentException(
            "columns: field %s: expected %,d bytes for %,d examples of %s, found %,d"
                .formatted(
                    fields.get(i).name(),
                    expected,
                    size,
                    fields.get(i).stored(),
                    data.get(i).byteSize()));
      }
    }
  }

  @Override
  public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
    var block = data.get(field);
    long width = block.byteSize() / Math.max(size, 1);
    for (int i = 0; i < count; i++) {
      int row = rows[from + i];
      if (row < 0 || row >= size) {
        throw new IndexOutOfBoundsException("example " + row + " of " + size);
      }
      MemorySegment.copy(block, row * width, target, i * width, width);
    }
  }

  /** The number of examples and the names of their fields. */
  @Override
  public String toString() {
    return size
        + " examples of "
        + inputs.stream().map(Feature::name).toList()
        + " → "
        + targets.stream().map(Feature::name).toList();
  }
}
