package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.contraction.BlockedProduct;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.internal.OneDnn;
import dev.backplane.backend.cpu.internal.Primitive;
import dev.backplane.backend.cpu.movement.StridedCopy;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.contraction.MatrixProduct;
import dev.backplane.kit.contraction.MatrixView;
import dev.backplane.op.Dot;
import dev.backplane.op.Precision;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A {@link Dot}, with the bias that is added to it where there is one. oneDNN multiplies f32 and
 * bf16; everything else, and what it has only a reference implementation for, is ours. An operand
 * whose axes do not collapse into rows and columns is transposed into scratch memory first.
 */
final class Contraction implements Planned {
  private final Value left;
  private final Value right;
  private final Optional<Value> bias;
  private final Value result;
  private final int nodes;
  private final MatrixProduct product;
  private final Optional<OneDnn.Matmul> matmul;
  private final BlockedProduct blocked;
  private final Target target;

  private Contraction(
      Node node,
      Optional<Value> bias,
      Value result,
      int nodes,
      MatrixProduct product,
      Optional<OneDnn.Matmul> matmul,
      BlockedProduct blocked,
      Target target) {
    left = node.operands().getFirst();
    right = node.operands().get(1);
    this.bias = bias;
    this.result = result;
    this.nodes = nodes;
    this.product = product;
    this.matmul = matmul;
    this.blocked = blocked;
    this.target = target;
  }

  /**
   * Plans a contraction.
   *
   * @param bias a row that is added to every row of the product
   * @param result what is written: the node's result, or the sum with the bias
   * @param nodes how many nodes of the graph this covers
   */
  static Contraction of(
      Node node,
      Dot dot,
      Optional<Value> bias,
      Value result,
      int nodes,
      Precision precision,
      boolean vectors,
      Target target) {
    var left = node.operands().getFirst().type();
    var right = node.operands().get(1).type();
    var product = MatrixProduct.of(dot, left, right);
    boolean bf16 = dot.precision() == Precision.BF16 || precision == Precision.BF16;
    var matmul = oneDnn(product, left.dtype(), dot.result(), bias.isPresent(), bf16, target);
    var blocked =
        new BlockedProduct(product, left.dtype(), dot.result(), bias.isPresent(), vectors);
    return new Contraction(node, bias, result, nodes, product, matmul, blocked, target);
  }

  private static Optional<OneDnn.Matmul> oneDnn(
      MatrixProduct product,
      DType operands,
      DType result,
      boolean bias,
      boolean bf16,
      Target target) {
    boolean multiplies =
        switch (operands) {
          case F32, BF16 -> true;
          case F64, F16, I64, I32, I8, U32, U8, BOOL -> false;
        };
    boolean empty =
        product.batch() == 0 || product.m() == 0 || product.n() == 0 || product.k() == 0;
    // oneDNN multiplies bf16 in pairs: behind an odd k it reads the next row's first element
    // against
    // a zero, and an infinity there makes a NaN.
    boolean unpaired = operands == DType.BF16 && product.k() % 2 == 1;
    if (!multiplies || empty || unpaired) {
      return Optional.empty();
    }
    return target
        .oneDnn()
        .matmul(
            new OneDnn.Product(
                operands,
                result,
                product.batch(),
                product.m(),
                product.n(),
                product.k(),
                strides(product.left()),
                strides(product.right()),
                bias,
                bf16 && operands == DType.F32));
  }

  private static OneDnn.Strides strides(MatrixView view) {
    return new OneDnn.Strides(view.batchStride(), view.rowStride(), view.columnStride());
  }

  @Override
  public String name() {
    return bias.isPresent() ? "Dot+bias" : "Dot";
  }

  @Override
  public String implementation() {
    return matmul.map(OneDnn.Matmul::implementation).orElseGet(blocked::implementation);
  }

  @Override
  public int nodes() {
    return nodes;
  }

  @Override
  public List<Value> reads() {
    var reads = new ArrayList<>(List.of(left, right));
    bias.ifPresent(reads::add);
    return reads;
  }

  @Override
  public List<Value> writes() {
    return List.of(result);
  }

  @Override
  public boolean inPlace(int write, int read) {
    return false;
  }

  @Override
  public long scratchBytes() {
    return copyBytes() + matmul.map(OneDnn.Matmul::scratchBytes).orElseGet(blocked::scratchBytes);
  }

  private long copyBytes() {
    return copyBytes(product.left(), left.type()) + copyBytes(product.right(), right.type());
  }

  private static long copyBytes(MatrixView view, TensorType type) {
    return view.needsCopy() ? type.bytes() + Libc.ALIGNMENT - 1 & -Libc.ALIGNMENT : 0;
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    var before = new ArrayList<Bound>();
    long at = scratch;
    long leftAt = reads[0];
    if (product.left().needsCopy()) {
      before.add(transpose(product.left(), left.type(), leftAt, at));
      leftAt = at;
      at += copyBytes(product.left(), left.type());
    }
    long rightAt = reads[1];
    if (product.right().needsCopy()) {
      before.add(transpose(product.right(), right.type(), rightAt, at));
      rightAt = at;
      at += copyBytes(product.right(), right.type());
    }
    long biasAt = bias.isPresent() ? reads[2] : 0;
    var multiply = multiply(leftAt, rightAt, biasAt, writes[0], at);
    return before.isEmpty() ? multiply : new Sequence(before.toArray(Bound[]::new), multiply);
  }

  private Bound multiply(long leftAt, long rightAt, long biasAt, long to, long scratch) {
    if (matmul.isEmpty()) {
      return _ -> blocked.run(leftAt, rightAt, biasAt, to, scratch);
    }
    return new MatmulCall(
        matmul.get().bind(target.stream(0), leftAt, rightAt, biasAt, to, scratch));
  }

  private static Bound transpose(MatrixView view, TensorType type, long from, long to) {
    var strides = type.shape().strides();
    var permuted = view.permutation().stream().mapToLong(axis -> strides[axis]).toArray();
    var dimensions = view.permutation().stream().map(axis -> type.shape().dimension(axis)).toList();
    var dense = new dev.backplane.tensor.Shape(dimensions).strides();
    var copy = StridedCopy.of(type.dtype().bytes(), dimensions, permuted, dense);
    return _ -> copy.run(from, to);
  }

  @Override
  public void close() {
    matmul.ifPresent(OneDnn.Matmul::close);
  }

  private record MatmulCall(Primitive.Call call) implements Bound {
    @Override
    public void run(int part) {
      call.run();
    }

    @Override
    public void close() {
      call.close();
    }
  }

  private record Sequence(Bound[] before, Bound last) implements Bound {
    @Override
    public void run(int part) {
      for (var each : before) {
        each.run(part);
      }
      last.run(part);
    }

    @Override
    public void close() {
      last.close();
    }
  }
}
