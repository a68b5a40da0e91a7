package dev.backplane.runtime.train;

import dev.backplane.data.Batches;
import dev.backplane.data.Feature;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Batches in the order of training, gathered ahead by a thread of its own into a few staging areas;
 * where the host has one core, gathered when they are asked for. Both give the same batches. After
 * the first epoch's order nothing is allocated but the order of each further epoch.
 *
 * <p>One thread at a time takes: {@link #next}, then {@link Staged#segments}, then {@link
 * #release}.
 */
final class Feed implements AutoCloseable {
  private static final int DEPTH = 4;

  private final Batches batches;
  private final List<Form> forms;
  private final int fields;
  private final List<FieldCheck> checks;
  private final Arena arena = Arena.ofShared();
  private final Staged[] ring = new Staged[DEPTH];
  private final AtomicLong produced = new AtomicLong();
  private final AtomicLong consumed = new AtomicLong();
  private final Producer producer;
  private final @Nullable Thread thread;
  private volatile boolean closed;
  private volatile @Nullable Thread waitingConsumer;
  private volatile boolean producerWaits;
  private volatile boolean ended;
  private volatile @Nullable Throwable failure;

  /**
   * One staging area: a batch of whole rows in their stored form, with unused memory behind a
   * smaller one.
   */
  static final class Staged {
    private final List<MemorySegment> segments;
    private Form form = Form.whole(0);

    private Staged(List<MemorySegment> segments) {
      this.segments = segments;
    }

    /** The memory of each field, for the largest batch. */
    List<MemorySegment> segments() {
      return segments;
    }

    /** How many examples it holds, and to how many steps their fields are to be cut. */
    Form form() {
      return form;
    }
  }

  /**
   * A feed from one position on.
   *
   * @param epoch the first epoch, from 0
   * @param batch the first batch of it, from 0
   * @param epochs the epoch before which it ends
   * @param ahead whether a thread gathers ahead
   * @param checks what fields must be
   */
  Feed(Batches batches, int epoch, int batch, int epochs, boolean ahead, List<FieldCheck> checks) {
    this.batches = batches;
    this.checks = checks;
    forms = Form.of(batches);
    var features = Fields.of(batches.examples()).all();
    fields = features.size();
    for (int i = 0; i < DEPTH; i++) {
      ring[i] = new Staged(features.stream().map(this::staging).toList());
    }
    producer = new Producer(epoch, batch, epochs);
    if (ahead) {
      thread = new Thread(this::run, "backplane-input");
      thread.setDaemon(true);
      thread.start();
    } else {
      thread = null;
    }
  }

  /** A feed that gathers ahead where the host has cores for it. */
  static Feed of(Batches batches, int epoch, int batch, int epochs, List<FieldCheck> checks) {
    boolean ahead = Runtime.getRuntime().availableProcessors() > 1;
    return new Feed(batches, epoch, batch, epochs, ahead, checks);
  }

  private MemorySegment staging(Feature feature) {
    return arena.allocate(Math.max(1, feature.batch(batches.size()).bytes()), 64);
  }

  /**
   * The next batch, which stays as it is until {@link #release}.
   *
   * @throws IllegalStateException if all epochs have been taken, or the feed is closed
   */
  Staged next() {
    long taken = consumed.get();
    if (thread == null && produced.get() == taken) {
      if (closed || !producer.hasNext()) {
        throw failed();
      }
      producer.fill(ring[(int) (taken % DEPTH)]);
      produced.set(taken + 1);
    }
    for (int spins = 0; produced.get() == taken; spins++) {
      if ((ended || closed) && produced.get() == taken) {
        throw failed();
      }
      if (spins < 200) {
        Thread.onSpinWait();
      } else {
        waitingConsumer = Thread.currentThread();
        if (produced.get() == taken && !ended) {
          LockSupport.park(this);
        }
        waitingConsumer = null;
      }
    }
    return ring[(int) (taken % DEPTH)];
  }

  private RuntimeException failed() {
    var cause = failure;
    return switch (cause) {
      case null ->
          new IllegalStateException(
              "the input of this training " + (closed ? "is closed" : "has ended with its epochs"));
      case RuntimeException runtime -> runtime;
      case Error error -> throw error;
      case Throwable other -> new IllegalStateException("gathering a batch failed", other);
    };
  }

  /** Gives the last batch's memory back. */
  void release() {
    long taken = consumed.incrementAndGet();
    if (producerWaits && produced.get() - taken <= DEPTH / 2) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    try {
      while (!closed && producer.hasNext()) {
        long made = produced.get();
        if (made - consumed.get() == DEPTH) {
          awaitRoom(made);
          continue;
        }
        producer.fill(ring[(int) (made % DEPTH)]);
        produced.set(made + 1);
        LockSupport.unpark(waitingConsumer);
      }
    } catch (Throwable e) {
      failure = e;
    } finally {
      ended = true;
      LockSupport.unpark(waitingConsumer);
    }
  }

  /** Waits until half the ring is free, so that a wake-up serves several batches. */
  private void awaitRoom(long made) {
    producerWaits = true;
    while (!closed && made - consumed.get() > DEPTH / 2) {
      LockSupport.park(this);
    }
    producerWaits = false;
  }

  /** Ends gathering and frees the memory. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    boolean interrupted = false;
    while (thread != null && thread.isAlive()) {
      LockSupport.unpark(thread);
      try {
        thread.join(10);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    arena.close();
  }

  /** Goes through epochs and batches. */
  private final class Producer {
    private final int epochs;
    private int epoch;
    private int batch;
    private Batches those;
    private int[] order;

    Producer(int epoch, int batch, int epochs) {
      this.epoch = epoch;
      this.batch = batch;
      this.epochs = epochs;
      this.those = of(epoch);
      this.order = those.order(epoch);
    }

    /** The batches of examples as they are in an epoch. */
    private Batches of(int epoch) {
      return new Batches(batches.examples().epoch(epoch), batches.size(), batches.seed());
    }

    boolean hasNext() {
      return epoch < epochs && (batch < batches.count() || epoch + 1 < epochs);
    }

    void fill(Staged staged) {
      if (batch == batches.count()) {
        epoch++;
        batch = 0;
        those = of(epoch);
        order = those.order(epoch);
      }
      int from = batch * batches.size();
      int count = Math.min(batches.size(), order.length - from);
      for (int i = 0; i < fields; i++) {
        those.examples().gather(i, order, from, count, staged.segments.get(i));
      }
      for (int i = 0; i < checks.size(); i++) {
        var check = checks.get(i);
        check.require(staged.segments.get(check.field()), order, from, count);
      }
      staged.form = Form.among(forms, those, count, those.length(order, batch));
      batch++;
    }
  }
}
