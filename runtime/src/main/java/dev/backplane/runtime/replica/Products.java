package dev.backplane.runtime.replica;

import dev.backplane.graph.Value;
import dev.backplane.op.Convolution;
import dev.backplane.op.Dot;
import java.util.List;
import java.util.stream.IntStream;

/** Dot and Convolution with a divided operand. */
final class Products {
  private Products() {}

  static List<Share> dot(Sharing s, Dot dot) {
    boolean left = s.axis(0) >= 0;
    int axis = left ? s.axis(0) : s.axis(1);
    var batch = left ? dot.leftBatch() : dot.rightBatch();
    var contract = left ? dot.leftContract() : dot.rightContract();
    var otherBatch = left ? dot.rightBatch() : dot.leftBatch();
    var otherContract = left ? dot.rightContract() : dot.leftContract();
    int own = left ? 0 : 1;
    int other = 1 - own;
    if (batch.contains(axis)) {
      int at = batch.indexOf(axis);
      return in(s, dot, own, s.part(own, axis), s.part(other, otherBatch.get(at)), at);
    }
    if (contract.contains(axis)) {
      int at = contract.indexOf(axis);
      var product = in(s, dot, own, s.part(own, axis), s.part(other, otherContract.get(at)), -1);
      return s.summed(product.getFirst().value());
    }
    // A free axis: the result is divided along it, and needs all of the other operand.
    int place = batch.size() + free(axis, batch, contract);
    if (!left) {
      place += s.shape(0).rank() - dot.leftBatch().size() - dot.leftContract().size();
    }
    return in(s, dot, own, s.part(own, axis), s.whole(other), place);
  }

  /** How many free axes are before one. */
  private static int free(int axis, List<Integer> batch, List<Integer> contract) {
    return (int)
        IntStream.range(0, axis).filter(a -> !batch.contains(a) && !contract.contains(a)).count();
  }

  private static List<Share> in(Sharing s, Dot dot, int own, Value value, Value other, int axis) {
    return own == 0 ? s.one(dot, axis, value, other) : s.one(dot, axis, other, value);
  }

  /** By images, or by what is added up: the images, in the gradient of a kernel. */
  static List<Share> convolution(Sharing s, Convolution op) {
    boolean images = s.axis(0) == op.input().batch() && op.batchGroups() == 1;
    if (images) {
      return s.one(op, op.output().batch(), s.part(0, op.input().batch()), s.whole(1));
    }
    boolean features = s.axis(0) == op.input().feature() || s.axis(1) == op.kernel().feature();
    if (features && op.featureGroups() == 1 && op.batchGroups() == 1) {
      var input = s.part(0, op.input().feature());
      return s.summed(s.written(op, input, s.part(1, op.kernel().feature())));
    }
    return s.everywhere();
  }
}
