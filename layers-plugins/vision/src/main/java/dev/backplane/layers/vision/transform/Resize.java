package dev.backplane.layers.vision.transform;

/**
 * Another size, by bilinear interpolation between the centres of pixels. Where the picture becomes
 * smaller the triangle is as wide as the step, so that nothing is left out (PyTorch's {@code
 * interpolate(mode="bilinear", antialias=True)}, PIL's {@code BILINEAR}).
 *
 * @param height rows
 * @param width columns
 */
public record Resize(int height, int width) implements ImageTransform {
  /** Checks the size. */
  public Resize {
    Checks.atLeastOne("Resize height", height);
    Checks.atLeastOne("Resize width", width);
  }

  @Override
  public Pixels.Size size(Pixels.Size size) {
    return new Pixels.Size(height, width, size.channels());
  }

  @Override
  public void apply(Pixels from, Pixels to, Dice dice) {
    var size = from.size();
    for (int row = 0; row < height; row++) {
      double y = centre(row, size.height(), height);
      for (int column = 0; column < width; column++) {
        double x = centre(column, size.width(), width);
        for (int c = 0; c < size.channels(); c++) {
          to.values()[to.index(row, column) + c] = (float) at(from, y, x, c);
        }
      }
    }
  }

  private static double centre(int at, int from, int to) {
    return (at + 0.5) * from / to;
  }

  private static double reach(int from, int to) {
    return Math.max(1, from / (double) to);
  }

  private double at(Pixels from, double y, double x, int channel) {
    var size = from.size();
    double reachY = reach(size.height(), height);
    double reachX = reach(size.width(), width);
    int firstRow = first(y, reachY);
    int lastRow = last(y, reachY, size.height());
    int firstColumn = first(x, reachX);
    int lastColumn = last(x, reachX, size.width());
    double sum = 0;
    double weights = 0;
    for (int row = firstRow; row < lastRow; row++) {
      double rowWeight = 1 - Math.abs(row + 0.5 - y) / reachY;
      for (int column = firstColumn; rowWeight > 0 && column < lastColumn; column++) {
        double weight = rowWeight * Math.max(0, 1 - Math.abs(column + 0.5 - x) / reachX);
        sum += weight * from.values()[from.index(row, column) + channel];
        weights += weight;
      }
    }
    return sum / weights;
  }

  private static int first(double centre, double reach) {
    return (int) Math.max(0, Math.floor(centre - reach));
  }

  private static int last(double centre, double reach, int length) {
    return (int) Math.min(length, Math.ceil(centre + reach));
  }
}
