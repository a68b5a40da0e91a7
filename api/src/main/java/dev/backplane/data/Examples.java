package dev.backplane.data;

import dev.backplane.tensor.Literal;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** A finite, indexed set of examples. Thread-safe. */
@ConsumerType
public interface Examples {
  /** How many there are. */
  int size();

  /** The fields that go into the model. */
  List<Feature> inputs();

  /** The fields it should give. */
  List<Feature> targets();

  /**
   * Copies one field of some examples, in their stored form, one behind the other. Allocates
   * nothing.
   *
   * @param field from 0: the inputs, then the targets
   * @param rows the indices of the examples
   * @param from where in {@code rows} to begin
   * @param count how many of them
   * @param target at least {@code count} times the stored size, written from its beginning
   */
  void gather(int field, int[] rows, int from, int count, MemorySegment target);

  /**
   * These examples as they are in an epoch, where that makes a difference: of augmented ones each
   * epoch draws anew. A pure function of the epoch, so that a resumed run sees what an
   * uninterrupted one would have seen. Examples made of others pass it on to them.
   *
   * @param epoch from 0
   */
  default Examples epoch(int epoch) {
    return this;
  }

  /** To what lengths batches may be cut; empty where all are as long as the fields say. */
  default Optional<Buckets> buckets() {
    return Optional.empty();
  }

  /**
   * These examples in batches of like length: rows of ids that are padded with zeros behind, cut to
   * one of these lengths. Each length is compiled by itself, on the same parameters; figures over
   * all examples stay what they were, but for the order of sums.
   *
   * @param lengths 1 to 8, the shortest first; the last is that of whole rows
   * @throws IllegalArgumentException if they are not that, or no field is so long
   */
  default Examples bucketed(List<Integer> lengths) {
    return new Bucketed(this, Buckets.of(this, lengths));
  }

  /** One example, in its stored form. */
  default Example example(int index) {
    if (index < 0 || index >= size()) {
      throw new IndexOutOfBoundsException("example " + index + " of " + size());
    }
    var fields = new ArrayList<Literal>();
    var features = new ArrayList<>(inputs());
    features.addAll(targets());
    for (int i = 0; i < features.size(); i++) {
      var type = features.get(i).stored();
      var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes())]);
      gather(i, new int[] {index}, 0, 1, bytes);
      fields.add(Literal.copyOf(type, bytes));
    }
    int split = inputs().size();
    return new Example(fields.subList(0, split), fields.subList(split, fields.size()));
  }

  /**
   * Some of these examples, in the given order.
   *
   * @throws IndexOutOfBoundsException if one is not there
   */
  default Examples select(int... rows) {
    return new Selected(this, rows);
  }

  /** These examples in batches, in their own order. */
  default Batches batch(int size) {
    return Batches.of(this).batch(size);
  }

  /** These examples in batches of 32, in another order each epoch. */
  default Batches shuffle(long seed) {
    return Batches.of(this).shuffle(seed);
  }
}
