package dev.backplane.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * To what length the rows of examples may be cut, so that a batch of short sequences costs no more
 * than it must. Cut are the fields of whole numbers [steps] whose steps are the longest length, all
 * fields of a row to the same length: the shortest that leaves out nothing but zeros, which are
 * padding. So id 0 must mean padding, and the model must take sequences of each length.
 *
 * <ul>
 *   <li>C1: there are 1 to 8 lengths, each longer than the one before.
 *   <li>C2: a field of whole numbers [steps] has as many steps as the longest.
 * </ul>
 */
public final class Buckets {
  private static final int MOST = 8;
  private static final int ROWS_AT_ONCE = 1024;

  private final List<Integer> lengths;
  private final byte[] ofRows;

  private Buckets(List<Integer> lengths, byte[] ofRows) {
    this.lengths = List.copyOf(lengths);
    this.ofRows = ofRows;
  }

  /** Looks at all rows once. */
  static Buckets of(Examples examples, List<Integer> lengths) {
    require(lengths);
    int longest = lengths.getLast();
    var features = Stream.concat(examples.inputs().stream(), examples.targets().stream()).toList();
    if (features.stream().noneMatch(feature -> cuts(feature, longest))) {
      throw new IllegalArgumentException(
          "buckets C2: expected a field of whole numbers [%d], found %s"
              .formatted(longest, features));
    }
    var ofRows = new byte[examples.size()];
    var rows = new int[Math.min(ROWS_AT_ONCE, ofRows.length)];
    for (int field = 0; field < features.size(); field++) {
      var stored = features.get(field).stored();
      if (!cuts(features.get(field), longest)) {
        continue;
      }
      var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(stored.bytes() * rows.length)]);
      for (int first = 0; first < ofRows.length; first += rows.length) {
        int from = first;
        int count = Math.min(rows.length, ofRows.length - first);
        Arrays.setAll(rows, i -> from + i);
        examples.gather(field, rows, 0, count, bytes);
        for (int i = 0; i < count; i++) {
          int steps = steps(bytes.asSlice(i * stored.bytes(), stored.bytes()), longest);
          byte bucket = 0;
          while (lengths.get(bucket) < steps) {
            bucket++;
          }
          ofRows[first + i] = (byte) Math.max(ofRows[first + i], bucket);
        }
      }
    }
    return new Buckets(lengths, ofRows);
  }

  private static void require(List<Integer> lengths) {
    boolean rising =
        IntStream.range(0, lengths.size())
            .allMatch(i -> lengths.get(i) > (i == 0 ? 0 : lengths.get(i - 1)));
    if (lengths.isEmpty() || lengths.size() > MOST || !rising) {
      throw new IllegalArgumentException(
          "buckets C1: expected 1 to %d lengths, each longer than the one before, found %s"
              .formatted(MOST, lengths));
    }
  }

  /** The steps up to the last that is not zero. */
  private static int steps(MemorySegment row, int longest) {
    long size = row.byteSize() / longest;
    long last = row.byteSize() - 1;
    while (last >= 0 && row.get(ValueLayout.JAVA_BYTE, last) == 0) {
      last--;
    }
    return (int) ((last + size) / size);
  }

  /** Whether a field is one of those that are cut, where the longest length is this one. */
  public static boolean cuts(Feature feature, int longest) {
    var shape = feature.shape();
    return feature.stored().dtype().isInteger()
        && shape.rank() == 1
        && shape.dimension(0) == longest;
  }

  /** The lengths, the shortest first. */
  public List<Integer> lengths() {
    return lengths;
  }

  /** Which of the lengths a row needs. */
  public int bucket(int row) {
    return ofRows[row];
  }

  /** Those of some of the rows. */
  Buckets select(int[] rows) {
    var selected = new byte[rows.length];
    for (int i = 0; i < rows.length; i++) {
      selected[i] = ofRows[rows[i]];
    }
    return new Buckets(lengths, selected);
  }
}
