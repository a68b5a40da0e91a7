import static dev.backplane.layers.core.activation.Activations.relu;

import com.sun.management.ThreadMXBean;
import dev.backplane.Backplane;
import dev.backplane.Training;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.convolution.Convolution2d;
import dev.backplane.layers.convolution.MaxPooling2d;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.Reshape;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.metric.Accuracy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Many training steps of the model of fashion-mnist-mlp (or -cnn), in which nothing may grow and no
 * step may allocate. Arguments: the number of steps, the number of threads, mlp or cnn. The exit
 * code is 1 where something grew, with what did.
 *
 * <p>Allocation is exact: the bytes that the training's threads allocate while an epoch lasts, by
 * the JVM's own count. Less than one byte a step is demanded, so that an object in every sixteenth
 * step would show; nothing at all is usual, but for now and then a method that the JVM throws out
 * of its compiled code and interprets for a moment. What an epoch begins with (the order of its
 * examples, its figures set to zero) is measured beside it.
 *
 * <p>Before that the Flight Recorder looks at the steps of an epoch and has to see no object at
 * all. It is given a few epochs, for the same reason; it names each object, and the place.
 */
public final class Soak {
  private static final int BATCH = 64;
  private static final int STEPS_OF_EPOCH = 500;

  /** Batches that are gathered ahead, and more: what the end of an epoch has to do with. */
  private static final int MARGIN = 20;

  private static final int WARM_UP = 60_000;
  private static final int RECORDED_EPOCHS = 5;
  private static final long HEAP_GROWTH = 1 << 20;
  private static final long RESIDENT_GROWTH = 16 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** What the process is made of. */
  private record Vitals(long heap, long resident, TreeSet<String> threads) {
    static Vitals now() {
      System.gc();
      System.gc();
      var runtime = Runtime.getRuntime();
      var threads = new TreeSet<String>();
      Thread.getAllStackTraces().keySet().forEach(thread -> threads.add(thread.getName()));
      return new Vitals(runtime.totalMemory() - runtime.freeMemory(), residentNow(), threads);
    }

    private static long residentNow() {
      try (var lines = Files.lines(Path.of("/proc/self/status"))) {
        var line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    @Override
    public String toString() {
      return String.format(
          "heap %.2f MiB, resident %.1f MiB, %d threads",
          heap / 1048576.0, resident / 1048576.0, threads.size());
    }
  }

  public static void main(String[] arguments) {
    long steps = Long.parseLong(arguments[0]);
    int threads = Integer.parseInt(arguments[1]);
    var complaints = new ArrayList<String>();
    try (var backplane = Backplane.start()) {
      var model = model(arguments[2]);
      try (var training =
          backplane
              .trainer(model, new SparseCategoricalCrossEntropy(), new Adam(1e-3))
              .metrics(new Accuracy())
              .open(
                  new Patterns().shuffle(1).batch(BATCH),
                  backplane.device("cpu").threads(threads))) {
        soak(training, steps, complaints);
      }
    }
    complaints.forEach(complaint -> IO.println("complaint: " + complaint));
    IO.println(complaints.isEmpty() ? "done" : "failed");
    System.exit(complaints.isEmpty() ? 0 : 1);
  }

  private static Sequential model(String name) {
    return switch (name) {
      case "mlp" -> Sequential.of(new Flatten(), new Dense(128, relu()), new Dense(10));
      case "cnn" ->
          Sequential.of(
              new Reshape(Shape.of(28, 28, 1)),
              new Convolution2d(32, 3, relu()),
              new MaxPooling2d(2),
              new Flatten(),
              new Dense(10));
      default -> throw new IllegalArgumentException("expected mlp or cnn, found " + name);
    };
  }

  private static void soak(Training training, long steps, List<String> complaints) {
    warmUp(training, complaints);
    lookAtObjects(training, complaints);
    var before = Vitals.now();
    IO.println("after " + training.steps() + " steps, warm: " + before);
    long epochs = Math.max(1, steps / STEPS_OF_EPOCH);
    var allocated = new TreeMap<String, Long>();
    long total = THREADS.getTotalThreadAllocatedBytes();
    for (int tenth = 0; tenth < 10; tenth++) {
      epochs(training, (tenth + 1) * epochs / 10 - tenth * epochs / 10, allocated);
      IO.println("after " + training.steps() + " steps: " + Vitals.now());
    }
    total = THREADS.getTotalThreadAllocatedBytes() - total;
    IO.println("allocated within epochs, by thread: " + allocated);
    IO.println(
        "allocated in all, these measurements and each epoch's beginning included: "
            + total / epochs
            + " bytes an epoch");
    IO.println("loss " + training.metrics().get("loss"));
    compare(before, Vitals.now(), complaints);
    if (sum(allocated) >= epochs * STEPS_OF_EPOCH) {
      complaints.add("steps allocated: " + allocated);
    }
  }

  /**
   * Runs until an epoch allocates less than a byte a step. Kernels of the Vector API allocate until
   * the JVM's last compiler has taken them, which is a matter of how often they have run.
   */
  private static void warmUp(Training training, List<String> complaints) {
    var allocated = new TreeMap<String, Long>();
    do {
      if (training.steps() >= WARM_UP) {
        complaints.add("still allocating after " + training.steps() + " steps: " + allocated);
        return;
      }
      allocated.clear();
      epochs(training, 1, allocated);
      IO.println("step " + training.steps() + ": allocated by thread: " + allocated);
    } while (sum(allocated) >= STEPS_OF_EPOCH || training.steps() < 4 * STEPS_OF_EPOCH);
  }

  private static void lookAtObjects(Training training, List<String> complaints) {
    var seen = List.<String>of();
    for (int epoch = 0; epoch < RECORDED_EPOCHS; epoch++) {
      run(training, MARGIN);
      int steps = STEPS_OF_EPOCH - 2 * MARGIN;
      seen = FlightRecord.of(() -> run(training, steps), Soak::isTrainer);
      run(training, MARGIN);
      IO.println("the Flight Recorder saw in " + steps + " steps: " + seen.size() + " allocations");
      seen.forEach(IO::println);
      if (seen.isEmpty()) {
        return;
      }
    }
    complaints.add("steps allocated objects: " + seen);
  }

  private static long sum(TreeMap<String, Long> allocated) {
    return allocated.values().stream().mapToLong(bytes -> bytes).sum();
  }

  /** Runs whole epochs; adds what was allocated between their first and their last steps. */
  private static void epochs(Training training, long count, TreeMap<String, Long> allocated) {
    var ids = new long[0];
    for (long epoch = 0; epoch < count; epoch++) {
      run(training, MARGIN);
      ids = trainers();
      var before = THREADS.getThreadAllocatedBytes(ids);
      run(training, STEPS_OF_EPOCH - 2 * MARGIN);
      var after = THREADS.getThreadAllocatedBytes(ids);
      for (int i = 0; i < ids.length; i++) {
        if (after[i] < 0) {
          continue; // it has ended, as the one that warms kernels up does
        }
        // The array of the first answer is this thread's too.
        long own = ids[i] == Thread.currentThread().threadId() ? overhead(ids) : 0;
        long bytes = after[i] - before[i] - own;
        if (bytes != 0) {
          var thread = THREADS.getThreadInfo(ids[i]);
          allocated.merge(thread == null ? "ended" : thread.getThreadName(), bytes, Long::sum);
        }
      }
      run(training, MARGIN);
    }
  }

  private static void run(Training training, int steps) {
    for (int i = 0; i < steps; i++) {
      training.step();
    }
  }

  /** What measuring itself allocates on this thread, measured by doing nothing in between. */
  private static long overhead(long[] ids) {
    var before = THREADS.getThreadAllocatedBytes(ids);
    var after = THREADS.getThreadAllocatedBytes(ids);
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] == Thread.currentThread().threadId()) {
        return after[i] - before[i];
      }
    }
    throw new IllegalStateException("this thread is not among those measured");
  }

  /** This thread and Backplane's own. */
  private static long[] trainers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> isTrainer(thread.getName()))
        .mapToLong(Thread::threadId)
        .toArray();
  }

  private static boolean isTrainer(String thread) {
    return thread.equals("main") || thread.startsWith("backplane-");
  }

  private static void compare(Vitals before, Vitals after, List<String> complaints) {
    if (after.heap() - before.heap() > HEAP_GROWTH) {
      complaints.add("the heap has grown: " + before + ", then " + after);
    }
    if (after.resident() - before.resident() > RESIDENT_GROWTH) {
      complaints.add("memory has grown: " + before + ", then " + after);
    }
    var threads = new TreeSet<>(after.threads());
    threads.removeAll(before.threads());
    if (!threads.isEmpty()) {
      complaints.add("threads have come: " + threads);
    }
  }

  /** Pictures of stripes, ten kinds of them, made when they are asked for. */
  private static final class Patterns implements Examples {
    @Override
    public int size() {
      return BATCH * STEPS_OF_EPOCH;
    }

    @Override
    public List<Feature> inputs() {
      return List.of(
          new Feature("image", TensorType.of(DType.U8, 28, 28), DType.F32, 1.0 / 255, 0));
    }

    @Override
    public List<Feature> targets() {
      return List.of(new Feature("label", TensorType.of(DType.U8), DType.I32, 1, 0));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < count; i++) {
        int row = rows[from + i];
        int label = row % 10;
        if (field == 1) {
          target.set(ValueLayout.JAVA_BYTE, i, (byte) label);
          continue;
        }
        for (int pixel = 0; pixel < 784; pixel++) {
          int noise = (row * 31 + pixel * 17) % 64;
          int stripe = pixel % 28 / (label + 1) % 2 * 128;
          target.set(ValueLayout.JAVA_BYTE, 784L * i + pixel, (byte) (stripe + noise));
        }
      }
    }
  }
}
