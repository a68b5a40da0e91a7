package dev.backplane.layers.vision.transform;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A step of a pipeline: one picture becomes another. A record whose components are its settings;
 * thread-safe.
 */
@ConsumerType
public interface ImageTransform {
  /**
   * The size that comes out.
   *
   * @throws IllegalArgumentException if a picture of that size does not fit, saying what would
   */
  default Pixels.Size size(Pixels.Size size) {
    return size;
  }

  /**
   * Whether what comes out is no longer a value from 0 to 255, so that it is to be stored as f32.
   */
  default boolean real() {
    return false;
  }

  /**
   * Makes the picture.
   *
   * @param from the picture, not to be changed
   * @param to another one, of the size that {@link #size} says; every value is to be written
   * @param dice all that is random
   */
  void apply(Pixels from, Pixels to, Dice dice);
}
