package dev.backplane.layers.vision.transform;

/**
 * A picture while it is worked on: values [height, width, channels], row by row. Mutable and used
 * again and again, so that a pipeline allocates nothing; one thread at a time.
 */
public final class Pixels {
  private float[] values = {};
  private Size size = new Size(0, 0, 0);

  /**
   * The size of a picture.
   *
   * @param height rows
   * @param width columns
   * @param channels values of a pixel: 1 for grey, 3 for red, green, blue
   */
  public record Size(int height, int width, int channels) {
    /** How many values. */
    public int values() {
      return height * width * channels;
    }

    /** Rows × columns × channels. */
    @Override
    public String toString() {
      return height + " × " + width + " × " + channels;
    }
  }

  /** An empty picture, to be given a size. */
  public Pixels() {}

  /** Takes a size, and more memory where it needs it. What the values are then is not said. */
  public Pixels resized(Size size) {
    if (values.length < size.values()) {
      values = new float[size.values()];
    }
    this.size = size;
    return this;
  }

  /** Its size. */
  public Size size() {
    return size;
  }

  /** The values themselves, row by row; more memory than the picture has may be behind them. */
  public float[] values() {
    return values;
  }

  /** Where a pixel's first value is. */
  public int index(int row, int column) {
    return (row * size.width() + column) * size.channels();
  }
}
