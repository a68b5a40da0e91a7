package dev.backplane.layers.attention;

import dev.backplane.op.Attributes;
import dev.backplane.op.OpDefinition;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * The op {@code attention}: softmax(scale · q · kᵀ) · v for each head (Vaswani et al., 2017).
 * Operands: q [batch, heads, queries, size], k [batch, heads, keys, size], v [batch, heads, keys,
 * size'], and where it is masked which keys are real, bool [batch, keys]. Result: [batch, heads,
 * queries, size']. A query that may see no key gets 0. Attributes: causal, masked, scale, block.
 *
 * @param causal whether a query sees only keys up to its own position; both end together
 * @param masked whether there is a mask
 * @param scale of the products
 * @param block how many keys are looked at in one turn; 0 for all, whose weights are then stored
 */
record AttentionOp(boolean causal, boolean masked, double scale, int block)
    implements OpDefinition {
  /** Above so many keys the weights are never stored. */
  static final int LONG = 512;

  private static final int BLOCK = 128;

  static AttentionOp of(boolean causal, boolean masked, double scale, int keys) {
    return new AttentionOp(causal, masked, scale, keys > LONG ? BLOCK : 0);
  }

  Optional<Tensor> mask(List<Tensor> operands) {
    return masked ? Optional.of(operands.get(3)) : Optional.empty();
  }

  @Override
  public String name() {
    return "attention";
  }

  @Override
  public Attributes attributes() {
    return Attributes.none()
        .with("causal", causal)
        .with("masked", masked)
        .with("scale", scale)
        .with("block", block);
  }

  @Override
  public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
    return List.of(form().forward(scope, operands).getFirst());
  }

  @Override
  public Optional<OwnGradient> gradient() {
    return Optional.of(form());
  }

  private OwnGradient form() {
    return block == 0 ? new WholeAttention(this) : new BlockedAttention(this);
  }
}
