package dev.backplane.data;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** Other examples, of which batches may be cut. */
final class Bucketed implements Examples {
  private final Examples all;
  private final Buckets buckets;
  private final Optional<Buckets> given;

  Bucketed(Examples all, Buckets buckets) {
    this.all = all;
    this.buckets = buckets;
    given = Optional.of(buckets);
  }

  @Override
  public int size() {
    return all.size();
  }

  @Override
  public List<Feature> inputs() {
    return all.inputs();
  }

  @Override
  public List<Feature> targets() {
    return all.targets();
  }

  @Override
  public Optional<Buckets> buckets() {
    return given;
  }

  @Override
  public Examples epoch(int epoch) {
    var then = all.epoch(epoch);
    return then == all ? this : then.bucketed(buckets.lengths());
  }

  @Override
  public Examples select(int... rows) {
    return new Bucketed(all.select(rows), buckets.select(rows));
  }

  @Override
  public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
    all.gather(field, rows, from, count, target);
  }

  @Override
  public String toString() {
    return all + " in buckets of " + buckets.lengths();
  }
}
