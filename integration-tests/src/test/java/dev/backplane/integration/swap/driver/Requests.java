package dev.backplane.integration.swap.driver;

import dev.backplane.Backplane;
import dev.backplane.NoSuchDeviceException;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.function.Compiled;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What users of a server do, from several threads and without a pause: calls of one compiled
 * function that stays, predictions of models that stay for a while, and whole trainings.
 */
final class Requests implements AutoCloseable {
  private final Backplane backplane;
  private final String recipe;
  private final String device;
  private final Literal x = Literal.of(0.1f, -0.7f, 2.5f, 1e-3f, 9f);
  private final float[] expected;
  private final String trained;
  private final Compiled function;
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong served = new AtomicLong();
  private volatile boolean ended;

  Requests(Backplane backplane, String recipe, String device) {
    this.backplane = backplane;
    this.recipe = recipe;
    this.device = device;
    function = backplane.compile(Requests::compute, backplane.device(device));
    expected = function.call(x).getFirst().toFloats();
    trained = train();
    start(this::call);
    start(this::call);
    start(this::predict);
    start(() -> require(trained.equals(train()), "a training gave other results"));
  }

  private static Tensors compute(Tensors arguments) {
    return arguments.map(t -> t.exp().mul(t).add(0.5));
  }

  private void start(Runnable request) {
    var thread =
        new Thread(
            () -> {
              while (!ended) {
                try {
                  request.run();
                  served.incrementAndGet();
                } catch (RuntimeException | Error e) {
                  failures.add(e);
                }
              }
            },
            "request");
    thread.start();
    threads.add(thread);
  }

  private void call() {
    require(
        Arrays.equals(expected, function.call(x).getFirst().toFloats()),
        "a call gave other results");
  }

  private String train() {
    return Work.run(backplane, recipe, device, 10);
  }

  private void predict() {
    var plan = Work.plan(backplane, recipe);
    var batches = plan.data().train().batch(plan.batch());
    try (var training = Work.trainer(backplane, plan).open(batches, backplane.device(device))) {
      var example = plan.data().test().example(0).inputs().getFirst();
      var type = example.type();
      var batch = Literal.copyOf(type.withShape(type.shape().prepend(1)), example.data());
      var first = training.predict(List.of(batch)).getFirst().toFloats();
      for (int i = 0; i < 100 && !ended; i++) {
        require(
            Arrays.equals(first, training.predict(List.of(batch)).getFirst().toFloats()),
            "a prediction gave other results");
        served.incrementAndGet();
      }
    }
  }

  private static void require(boolean condition, String complaint) {
    if (!condition) {
      throw new IllegalStateException(complaint);
    }
  }

  /** Waits until so many more requests have been served. */
  void await(long more) throws InterruptedException {
    long until = served.get() + more;
    long deadline = System.nanoTime() + 120_000_000_000L;
    while (served.get() < until) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("requests are not served any more: " + failures.peek());
      }
      Thread.sleep(1);
    }
  }

  long served() {
    return served.get();
  }

  /** What has failed since this was asked. */
  List<Throwable> failures() {
    var found = new ArrayList<Throwable>();
    for (var failure = failures.poll(); failure != null; failure = failures.poll()) {
      found.add(failure);
    }
    return found;
  }

  /** Whether a failure is what somebody is told whose device has gone. */
  static boolean isLoss(Throwable failure) {
    return failure instanceof DeviceLostException || failure instanceof NoSuchDeviceException;
  }

  @Override
  public void close() throws InterruptedException {
    ended = true;
    for (var thread : threads) {
      thread.join();
    }
    function.close();
  }
}
