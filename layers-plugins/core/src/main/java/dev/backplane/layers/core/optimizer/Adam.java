package dev.backplane.layers.core.optimizer;

import dev.backplane.layers.core.schedule.Constant;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
import dev.backplane.nn.Update;
import dev.backplane.op.Compare;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/**
 * Adam (Kingma and Ba, 2015): w ← w - rate · m̂ / (√v̂ + epsilon), with bias-corrected moving
 * averages of gradient and square.
 *
 * @param rate the learning rate
 * @param beta1 decay of the mean
 * @param beta2 decay of the mean square
 * @param epsilon keeps the divisor from zero
 */
public record Adam(Schedule rate, double beta1, double beta2, double epsilon) implements Optimizer {
  /** Far above what is subnormal in f32 and bf16, far below what any step could show. */
  private static final double VANISHING = 0x1p-100;

  /** Checks the hyper-parameters. */
  public Adam {
    Hyper.share("Adam beta1", beta1);
    Hyper.share("Adam beta2", beta2);
    Hyper.positive("Adam epsilon", epsilon);
  }

  /** A constant rate, beta1 0.9, beta2 0.999, epsilon 1e-8. */
  public Adam(double rate) {
    this(new Constant(rate));
  }

  /** beta1 0.9, beta2 0.999, epsilon 1e-8. */
  public Adam(Schedule rate) {
    this(rate, 0.9, 0.999, 1e-8);
  }

  @Override
  public Tensor apply(Update update) {
    return update.parameter().sub(change(update, rate, beta1, beta2, epsilon));
  }

  /** The corrections are scalars, so that an element costs one square root and one division. */
  static Tensor change(Update update, Schedule rate, double beta1, double beta2, double epsilon) {
    var mean = settled(update.slot("mean").lerp(update.gradient(), 1 - beta1));
    var square = settled(update.slot("square").lerp(update.gradient().square(), 1 - beta2));
    update.keep("mean", mean).keep("square", square);
    var scale = update.rate(rate).div(update.debias(beta1));
    var inverseRoot = Ops.like(mean, 1).div(update.debias(beta2).sqrt());
    return mean.mul(scale).div(square.sqrt().mul(inverseRoot).add(epsilon));
  }

  /**
   * Zero where an average has all but vanished. The average of what has no gradient any more, such
   * as the weights of a pixel that is always black or of a unit that no example excites, shrinks
   * until it is subnormal, and stays there, rounded up again and again; and a processor may take
   * several times as long for numbers like that.
   */
  private static Tensor settled(Tensor average) {
    var zero = Ops.like(average, 0);
    var vanishes =
        Ops.unary(Unary.Kind.ABS, average)
            .compare(Compare.Direction.LT, Ops.like(average, VANISHING));
    return Ops.where(vanishes, zero, average);
  }
}
