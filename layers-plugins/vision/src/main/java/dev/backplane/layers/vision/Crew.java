package dev.backplane.layers.vision;

import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.vision.transform.Dice;
import dev.backplane.layers.vision.transform.ImageTransform;
import dev.backplane.layers.vision.transform.Pixels;
import dev.backplane.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RecursiveAction;
import org.jspecify.annotations.Nullable;

/**
 * Works on the pictures of one batch, each worker on every nth. Kept from batch to batch with all
 * its memory; the threads are those of the common pool and the one that asks.
 */
final class Crew {
  private final Worker[] workers;

  Crew(
      int threads,
      Pixels.Size from,
      Examples examples,
      List<ImageTransform> transforms,
      Feature target) {
    workers = new Worker[threads];
    boolean bytes = examples.inputs().getFirst().stored().dtype() == DType.U8;
    for (int i = 0; i < threads; i++) {
      workers[i] = new Worker(i, threads, from, bytes, transforms, target);
    }
  }

  void work(
      Examples examples,
      long seed,
      int epoch,
      int[] rows,
      int from,
      int count,
      MemorySegment target) {
    int busy = Math.min(workers.length, count);
    for (int i = 0; i < busy; i++) {
      workers[i].begin(examples, seed, epoch, rows, from, count, target);
    }
    for (int i = 1; i < busy; i++) {
      workers[i].fork();
    }
    if (busy > 0) {
      workers[0].compute();
    }
    // The others still write into the batch: all are waited for.
    for (int i = 1; i < busy; i++) {
      workers[i].join();
    }
    for (int i = 0; i < busy; i++) {
      var failure = workers[i].failure;
      if (failure != null) {
        throw failure;
      }
    }
  }

  private static final class Worker extends RecursiveAction {
    private static final long serialVersionUID = 1;

    private final transient int first;
    private final transient int step;
    private final transient Pixels.Size size;
    private final transient boolean bytes;
    private final transient ImageTransform[] transforms;
    private final transient Pixels.Size[] sizes;
    private final transient boolean bytesOut;
    private final transient long bytesOfExample;
    private final transient MemorySegment stored;
    private final transient Dice dice = new Dice();
    private transient Pixels here = new Pixels();
    private transient Pixels there = new Pixels();

    private transient @Nullable Examples examples;
    private transient MemorySegment target;
    private transient int[] rows = {};
    private transient long seed;
    private transient int epoch;
    private transient int from;
    private transient int count;

    /** As it was thrown: a pool would wrap it when another thread joins. */
    private transient @Nullable RuntimeException failure;

    Worker(
        int first,
        int step,
        Pixels.Size size,
        boolean bytes,
        List<ImageTransform> transforms,
        Feature target) {
      this.first = first;
      this.step = step;
      this.size = size;
      this.bytes = bytes;
      this.transforms = transforms.toArray(ImageTransform[]::new);
      sizes = new Pixels.Size[this.transforms.length];
      var next = size;
      for (int i = 0; i < sizes.length; i++) {
        next = this.transforms[i].size(next);
        sizes[i] = next;
      }
      bytesOut = target.stored().dtype() == DType.U8;
      bytesOfExample = target.stored().bytes();
      stored =
          bytes
              ? MemorySegment.ofArray(new byte[size.values()])
              : MemorySegment.ofArray(new float[size.values()]);
      this.target = MemorySegment.NULL;
    }

    void begin(
        Examples examples,
        long seed,
        int epoch,
        int[] rows,
        int from,
        int count,
        MemorySegment target) {
      this.examples = examples;
      this.seed = seed;
      this.epoch = epoch;
      this.rows = rows;
      this.from = from;
      this.count = count;
      this.target = target;
      failure = null;
      reinitialize();
    }

    @Override
    protected void compute() {
      try {
        transform();
      } catch (RuntimeException e) {
        failure = e;
      }
    }

    private void transform() {
      var source = Objects.requireNonNull(examples, "begun");
      for (int i = first; i < count; i += step) {
        source.gather(0, rows, from + i, 1, stored);
        read();
        dice.begin(seed, epoch, rows[from + i]);
        for (int t = 0; t < transforms.length; t++) {
          transforms[t].apply(here, there.resized(sizes[t]), dice);
          var kept = here;
          here = there;
          there = kept;
        }
        write(i * bytesOfExample);
      }
    }

    private void read() {
      var values = here.resized(size).values();
      for (int i = 0; i < size.values(); i++) {
        values[i] =
            bytes
                ? Byte.toUnsignedInt(stored.get(ValueLayout.JAVA_BYTE, i))
                : stored.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      }
    }

    private void write(long at) {
      var values = here.values();
      for (int i = 0; i < here.size().values(); i++) {
        if (bytesOut) {
          int rounded = Math.round(Math.max(0, Math.min(255, values[i])));
          target.set(ValueLayout.JAVA_BYTE, at + i, (byte) rounded);
        } else {
          target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at + 4L * i, values[i]);
        }
      }
    }
  }
}
