package dev.backplane.integration.curves;

import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The data of the curves, made by the rules of {@code generate.py}.
 *
 * @param inputs fields of the inputs
 * @param targets fields of the targets
 * @param values of all fields, all examples one behind the other
 */
record Given(List<Feature> inputs, List<Feature> targets, List<MemorySegment> values)
    implements Examples {
  private static final int SIZE = 64;

  private static Feature ids(String name, int... shape) {
    return Feature.of(name, TensorType.of(DType.I32, shape));
  }

  /** Ids 1 … vocabulary - 1, at least 3 of them, then 0. */
  private static int[][] sentences(int seed, int vocabulary, int longest) {
    var numbers = new Numbers(seed);
    var rows = new int[SIZE][longest];
    for (var row : rows) {
      int length = 3 + (int) (numbers.next() * (longest - 2));
      for (int i = 0; i < length; i++) {
        row[i] = 1 + (int) (numbers.next() * (vocabulary - 1));
      }
    }
    return rows;
  }

  private static MemorySegment joined(int[][] rows) {
    var all = new int[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, all, i * rows[i].length, rows[i].length);
    }
    return MemorySegment.ofArray(all);
  }

  /** Padded sentences; the class is that of the second word. */
  static Given words() {
    var rows = sentences(1, 20, 10);
    var labels = new int[SIZE];
    for (int i = 0; i < SIZE; i++) {
      labels[i] = rows[i][1] % 3;
    }
    return new Given(
        List.of(ids("words", 10)),
        List.of(ids("class")),
        List.of(joined(rows), MemorySegment.ofArray(labels)));
  }

  /** Pictures; the class is the part with most ink: upper left, upper right, lower half by two. */
  static Given pictures() {
    var numbers = new Numbers(2);
    var all = new float[SIZE * 100];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) numbers.next();
    }
    var labels = new int[SIZE];
    for (int i = 0; i < SIZE; i++) {
      var ink = new double[3];
      for (int pixel = 0; pixel < 100; pixel++) {
        int part = pixel >= 50 ? 2 : pixel % 10 / 5;
        ink[part] += part == 2 ? all[100 * i + pixel] / 2 : all[100 * i + pixel];
      }
      labels[i] = ink[0] >= ink[1] && ink[0] >= ink[2] ? 0 : ink[1] >= ink[2] ? 1 : 2;
    }
    return new Given(
        List.of(Feature.of("picture", TensorType.f32(10, 10, 1))),
        List.of(ids("class")),
        List.of(MemorySegment.ofArray(all), MemorySegment.ofArray(labels)));
  }

  /** Sentences, what is known of them turned round, beginning with 1, and what they are. */
  static Given translations() {
    int longest = 8;
    var source = sentences(3, 12, longest);
    var target = new int[SIZE][longest];
    var answer = new int[SIZE][longest];
    for (int row = 0; row < SIZE; row++) {
      int length = 0;
      while (length < longest && source[row][length] != 0) {
        length++;
      }
      for (int i = 0; i < length; i++) {
        answer[row][i] = source[row][length - 1 - i];
      }
      target[row][0] = 1;
      System.arraycopy(answer[row], 0, target[row], 1, longest - 1);
    }
    return new Given(
        List.of(ids("source", longest), ids("target", longest)),
        List.of(ids("answer", longest)),
        List.of(joined(source), joined(target), joined(answer)));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
    var all = values.get(field);
    long bytes = all.byteSize() / SIZE;
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(all, bytes * rows[from + i], target, bytes * i, bytes);
    }
  }
}
