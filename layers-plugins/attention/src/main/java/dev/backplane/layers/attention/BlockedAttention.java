package dev.backplane.layers.attention;

import dev.backplane.op.Compare;
import dev.backplane.op.OpDefinition.OwnGradient;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attention that goes over the keys block by block, with the running maximum and sum of each query
 * (Rabe and Staats, 2021; Dao et al., 2022): memory grows with queries plus keys, not with their
 * product. The gradient keeps one number for each query, the logarithm of the sum of its powers,
 * and computes the weights of a block again.
 */
record BlockedAttention(AttentionOp op) implements OwnGradient {
  private int blocks(Tensor k) {
    return Math.ceilDiv(k.shape().dimension(2), op.block());
  }

  /** [batch, heads, keys, size] to [blocks, batch, heads, block, size], filled up with zeros. */
  private Tensor cut(Tensor x) {
    int block = op.block();
    int missing = blocks(x) * block - x.shape().dimension(2);
    var type = x.type().withShape(x.shape().with(2, missing));
    var whole = missing == 0 ? x : Ops.concatenate(2, List.of(x, Ops.fill(x.scope(), type, 0)));
    var shape = x.shape();
    return whole
        .reshape(shape.dimension(0), shape.dimension(1), blocks(x), block, shape.last())
        .transpose(2, 0, 1, 3, 4);
  }

  /** The inverse of {@link #cut}. */
  private static Tensor join(Tensor cut, int keys) {
    var shape = cut.shape();
    return cut.transpose(1, 2, 0, 3, 4)
        .reshape(shape.dimension(1), shape.dimension(2), -1, shape.last())
        .slice(2, 0, keys);
  }

  /** What a block is besides its keys and values: first positions [blocks], and its mask. */
  private List<Tensor> places(List<Tensor> operands) {
    var k = operands.get(1);
    int block = op.block();
    var places = new ArrayList<Tensor>();
    places.add(Ops.iota(k.scope(), TensorType.of(DType.I32, blocks(k)), 0).mul(block));
    op.mask(operands)
        .ifPresent(
            mask -> {
              int batch = mask.shape().dimension(0);
              int missing = blocks(k) * block - k.shape().dimension(2);
              var rest = Ops.fill(k.scope(), TensorType.of(DType.BOOL, batch, missing), 0);
              var whole = missing == 0 ? mask : Ops.concatenate(1, List.of(mask, rest));
              places.add(whole.reshape(batch, blocks(k), block).transpose(1, 0, 2));
            });
    return places;
  }

  /** Which keys of a block are seen; the zeros behind the last key are not. */
  private Optional<Tensor> visible(Tensor q, int keys, List<Tensor> places) {
    var first = places.getFirst();
    var mask = op.masked() ? Optional.of(places.get(1)) : Optional.<Tensor>empty();
    if (mask.isEmpty() && keys % op.block() != 0) {
      var scope = q.scope();
      var position = Ops.iota(scope, TensorType.of(DType.I32, op.block()), 0).add(first);
      var real = position.compare(Compare.Direction.LT, Ops.like(position, keys));
      int batch = q.shape().dimension(0);
      mask = Optional.of(real.broadcastTo(real.shape().prepend(batch)));
    }
    int queries = q.shape().dimension(2);
    return Scores.visible(q.scope(), op.causal(), queries, keys, first, op.block(), mask);
  }

  @Override
  public List<Tensor> forward(Scope scope, List<Tensor> operands) {
    var q = operands.get(0);
    var v = operands.get(2);
    int keys = v.shape().dimension(2);
    var dtype = q.dtype().accumulator();
    var row = new TensorType(dtype, q.shape().without(List.of(3)));
    var carries =
        Tensors.of(
            Ops.fill(scope, row, Scores.UNSEEN),
            Ops.fill(scope, row, 0),
            Ops.fill(scope, row.withShape(row.shape().append(v.shape().last())), 0));
    var scanned = new ArrayList<>(List.of(cut(operands.get(1)), cut(v)));
    scanned.addAll(places(operands));
    int slices = 3 + scanned.size();
    var last =
        Ops.scan(
            carries,
            new Tensors(scanned),
            Tensors.of(q.mul(op.scale())),
            false,
            x -> turn(x.list().subList(0, 3), x.list().subList(3, slices), x.get(slices), keys));
    var sum = Scores.notZero(last.get(1));
    var result = last.get(2).div(Ops.expand(sum, -1)).cast(v.dtype());
    return List.of(result, last.get(0).add(sum.log()));
  }

  /** One block: maximum, sum of powers and sum of values, all three so far. */
  private Tensors turn(List<Tensor> carries, List<Tensor> slices, Tensor q, int keys) {
    var visible = visible(q, keys, slices.subList(2, slices.size()));
    var scores = Scores.where(visible, Scores.product(q, 3, slices.get(0), 3), Scores.UNSEEN);
    var maximum = carries.get(0).maximum(scores.max(-1));
    var powers = Scores.where(visible, scores.sub(Ops.expand(maximum, -1)).exp(), 0);
    var shrunk = carries.get(0).sub(maximum).exp();
    var v = slices.get(1);
    return Tensors.of(
        maximum,
        carries.get(1).mul(shrunk).add(powers.sum(-1)),
        carries
            .get(2)
            .mul(Ops.expand(shrunk, -1))
            .add(Scores.product(powers.cast(v.dtype()), 3, v, 2)));
  }

  @Override
  public List<Tensor> backward(
      Scope scope,
      List<Tensor> operands,
      List<Tensor> results,
      List<Tensor> residuals,
      List<Tensor> cotangents) {
    var q = operands.get(0);
    var k = operands.get(1);
    var v = operands.get(2);
    int keys = k.shape().dimension(2);
    var dtype = q.dtype().accumulator();
    var g = cotangents.getFirst();
    var along = g.cast(dtype).mul(results.getFirst().cast(dtype)).sum(-1);
    var scanned = new ArrayList<>(List.of(cut(k), cut(v)));
    scanned.addAll(places(operands));
    int slices = 1 + scanned.size();
    var given =
        Ops.scan(
            Tensors.of(Ops.fill(scope, q.type().withDType(dtype), 0)),
            new Tensors(scanned),
            Tensors.of(q.mul(op.scale()), g, residuals.getFirst(), along),
            false,
            x -> turnBack(x.get(0), x.list().subList(1, slices), rest(x, slices), keys));
    return List.of(
        given.get(0).mul(op.scale()).cast(q.dtype()),
        join(given.get(1), keys).cast(k.dtype()),
        join(given.get(2), keys).cast(v.dtype()));
  }

  private static List<Tensor> rest(Tensors x, int from) {
    return x.list().subList(from, x.size());
  }

  /** One block: the sum of the queries' gradient so far, the gradients of its keys and values. */
  private Tensors turnBack(Tensor sum, List<Tensor> slices, List<Tensor> invariants, int keys) {
    var k = slices.get(0);
    var q = invariants.get(0);
    var g = invariants.get(1);
    var visible = visible(q, keys, slices.subList(2, slices.size()));
    var shifted = Scores.product(q, 3, k, 3).sub(Ops.expand(invariants.get(2), -1));
    var weights = Scores.where(visible, shifted.exp(), 0);
    var scores =
        weights
            .mul(Scores.product(g, 3, slices.get(1), 3).sub(Ops.expand(invariants.get(3), -1)))
            .cast(q.dtype());
    return Tensors.of(
        sum.add(Scores.product(scores, 3, k, 2)),
        Scores.product(scores, 2, q, 2),
        Scores.product(weights.cast(g.dtype()), 2, g, 2));
  }
}
