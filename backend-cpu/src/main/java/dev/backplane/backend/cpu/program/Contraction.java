package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.contraction.BlockedProduct;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.internal.OneDnn;
import dev.backplane.backend.cpu.internal.PackedMatmul;
import dev.backplane.backend.cpu.internal.Primitive;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.contraction.MatrixProduct;
import dev.backplane.kit.contraction.MatrixView;
import dev.backplane.op.Dot;
import dev.backplane.op.Precision;
import dev.backplane.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * A {@link Dot}, with the bias that is added to it where there is one. oneDNN multiplies f32 and
 * bf16; everything else, and what it has only a reference implementation for, is ours. It is
 * divided by the matrices of the batch, or the rows of the one there is.
 */
final class Contraction implements Planned {
  private final Value left;
  private final Value right;
  private final Optional<Value> bias;
  private final Value result;
  private final List<Node> nodes;
  private final MatrixProduct product;
  private final Division division;
  private final List<Part> parts;
  private final Target target;

  /** The product of a part: oneDNN's, perhaps of a packed operand, or ours. */
  private record Part(
      Optional<OneDnn.Matmul> matmul,
      Optional<BlockedProduct> blocked,
      Optional<PackedMatmul> packed) {
    static Part ofPacked(PackedMatmul packed) {
      return new Part(Optional.of(packed.matmul()), Optional.empty(), Optional.of(packed));
    }

    void close() {
      packed.ifPresentOrElse(PackedMatmul::close, () -> matmul.ifPresent(OneDnn.Matmul::close));
    }

    String implementation() {
      return matmul
          .map(each -> each.implementation() + (packed.isPresent() ? "+packed" : ""))
          .orElseGet(() -> blocked.orElseThrow().implementation());
    }

    /** What packing takes: the packed operand, and behind it what bringing it there needs. */
    long packedBytes() {
      return packed
          .map(each -> Libc.aligned(each.bytes()) + Libc.aligned(each.packing().scratchBytes()))
          .orElse(0L);
    }

    long scratchBytes() {
      return matmul
          .map(OneDnn.Matmul::scratchBytes)
          .orElseGet(() -> blocked.orElseThrow().scratchBytes());
    }
  }

  private Contraction(
      Node node,
      Optional<Value> bias,
      Value result,
      List<Node> nodes,
      MatrixProduct product,
      Division division,
      List<Part> parts,
      Target target) {
    left = node.operands().getFirst();
    right = node.operands().get(1);
    this.bias = bias;
    this.result = result;
    this.nodes = nodes;
    this.product = product;
    this.division = division;
    this.parts = parts;
    this.target = target;
  }

  /**
   * Plans a contraction whose operands' axes collapse into rows and columns: see {@link Operands}.
   *
   * @param packable whether the right operand may be {@link #packings packed} first
   * @param bias a row that is added to every row of the product
   * @param result what is written: the node's result, or the sum with the bias
   * @param nodes the nodes of the graph that this covers
   */
  static Contraction of(
      Node node,
      boolean packable,
      Optional<Value> bias,
      Value result,
      List<Node> nodes,
      Precision precision,
      Forms forms,
      Target target) {
    var dot = (Dot) node.op();
    var left = node.operands().getFirst().type();
    var right = node.operands().get(1).type();
    var product = MatrixProduct.of(dot, left, right);
    if (product.left().needsCopy() || product.right().needsCopy()) {
      throw new IllegalArgumentException(node + ": its operands are no rows and columns");
    }
    var division =
        Division.of(
            product.batch() > 1 ? product.batch() : product.m(),
            isEmpty(product) ? 1 : target.parts());
    boolean bf16 = dot.precision() == Precision.BF16 || precision == Precision.BF16;
    boolean packs =
        packable && product.batch() == 1 && left.dtype() == DType.F32 && !bf16 && !isEmpty(product);
    var parts =
        packs ? packed(product, division, dot.result(), bias.isPresent(), target) : List.<Part>of();
    if (parts.isEmpty()) {
      parts =
          parts(
              division,
              rows -> {
                var part = part(product, rows, division);
                var matmul =
                    oneDnn(part, left.dtype(), dot.result(), bias.isPresent(), bf16, target);
                return new Part(
                    matmul,
                    matmul.isPresent()
                        ? Optional.empty()
                        : Optional.of(
                            new BlockedProduct(
                                part, left.dtype(), dot.result(), bias.isPresent(), forms)),
                    Optional.empty());
              });
    }
    return new Contraction(node, bias, result, nodes, product, division, parts, target);
  }

  /** Parts of as many rows share one product; there are at most two numbers of rows. */
  private static List<Part> parts(Division division, LongFunction<Part> make) {
    var known = new HashMap<Long, Part>();
    var parts = new ArrayList<Part>();
    for (int i = 0; i < division.parts(); i++) {
      parts.add(known.computeIfAbsent(division.count(i), make::apply));
    }
    return parts;
  }

  /** Products of a packed right operand; none where one of them has none. */
  private static List<Part> packed(
      MatrixProduct product, Division division, DType result, boolean bias, Target target) {
    var found = new HashMap<Long, PackedMatmul>();
    for (int i = 0; i < division.parts(); i++) {
      long rows = division.count(i);
      if (!found.containsKey(rows)) {
        var asked = asked(part(product, rows, division), DType.F32, result, bias, false);
        target.oneDnn().packed(asked).ifPresent(packed -> found.put(rows, packed));
        if (!found.containsKey(rows)) {
          found.values().forEach(PackedMatmul::close);
          return List.of();
        }
      }
    }
    return parts(division, rows -> Part.ofPacked(Objects.requireNonNull(found.get(rows))));
  }

  private static boolean isEmpty(MatrixProduct product) {
    return product.batch() == 0 || product.m() == 0 || product.n() == 0 || product.k() == 0;
  }

  private static MatrixProduct part(MatrixProduct product, long rows, Division division) {
    if (division.parts() == 1) {
      return product;
    }
    return product.batch() > 1
        ? new MatrixProduct(
            rows, product.m(), product.n(), product.k(), product.left(), product.right())
        : new MatrixProduct(1, rows, product.n(), product.k(), product.left(), product.right());
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
    // oneDNN multiplies bf16 in pairs: behind an odd k it reads the next row's first element
    // against
    // a zero, and an infinity there makes a NaN.
    boolean unpaired = operands == DType.BF16 && product.k() % 2 == 1;
    if (!multiplies || isEmpty(product) || unpaired) {
      return Optional.empty();
    }
    return target.oneDnn().matmul(asked(product, operands, result, bias, bf16));
  }

  private static OneDnn.Product asked(
      MatrixProduct product, DType operands, DType result, boolean bias, boolean bf16) {
    return new OneDnn.Product(
        operands,
        result,
        product.batch(),
        product.m(),
        product.n(),
        product.k(),
        strides(product.left()),
        strides(product.right()),
        bias,
        bf16 && operands == DType.F32);
  }

  private static OneDnn.Strides strides(MatrixView view) {
    return new OneDnn.Strides(view.batchStride(), view.rowStride(), view.columnStride());
  }

  @Override
  public String name() {
    return bias.isPresent() ? "Dot+bias" : "Dot";
  }

  @Override
  public List<Cold> cold() {
    return parts.stream()
        .flatMap(part -> part.blocked().stream())
        .distinct()
        .flatMap(product -> product.cold().stream())
        .toList();
  }

  @Override
  public String implementation() {
    // Parts of other sizes have products of their own, each in the form that it runs in.
    return parts.stream().map(Part::implementation).distinct().collect(Collectors.joining(" and "));
  }

  @Override
  public List<Node> nodes() {
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
  public int parts() {
    return division.parts();
  }

  @Override
  public Span read(int read, int part) {
    var whole = Span.all(reads().get(read));
    if (division.parts() == 1 || read == 2) {
      return whole;
    }
    if (read == 0) {
      return rows(whole, product.left(), product.m(), product.k(), left.type().dtype(), part);
    }
    return product.batch() > 1
        ? rows(whole, product.right(), product.k(), product.n(), right.type().dtype(), part)
        : whole;
  }

  /** The bytes of an operand's rows, or of its matrices; all of it where they are interleaved. */
  private Span rows(Span whole, MatrixView view, long rows, long columns, DType dtype, int part) {
    long step = product.batch() > 1 ? view.batchStride() : view.rowStride();
    long extent = product.batch() > 1 ? rows * columns : columns;
    return step == extent ? division.span(part, step * dtype.bytes()) : whole;
  }

  @Override
  public Span written(int write, int part) {
    return division.parts() == 1 ? Span.all(result) : division.span(part, resultRowBytes());
  }

  private long resultRowBytes() {
    long columns = product.batch() > 1 ? product.m() * product.n() : product.n();
    return columns * result.type().dtype().bytes();
  }

  @Override
  public long scratchBytes() {
    return parts.stream().mapToLong(Contraction::padded).sum();
  }

  @Override
  public Span scratch(int part) {
    if (division.parts() == 1) {
      return new Span(0, scratchBytes());
    }
    long first = parts.subList(0, part).stream().mapToLong(Contraction::padded).sum();
    return new Span(first, first + padded(parts.get(part)));
  }

  private static long padded(Part part) {
    return Libc.aligned(part.scratchBytes());
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    long biasAt = bias.isPresent() ? reads[2] : 0;
    long at = scratch;
    var products = new Bound[parts.size()];
    for (int part = 0; part < products.length; part++) {
      long first = division.from(part);
      long leftFirst = reads[0] + first * step(product.left()) * left.type().dtype().bytes();
      long rightFirst =
          product.batch() > 1
              ? reads[1] + first * product.right().batchStride() * right.type().dtype().bytes()
              : reads[1] + packedAt(part);
      long to = writes[0] + first * resultRowBytes();
      products[part] = multiply(part, leftFirst, rightFirst, biasAt, to, at);
      at += padded(parts.get(part));
    }
    return products.length == 1 ? products[0] : new Products(products);
  }

  /** Where the packed operand of a part lies behind the first one's. */
  private long packedAt(int part) {
    return parts.subList(0, part).stream().mapToLong(Part::packedBytes).sum();
  }

  @Override
  public List<Packing> packings() {
    return parts.getFirst().packed().isPresent() ? List.of(new Packed()) : List.of();
  }

  /** Packs the right operand, for each part. */
  private final class Packed implements Packing {
    @Override
    public Value operand() {
      return right;
    }

    @Override
    public int parts() {
      return parts.size();
    }

    @Override
    public long bytes() {
      return packedAt(parts.size());
    }

    @Override
    public Bound bind(long from, long to) {
      var calls = new Bound[parts.size()];
      for (int part = 0; part < calls.length; part++) {
        var packed = parts.get(part).packed().orElseThrow();
        long place = to + packedAt(part);
        long scratch = place + Libc.aligned(packed.bytes());
        calls[part] = new OneCall(packed.packing().bind(target.stream(part), scratch, from, place));
      }
      return new Products(calls);
    }
  }

  private long step(MatrixView view) {
    return product.batch() > 1 ? view.batchStride() : view.rowStride();
  }

  private Bound multiply(int part, long leftAt, long rightAt, long biasAt, long to, long scratch) {
    var matmul = parts.get(part).matmul();
    if (matmul.isEmpty()) {
      var blocked = parts.get(part).blocked().orElseThrow();
      return _ -> blocked.run(leftAt, rightAt, biasAt, to, scratch);
    }
    var stream = target.stream(part);
    return new OneCall(matmul.get().bind(stream, leftAt, rightAt, biasAt, to, scratch));
  }

  @Override
  public void close() {
    parts.stream().distinct().forEach(Part::close);
  }

  private record OneCall(Primitive.Call call) implements Bound {
    @Override
    public void run(int part) {
      call.run();
    }

    @Override
    public void close() {
      call.close();
    }
  }

  /** The call of each part. */
  private record Products(Bound[] products) implements Bound {
    @Override
    public void run(int part) {
      products[part].run(part);
    }

    @Override
    public void close() {
      for (var each : products) {
        each.close();
      }
    }
  }
}
