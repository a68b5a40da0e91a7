package dev.backplane.runtime.train;

import dev.backplane.data.Batches;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * What a program is compiled for: how many examples, and how long their sequences are where they
 * are cut.
 *
 * @param batch the number of examples
 * @param length steps of the fields that are cut; -1 where none is
 * @param longest their steps where they are whole; -1 where none is
 */
record Form(int batch, int length, int longest) {
  private static final Comparator<Form> LARGEST_FIRST =
      Comparator.comparingInt(Form::batch).thenComparingInt(Form::length).reversed();

  /** Whole rows. */
  static Form whole(int batch) {
    return new Form(batch, -1, -1);
  }

  /** The forms of all batches of an epoch, each once, the largest first. */
  static List<Form> of(Batches batches) {
    var forms = new TreeSet<>(LARGEST_FIRST);
    if (batches.examples().buckets().isEmpty()) {
      forms.add(whole(Math.min(batches.size(), batches.examples().size())));
      int tail = batches.examples().size() % batches.size();
      if (tail > 0) {
        forms.add(whole(tail));
      }
      return List.copyOf(forms);
    }
    var order = batches.order(0);
    for (int i = 0; i < batches.count(); i++) {
      int count = Math.min(batches.size(), order.length - i * batches.size());
      forms.add(of(batches, count, batches.length(order, i)));
    }
    return List.copyOf(forms);
  }

  private static Form of(Batches batches, int count, int length) {
    int longest = batches.examples().buckets().map(b -> b.lengths().getLast()).orElse(-1);
    return new Form(count, length, longest);
  }

  /** One of known forms where it is among them, which allocates nothing. */
  static Form among(List<Form> known, Batches batches, int count, int length) {
    for (int i = 0; i < known.size(); i++) {
      if (known.get(i).batch() == count && known.get(i).length() == length) {
        return known.get(i);
      }
    }
    return of(batches, count, length);
  }
}
