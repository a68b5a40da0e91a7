package dev.backplane.runtime.gradient;

import dev.backplane.graph.Value;
import dev.backplane.op.Convolution;
import dev.backplane.op.Convolution.Layout;
import dev.backplane.op.Dot;
import dev.backplane.op.Reverse;
import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The gradients of Dot and Convolution: contractions of the cotangent with the other operand. They
 * compute in the dtype of the result, so that low precision rounds once, at the end.
 */
final class Contractions {
  private Contractions() {}

  static void dot(Dot dot, Pullback p) {
    if (p.wants(0)) {
      p.give(0, operand(dot, p, true));
    }
    if (p.wants(1)) {
      p.give(1, operand(dot, p, false));
    }
  }

  /**
   * The cotangent of one operand: d contracted with the other operand over the other's free axes.
   * Of the two orders in which the contraction can be written, one that leaves the axes where the
   * operand has them is taken, if there is one; then nothing is transposed.
   */
  private static Value operand(Dot dot, Pullback p, boolean left) {
    var e = p.emit;
    var d = p.cotangent();
    var other = e.convert(p.operand(left ? 1 : 0), dot.result());
    var batch = left ? dot.leftBatch() : dot.rightBatch();
    var contract = left ? dot.leftContract() : dot.rightContract();
    var otherBatch = left ? dot.rightBatch() : dot.leftBatch();
    var otherContract = left ? dot.rightContract() : dot.leftContract();
    var free = free(p.shape(left ? 0 : 1).rank(), batch, contract);
    var otherFree = free(other.type().shape().rank(), otherBatch, otherContract);
    int batches = batch.size();
    int otherAt = left ? batches + free.size() : batches;
    var dBatch = Emitter.axes(batches);
    var dContract = IntStream.range(otherAt, otherAt + otherFree.size()).boxed().toList();
    // The axes of this operand in the order in which the contraction leaves them: batch, then d's
    // rest, which is free here, then the other's rest, which was contracted; or the latter two
    // exchanged.
    var rest = otherContract.stream().sorted().map(a -> at(contract, otherContract, a)).toList();
    var dFirst = concat(batch, free, rest);
    var otherFirst = concat(batch, rest, free);
    boolean exchange = !Emitter.isIdentity(dFirst) && (Emitter.isIdentity(otherFirst) || !left);
    var product =
        exchange
            ? e.apply(
                new Dot(otherBatch, dBatch, otherFree, dContract, dot.result(), dot.precision()),
                other,
                d)
            : e.apply(
                new Dot(dBatch, otherBatch, dContract, otherFree, dot.result(), dot.precision()),
                d,
                other);
    var placed = e.transpose(product, Emitter.inverse(exchange ? otherFirst : dFirst));
    return e.convert(placed, p.type(left ? 0 : 1).dtype());
  }

  private static int at(List<Integer> contract, List<Integer> otherContract, int otherAxis) {
    return contract.get(otherContract.indexOf(otherAxis));
  }

  private static List<Integer> free(int rank, List<Integer> batch, List<Integer> contract) {
    var free = new ArrayList<>(Emitter.axes(rank));
    free.removeAll(batch);
    free.removeAll(contract);
    return free;
  }

  @SafeVarargs
  private static List<Integer> concat(List<Integer>... lists) {
    var all = new ArrayList<Integer>();
    for (var list : lists) {
      all.addAll(list);
    }
    return all;
  }

  /*
   * With stride s, window dilation r, base dilation b and low padding l, position o of the result
   * reads at window element w the input element i for which i·b = o·s + w·r - l. Both gradients are
   * that equation solved for the other index, once more as a convolution.
   */

  static void convolution(Convolution c, Pullback p) {
    if (p.cotangent().type().shape().size() == 0) {
      return;
    }
    if (p.wants(0)) {
      p.give(0, input(c, p));
    }
    if (p.wants(1)) {
      p.give(1, kernel(c, p));
    }
  }

  /** o·s = i·b + w'·r + l - (size-1)·r, where w' counts the window from behind. */
  private static Value input(Convolution c, Pullback p) {
    var e = p.emit;
    int groups = Math.max(c.featureGroups(), c.batchGroups());
    var k = c.kernel();
    var kernel = e.convert(p.operand(1), c.result());
    kernel = moveGroups(e, kernel, groups, k.batch(), k.feature());
    kernel = k.spatial().isEmpty() ? kernel : e.apply(new Reverse(k.spatial()), kernel);
    var windows = new ArrayList<Window>();
    for (int i = 0; i < c.windows().size(); i++) {
      windows.add(
          transposed(
              c.windows().get(i),
              p.shape(0).dimension(c.input().spatial().get(i)),
              p.result().type().shape().dimension(c.output().spatial().get(i))));
    }
    var back =
        new Convolution(
            windows,
            c.output(),
            new Layout(k.feature(), k.batch(), k.spatial()),
            c.input(),
            groups,
            1,
            c.result(),
            c.precision());
    var pulled = e.apply(back, p.cotangent(), kernel);
    if (c.batchGroups() > 1) {
      pulled = moveGroups(e, pulled, groups, c.input().feature(), c.input().batch());
    }
    return e.convert(pulled, p.type(0).dtype());
  }

  /**
   * The window that takes a result of the given number of positions back to the dimension it came
   * from.
   */
  static Window transposed(Window w, int dimension, int positions) {
    int low = w.extent() - 1 - w.low();
    int dilated = (positions - 1) * w.stride() + 1;
    int padded = dimension == 0 ? 0 : (dimension - 1) * w.baseDilation() + w.extent();
    return new Window(
        w.size(), w.baseDilation(), low, padded - low - dilated, w.stride(), w.windowDilation());
  }

  /**
   * i·b = w·r + o·s - l: the input under the cotangent as a window, batch and features exchanged.
   */
  private static Value kernel(Convolution c, Pullback p) {
    var e = p.emit;
    var windows = new ArrayList<Window>();
    for (int i = 0; i < c.windows().size(); i++) {
      var w = c.windows().get(i);
      int dimension = p.shape(0).dimension(c.input().spatial().get(i));
      int positions = p.result().type().shape().dimension(c.output().spatial().get(i));
      int dilated = dimension == 0 ? 0 : (dimension - 1) * w.baseDilation() + 1;
      int padded = (w.size() - 1) * w.windowDilation() + (positions - 1) * w.stride() + 1;
      windows.add(
          new Window(
              positions,
              w.windowDilation(),
              w.low(),
              padded - dilated - w.low(),
              w.baseDilation(),
              w.stride()));
    }
    var back =
        new Convolution(
            windows,
            exchanged(c.input()),
            exchanged(c.output()),
            exchanged(c.kernel()),
            c.batchGroups(),
            c.featureGroups(),
            c.result(),
            c.precision());
    var input = e.convert(p.operand(0), c.result());
    return e.convert(e.apply(back, input, p.cotangent()), p.type(1).dtype());
  }

  private static Layout exchanged(Layout layout) {
    return new Layout(layout.feature(), layout.batch(), layout.spatial());
  }

  /** Splits groups off the front of one axis and puts them in front of another. */
  private static Value moveGroups(Emitter e, Value x, int groups, int from, int to) {
    if (groups == 1) {
      return x;
    }
    var shape = x.type().shape();
    var split = new ArrayList<>(shape.dimensions());
    split.set(from, shape.dimension(from) / groups);
    split.add(from, groups);
    var order = new ArrayList<>(Emitter.axes(split.size()));
    order.remove((Integer) from);
    int target = to < from ? to : to + 1;
    order.add(order.indexOf(target), from);
    var merged = new ArrayList<>(shape.dimensions());
    merged.set(from, shape.dimension(from) / groups);
    merged.set(to, shape.dimension(to) * groups);
    var apart = e.reshape(x, new Shape(split));
    return e.reshape(e.transpose(apart, order), new Shape(merged));
  }
}
