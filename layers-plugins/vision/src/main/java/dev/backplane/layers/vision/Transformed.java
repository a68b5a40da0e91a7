package dev.backplane.layers.vision;

import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.vision.transform.ImageTransform;
import dev.backplane.layers.vision.transform.Pixels;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Examples whose pictures, the first input, go through transforms on their way into a batch. What
 * is drawn for a picture depends on seed, epoch and the picture's index alone: the same seed gives
 * the same batches on however many threads, in whatever order, and after a resume. Pictures of a
 * batch are worked on in parallel; a training gathers its batches ahead, so that this happens
 * beside the steps.
 *
 * <p>Pictures are stored as u8 or f32, [height, width] or [height, width, channels]. They stay u8,
 * rounded and clamped, unless a transform gives {@linkplain ImageTransform#real other values}.
 */
public final class Transformed implements Examples {
  private final Examples examples;
  private final List<ImageTransform> transforms;
  private final long seed;
  private final int epoch;
  private final Pixels.Size from;
  private final Feature image;
  private final int threads;

  /** Those who work on a batch, while nobody uses them. */
  private final AtomicReference<@Nullable Crew> idle;

  /**
   * Examples through transforms, on as many threads as the host has processors.
   *
   * @param seed of all that is drawn
   * @throws IllegalArgumentException if the first input is no picture, or of a size that a
   *     transform does not take
   */
  public static Transformed of(Examples examples, long seed, List<ImageTransform> transforms) {
    return new Transformed(
        examples,
        List.copyOf(transforms),
        seed,
        0,
        Runtime.getRuntime().availableProcessors(),
        new AtomicReference<>());
  }

  private Transformed(
      Examples examples,
      List<ImageTransform> transforms,
      long seed,
      int epoch,
      int threads,
      AtomicReference<@Nullable Crew> idle) {
    this.examples = examples;
    this.transforms = transforms;
    this.seed = seed;
    this.epoch = epoch;
    this.threads = threads;
    this.idle = idle;
    var stored = examples.inputs().getFirst();
    from = size(stored);
    image = image(stored);
  }

  /** The same on another number of threads, 1 or more; the pictures do not depend on it. */
  public Transformed threads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected 1 or more, found " + threads);
    }
    return new Transformed(examples, transforms, seed, epoch, threads, new AtomicReference<>());
  }

  @Override
  public Transformed epoch(int epoch) {
    return new Transformed(examples.epoch(epoch), transforms, seed, epoch, threads, idle);
  }

  private static Pixels.Size size(Feature feature) {
    var shape = feature.shape();
    var dtype = feature.stored().dtype();
    boolean picture = shape.rank() == 2 || shape.rank() == 3;
    if (!picture || (dtype != DType.U8 && dtype != DType.F32)) {
      throw new IllegalArgumentException(
          "transforms: expected the first input to be a picture, u8 or f32 [height, width] or"
              + " [height, width, channels], found "
              + feature.name()
              + " "
              + feature.stored());
    }
    return new Pixels.Size(
        shape.dimension(0), shape.dimension(1), shape.rank() == 3 ? shape.dimension(2) : 1);
  }

  private Feature image(Feature stored) {
    var size = from;
    boolean real = false;
    for (var transform : transforms) {
      size = transform.size(size);
      real |= transform.real();
    }
    var shape =
        stored.shape().rank() == 2
            ? Shape.of(size.height(), size.width())
            : Shape.of(size.height(), size.width(), size.channels());
    return real
        ? Feature.of(stored.name(), new TensorType(DType.F32, shape))
        : new Feature(
            stored.name(),
            stored.stored().withShape(shape),
            stored.presented(),
            stored.scale(),
            stored.offset());
  }

  @Override
  public int size() {
    return examples.size();
  }

  @Override
  public List<Feature> inputs() {
    var inputs = new ArrayList<>(examples.inputs());
    inputs.set(0, image);
    return List.copyOf(inputs);
  }

  @Override
  public List<Feature> targets() {
    return examples.targets();
  }

  @Override
  public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
    if (field != 0) {
      examples.gather(field, rows, from, count, target);
      return;
    }
    var kept = idle.getAndSet(null);
    var crew = kept != null ? kept : new Crew(threads, this.from, examples, transforms, image);
    crew.work(examples, seed, epoch, rows, from, count, target);
    idle.set(crew);
  }

  /** The number of examples and what happens to them. */
  @Override
  public String toString() {
    return size() + " examples through " + transforms;
  }
}
