package dev.backplane.layers.attention;

import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.activation.Linear;
import dev.backplane.layers.core.initializer.Distribution;
import dev.backplane.layers.core.initializer.Glorot;
import dev.backplane.layers.core.regularizer.None;
import dev.backplane.nn.Draw;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.nn.Layer;
import dev.backplane.op.Compare;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every step takes from other steps what it looks for, in several heads side by side (Vaswani et
 * al., 2017). Inputs, one to three:
 *
 * <ol>
 *   <li>x [batch, steps, units]: who looks. Alone it looks at itself, at the steps that {@link
 *       Forward#mask()} says are real.
 *   <li>memory [batch, keys, …]: what x looks at instead (cross attention).
 *   <li>which steps of the memory are real: bool [batch, keys]; without it all are.
 * </ol>
 *
 * <p>Result: [batch, steps, units]. A step that may look at nothing gets the output's bias.
 * Children, each a {@link Dense} of kernel [in, units] and bias [units]: {@code query}, {@code
 * key}, {@code value}, {@code output}; head h has the units h · size … (h + 1) · size - 1 of the
 * first three, size = units / heads. (PyTorch's {@code in_proj_weight} [3 · units, units] holds the
 * transposed kernels of query, key and value one under the other.)
 *
 * <p>The heart of it is the op {@code attention}. Above 512 keys it never stores the weights of all
 * keys for all queries but goes over blocks of keys; to drop weights while training they are stored
 * at any length.
 *
 * <ul>
 *   <li>C1: x and memory are floating [batch, steps, units] of one batch.
 *   <li>C2: the heads divide the units of x.
 *   <li>C3: a mask is bool [batch, steps].
 * </ul>
 *
 * @param heads the number of heads
 * @param causal whether a step sees only itself and those before it
 * @param dropout the share of weights that is dropped while training
 * @param rotary turns queries and keys by their positions
 * @param bias whether the four products have a bias
 * @param kernel the first value of the four kernels; query, key and value are drawn as parts of one
 *     [in, 3 · units], as in PyTorch, so that Glorot's are narrower than if each stood alone
 */
public record MultiHeadAttention(
    int heads,
    boolean causal,
    double dropout,
    Optional<RotaryPositions> rotary,
    boolean bias,
    Initializer kernel)
    implements Layer {
  private static final String NAME = "MultiHeadAttention";

  /** Checks heads and dropout. */
  public MultiHeadAttention {
    Sequences.atLeastOne(NAME, "heads", heads);
    Sequences.share(NAME, "dropout", dropout);
  }

  /** Sees everything, drops nothing, with bias, Glorot-uniform. */
  public MultiHeadAttention(int heads) {
    this(heads, false, 0, Optional.empty(), true, new Glorot(Distribution.UNIFORM));
  }

  /** The same layer, each step seeing only itself and those before it. */
  public MultiHeadAttention withCausality() {
    return new MultiHeadAttention(heads, true, dropout, rotary, bias, kernel);
  }

  /** The same layer, dropping weights while it trains. */
  public MultiHeadAttention dropout(double dropout) {
    return new MultiHeadAttention(heads, causal, dropout, rotary, bias, kernel);
  }

  /** The same layer with rotary positions of period 10,000. */
  public MultiHeadAttention withRotaryPositions() {
    var positions = Optional.of(new RotaryPositions());
    return new MultiHeadAttention(heads, causal, dropout, positions, bias, kernel);
  }

  /** The same layer without biases. */
  public MultiHeadAttention withoutBias() {
    return new MultiHeadAttention(heads, causal, dropout, rotary, false, kernel);
  }

  @Override
  public Tensors apply(Forward forward, Tensors inputs) {
    var x = inputs.get(0);
    var memory = inputs.size() > 1 ? inputs.get(1) : x;
    requireSizes(x, memory);
    var mask =
        switch (inputs.size()) {
          case 1 -> forward.mask();
          case 2 -> Optional.<Tensor>empty();
          case 3 -> Optional.of(inputs.get(2));
          default ->
              throw new ShapeException(
                  NAME + " C1: expected x, memory and its mask, found " + inputs.types());
        };
    mask.ifPresent(real -> Sequences.requireMask(NAME + " C3", memory, real));
    int units = x.shape().last();
    var query = turned(projected(forward, "query", units, x));
    var key = turned(projected(forward, "key", units, memory));
    var value = projected(forward, "value", units, memory);
    var operands = new ArrayList<>(List.of(heads(query), heads(key), heads(value)));
    mask.ifPresent(operands::add);
    var taken = attended(forward, operands, memory.shape().dimension(1), mask.isPresent());
    return Tensors.of(output(forward, taken));
  }

  /** The heads' keys and values of a memory, [batch, heads, keys, size] each, to be kept. */
  Tensors remember(Forward forward, int units, Tensor memory) {
    return Tensors.of(
        heads(turned(projected(forward, "key", units, memory))),
        heads(projected(forward, "value", units, memory)));
  }

  /** x [batch, steps, units] with remembered keys and values, of which the mask tells the real. */
  Tensor look(Forward forward, Tensor x, Tensors remembered, Optional<Tensor> mask) {
    var query = heads(turned(projected(forward, "query", x.shape().last(), x)));
    return looked(forward, query, remembered, mask);
  }

  /**
   * One step behind those that are remembered.
   *
   * @param x [batch, 1, units]
   * @param remembered keys and values [batch, heads, longest, size], real before the position
   * @param position of the step, an i32 scalar
   * @return what the step gives, [batch, 1, units], then the keys and values with its own
   */
  Tensors step(Forward forward, Tensor x, Tensors remembered, Tensor position) {
    int units = x.shape().last();
    int longest = remembered.get(0).shape().dimension(2);
    var query = heads(turnedAt(projected(forward, "query", units, x), longest, position));
    var key = heads(turnedAt(projected(forward, "key", units, x), longest, position));
    var value = heads(projected(forward, "value", units, x));
    var keys = put(remembered.get(0), key, position);
    var values = put(remembered.get(1), value, position);
    var places = TensorType.of(DType.I32, x.shape().dimension(0), longest);
    var real = Ops.iota(forward.scope(), places, 1).compare(Compare.Direction.LE, position);
    return Tensors.of(
        looked(forward, query, Tensors.of(keys, values), Optional.of(real)), keys, values);
  }

  private Tensor looked(Forward forward, Tensor query, Tensors remembered, Optional<Tensor> mask) {
    var operands = new ArrayList<>(List.of(query, remembered.get(0), remembered.get(1)));
    mask.ifPresent(operands::add);
    double scale = 1 / Math.sqrt(query.shape().last());
    int keys = remembered.get(0).shape().dimension(2);
    var op = AttentionOp.of(false, mask.isPresent(), scale, keys);
    return output(forward, forward.scope().apply(op, operands).getFirst());
  }

  /** x [batch, 1, heads, size] turned as the step at a position. */
  private Tensor turnedAt(Tensor x, int longest, Tensor position) {
    return rotary
        .map(
            positions ->
                RotaryPositions.turn(
                    x,
                    positions.tables(x, longest).stream()
                        .map(table -> Positions.row(table, position))
                        .toList()))
        .orElse(x);
  }

  /** All remembered, with one more at a position of axis 2. */
  private static Tensor put(Tensor remembered, Tensor one, Tensor position) {
    var zero = Ops.like(position, 0);
    return remembered.apply(new DynamicUpdateSlice(), one, zero, zero, position, zero);
  }

  private Tensor attended(Forward forward, List<Tensor> operands, int keys, boolean masked) {
    double scale = 1 / Math.sqrt(operands.getFirst().shape().last());
    if (forward.training() && dropout > 0) {
      var whole = new WholeAttention(new AttentionOp(causal, masked, scale, 0));
      var weights = new Dropout(dropout).apply(forward, whole.weights(operands));
      return WholeAttention.values(weights, operands.get(2));
    }
    var op = AttentionOp.of(causal, masked, scale, keys);
    return forward.scope().apply(op, operands).getFirst();
  }

  private void requireSizes(Tensor x, Tensor memory) {
    Sequences.require(NAME, x);
    Sequences.require(NAME, memory);
    if (x.shape().dimension(0) != memory.shape().dimension(0)) {
      throw new ShapeException(
          NAME
              + " C1: expected x and memory of one batch, found "
              + x.type()
              + " and "
              + memory.type());
    }
    if (x.shape().last() % heads != 0) {
      throw new ShapeException(
          NAME + " C2: expected units that " + heads + " heads divide, found " + x.type());
    }
  }

  private Dense product(int units, Initializer first) {
    return new Dense(units, new Linear(), bias, first, new None());
  }

  /** The kernel of query, key or value: a third of one that would serve all three. */
  private Tensor third(Draw draw, Shape shape) {
    int units = shape.last();
    var whole = kernel.apply(draw, Shape.of(shape.dimension(0), 3 * units));
    return whole.slice(1, 0, units);
  }

  /** x through one of the first three products: [batch, steps, heads, size]. */
  private Tensor projected(Forward forward, String name, int units, Tensor x) {
    var y = forward.child(name, product(units, this::third), x);
    return y.reshape(y.shape().dimension(0), y.shape().dimension(1), heads, units / heads);
  }

  /** What was taken, [batch, heads, steps, size], through the last product. */
  private Tensor output(Forward forward, Tensor taken) {
    var shape = taken.shape();
    int units = heads * shape.last();
    var joined = taken.transpose(0, 2, 1, 3).reshape(shape.dimension(0), shape.dimension(2), units);
    return forward.child("output", product(units, kernel), joined);
  }

  private Tensor turned(Tensor x) {
    return rotary.map(positions -> positions.apply(x)).orElse(x);
  }

  /** [batch, steps, heads, size] with the heads in front of the steps. */
  private static Tensor heads(Tensor x) {
    return x.transpose(0, 2, 1, 3);
  }
}
