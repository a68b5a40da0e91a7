package dev.backplane.layers.vision.transform;

/**
 * Turned about the middle, each angle as likely, by bilinear interpolation; what comes in from
 * outside is 0.
 *
 * @param degrees how far at most, in either direction
 */
public record Rotate(double degrees) implements ImageTransform {
  /** Checks the angle. */
  public Rotate {
    Checks.that(degrees >= 0 && degrees <= 180, "Rotate degrees", "0 to 180", degrees);
  }

  @Override
  public void apply(Pixels from, Pixels to, Dice dice) {
    turn(from, to, Math.toRadians((2 * dice.nextDouble() - 1) * degrees));
  }

  /** Turns counter-clockwise by an angle in radians. */
  static void turn(Pixels from, Pixels to, double angle) {
    var size = from.size();
    double cosine = Math.cos(angle);
    double sine = Math.sin(angle);
    double middleY = (size.height() - 1) / 2.0;
    double middleX = (size.width() - 1) / 2.0;
    for (int row = 0; row < size.height(); row++) {
      for (int column = 0; column < size.width(); column++) {
        double dy = row - middleY;
        double dx = column - middleX;
        double y = middleY + sine * dx + cosine * dy;
        double x = middleX + cosine * dx - sine * dy;
        int top = (int) Math.floor(y);
        int left = (int) Math.floor(x);
        for (int c = 0; c < size.channels(); c++) {
          double above = between(from, top, left, x - left, c);
          double below = between(from, top + 1, left, x - left, c);
          to.values()[to.index(row, column) + c] = (float) (above + (below - above) * (y - top));
        }
      }
    }
  }

  private static double between(Pixels from, int row, int left, double share, int channel) {
    return value(from, row, left, channel) * (1 - share)
        + value(from, row, left + 1, channel) * share;
  }

  private static double value(Pixels from, int row, int column, int channel) {
    var size = from.size();
    boolean within = row >= 0 && row < size.height() && column >= 0 && column < size.width();
    return within ? from.values()[from.index(row, column) + channel] : 0;
  }
}
