package dev.backplane.layers.vision.transform;

/**
 * Moved by whole pixels, each distance as likely; what comes in from outside is 0.
 *
 * @param rows how far up or down at most
 * @param columns how far left or right at most
 */
public record Shift(int rows, int columns) implements ImageTransform {
  /** Checks the distances. */
  public Shift {
    Checks.notNegative("Shift rows", rows);
    Checks.notNegative("Shift columns", columns);
  }

  @Override
  public void apply(Pixels from, Pixels to, Dice dice) {
    var size = from.size();
    int down = dice.nextInt(-rows, rows + 1);
    int right = dice.nextInt(-columns, columns + 1);
    java.util.Arrays.fill(to.values(), 0, size.values(), 0);
    int first = Math.max(0, right);
    int columnsLeft = size.width() - Math.abs(right);
    for (int row = Math.max(0, down); row < Math.min(size.height(), size.height() + down); row++) {
      if (columnsLeft > 0) {
        System.arraycopy(
            from.values(),
            from.index(row - down, first - right),
            to.values(),
            to.index(row, first),
            columnsLeft * size.channels());
      }
    }
  }
}
