package dev.backplane.usage;

import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.tensor.Literal;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Examples in memory: for each field one value that holds all examples, [size, …]. */
record Rows(List<Feature> inputs, List<Feature> targets, List<Literal> fields) implements Examples {
  /** Fields named by their places, the last ones being targets, seen by programs as they are. */
  static Rows of(int targets, Literal... fields) {
    var features = new ArrayList<Feature>();
    for (int i = 0; i < fields.length; i++) {
      var type = fields[i].type();
      features.add(Feature.of("field_" + i, type.withShape(type.shape().without(List.of(0)))));
    }
    int split = fields.length - targets;
    return new Rows(
        List.copyOf(features.subList(0, split)),
        List.copyOf(features.subList(split, fields.length)),
        List.of(fields));
  }

  @Override
  public int size() {
    return fields.getFirst().type().shape().dimension(0);
  }

  @Override
  public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
    var data = fields.get(field).data();
    long bytes = data.byteSize() / size();
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(data, rows[from + i] * bytes, target, i * bytes, bytes);
    }
  }
}
