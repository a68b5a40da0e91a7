package dev.backplane.layers.audio.ctc;

import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Dot;
import dev.backplane.op.Pad;
import dev.backplane.op.Precision;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * What the paths of one batch run through: labels with a blank before, between and behind them, S =
 * 2·L + 1 states, and which states one may skip to. Logarithms of f32 throughout; what is
 * impossible is -1e30, which unlike infinity can be subtracted from itself.
 *
 * @param blank the class that says nothing
 * @param classes how many classes
 * @param labels i32 [batch, L]
 * @param lengths i32 [batch]: labels of each example
 * @param frames i32 [batch]: frames of each example
 */
record Trellis(int blank, int classes, Tensor labels, Tensor lengths, Tensor frames) {
  static final double IMPOSSIBLE = -1e30;

  int states() {
    return 2 * labels.shape().dimension(1) + 1;
  }

  /** The class of each state: i32 [batch, S]. */
  private Tensor classesOfStates() {
    return labels.apply(
        new Pad(List.of(0, 1), List.of(0, 1), List.of(0, 1)), Ops.like(labels, blank));
  }

  /** 1 where the class is the state's: f32 [batch, S, classes]. */
  Tensor oneHot() {
    return Ops.oneHot(classesOfStates(), classes, DType.F32);
  }

  /** 0 where a path may come from two states before, else impossible: f32 [batch, S]. */
  Tensor skips() {
    var here = classesOfStates();
    var before = shifted(here, 2, blank);
    var may =
        Ops.binary(
            Binary.Kind.AND,
            here.compare(Compare.Direction.NE, Ops.like(here, blank)),
            here.compare(Compare.Direction.NE, before));
    var none = Ops.fill(labels.scope(), new TensorType(DType.F32, here.shape()), 0);
    return Ops.where(may, none, Ops.like(none, IMPOSSIBLE));
  }

  /** Before the first frame: 0 in the first state. */
  Tensor begin() {
    return reachable(stateNumbers().compare(Compare.Direction.EQ, Ops.like(labels, 0)));
  }

  /** Behind the last frame: 0 in the last two states of each example, where it has two. */
  Tensor end() {
    var last = Ops.expand(lengths.mul(2), 1);
    var state = stateNumbers();
    return reachable(
        Ops.binary(
            Binary.Kind.OR,
            state.compare(Compare.Direction.EQ, last),
            state.compare(Compare.Direction.EQ, last.sub(1))));
  }

  private Tensor stateNumbers() {
    var shape = Shape.of(labels.shape().dimension(0), states());
    return Ops.iota(labels.scope(), new TensorType(DType.I32, shape), 1);
  }

  private static Tensor reachable(Tensor where) {
    var zero = Ops.fill(where.scope(), new TensorType(DType.F32, where.shape()), 0);
    return Ops.where(where, zero, Ops.like(zero, IMPOSSIBLE));
  }

  /**
   * Whether an example can be asked for at all: labels of known classes that are no blanks, no more
   * of them than there is room for, no more frames than there are. bool [batch].
   */
  Tensor valid(int steps) {
    int most = labels.shape().dimension(1);
    var place = Ops.iota(labels.scope(), labels.type(), 1);
    var unused = place.compare(Compare.Direction.GE, Ops.expand(lengths, 1));
    var known =
        and(within(labels, classes - 1), labels.compare(NOT_EQUAL, Ops.like(labels, blank)));
    var right = Ops.reduce(Combiner.AND, Ops.binary(Binary.Kind.OR, unused, known), 1);
    return and(right, and(within(lengths, most), within(frames, steps)));
  }

  private static final Compare.Direction NOT_EQUAL = Compare.Direction.NE;

  private static Tensor within(Tensor x, int most) {
    return and(
        x.compare(Compare.Direction.GE, Ops.like(x, 0)),
        x.compare(Compare.Direction.LE, Ops.like(x, most)));
  }

  private static Tensor and(Tensor x, Tensor y) {
    return Ops.binary(Binary.Kind.AND, x, y);
  }

  /** What each state says of each frame: [batch, T, classes] → [T, batch, S]. */
  static Tensor ofStates(Tensor ofClasses, Tensor oneHot) {
    return product(ofClasses, oneHot, 2).transpose(1, 0, 2);
  }

  /** The sum over the states of each class: [T, batch, S] → [batch, T, classes]. */
  static Tensor ofClasses(Tensor ofStates, Tensor oneHot) {
    return product(ofStates.transpose(1, 0, 2), oneHot, 1);
  }

  private static Tensor product(Tensor x, Tensor oneHot, int contracted) {
    return x.apply(
        new Dot(List.of(0), List.of(0), List.of(2), List.of(contracted), DType.F32, Precision.FULL),
        oneHot);
  }

  /**
   * Forward in time: how likely each state is after each frame, with all that came before.
   *
   * @param emissions f32 [T, batch, S]
   * @return the last frame's [batch, S], then all [T, batch, S]
   */
  Tensors forward(Tensor emissions) {
    var steps = new TensorType(DType.I32, Shape.of(emissions.shape().dimension(0)));
    return Ops.scan(
        Tensors.of(begin()),
        Tensors.of(emissions, Ops.iota(labels.scope(), steps, 0)),
        Tensors.of(skips(), Ops.expand(frames, 1)),
        false,
        body -> {
          var alpha = body.get(0);
          var stepped =
              sum(
                      alpha,
                      shifted(alpha, 1, IMPOSSIBLE),
                      shifted(alpha, 2, IMPOSSIBLE).add(body.get(3)))
                  .add(body.get(1));
          var active = body.get(2).compare(Compare.Direction.LT, body.get(4));
          var next = Ops.where(active, stepped, alpha);
          return Tensors.of(next, next);
        });
  }

  /**
   * Backward in time: how likely it is that a path is in a state at a frame.
   *
   * @param emissions f32 [T, batch, S]
   * @param alphas what {@link #forward} stacked
   * @param total f32 [batch]: the logarithm of all paths' probability
   * @return f32 [T, batch, S], 0 behind an example's frames
   */
  Tensor occupancy(Tensor emissions, Tensor alphas, Tensor total) {
    var steps = new TensorType(DType.I32, Shape.of(emissions.shape().dimension(0)));
    return Ops.scan(
            Tensors.of(end()),
            Tensors.of(emissions, alphas, Ops.iota(labels.scope(), steps, 0)),
            Tensors.of(skips(), Ops.expand(frames, 1), Ops.expand(total, 1)),
            true,
            body -> {
              var rest = body.get(0);
              var active = body.get(3).compare(Compare.Direction.LT, body.get(5));
              var likely = body.get(2).add(rest).sub(body.get(6)).exp();
              var from = rest.add(body.get(1));
              var before =
                  sum(
                      from,
                      shifted(from, -1, IMPOSSIBLE),
                      shifted(from.add(body.get(4)), -2, IMPOSSIBLE));
              return Tensors.of(
                  Ops.where(active, before, rest), Ops.where(active, likely, Ops.like(likely, 0)));
            })
        .get(1);
  }

  /** ln(e^x + e^y + e^z). */
  private static Tensor sum(Tensor x, Tensor y, Tensor z) {
    var most = x.maximum(y).maximum(z);
    return most.add(x.sub(most).exp().add(y.sub(most).exp()).add(z.sub(most).exp()).log());
  }

  /** ln of the sum of e^x over the last axis. */
  static Tensor sum(Tensor x) {
    var most = x.max(-1);
    return most.add(x.sub(Ops.expand(most, -1)).exp().sum(-1).log());
  }

  /** [batch, S] moved towards higher states by so many, filled with a number. */
  private static Tensor shifted(Tensor x, int by, double fill) {
    return x.apply(new Pad(List.of(0, by), List.of(0, -by), List.of(0, 0)), Ops.like(x, fill));
  }
}
