package dev.backplane.tck;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Clamp;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Convert;
import dev.backplane.op.Primitive;
import dev.backplane.op.Reduce;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Select;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * A random program of ops whose results are exact: however a backend fuses, reorders and shares
 * memory, the bits are given.
 */
final class RandomProgram {
  private static final List<Unary.Kind> UNARY =
      List.of(
          Unary.Kind.ABS,
          Unary.Kind.NEGATE,
          Unary.Kind.SIGN,
          Unary.Kind.SQRT,
          Unary.Kind.FLOOR,
          Unary.Kind.CEIL,
          Unary.Kind.ROUND_NEAREST_EVEN,
          Unary.Kind.IS_FINITE,
          Unary.Kind.NOT);
  private static final List<Binary.Kind> BINARY =
      Stream.of(Binary.Kind.values()).filter(kind -> kind != Binary.Kind.POWER).toList();
  private static final List<DType> DTYPES =
      List.of(
          DType.F32,
          DType.F32,
          DType.F32,
          DType.F64,
          DType.BF16,
          DType.F16,
          DType.I32,
          DType.I64,
          DType.I8,
          DType.U32,
          DType.U8,
          DType.BOOL);

  private final Draw draw;
  private final BiPredicate<Primitive, List<TensorType>> allowed;
  private final Graph.Builder builder = new Graph.Builder();
  private final List<Value> pool = new ArrayList<>();
  private final Shape matrix;

  private RandomProgram(Draw draw, BiPredicate<Primitive, List<TensorType>> allowed) {
    this.draw = draw;
    this.allowed = allowed;
    this.matrix =
        draw.chance(0.1) ? Shape.of(3, 300) : Shape.of(draw.between(1, 9), draw.between(1, 40));
  }

  /**
   * Draws a program.
   *
   * @param allowed the ops that may stand in it
   */
  static Graph draw(Draw draw, BiPredicate<Primitive, List<TensorType>> allowed) {
    return new RandomProgram(draw, allowed).graph();
  }

  /** Values for the inputs of a program. */
  static List<Literal> inputs(Draw draw, Graph graph) {
    var inputs = new ArrayList<Literal>();
    for (var type : graph.inputTypes()) {
      inputs.add(draw.any(type, draw.between(0, 1)));
    }
    return inputs;
  }

  private Graph graph() {
    int inputs = draw.between(1, 5);
    for (int i = 0; i < inputs; i++) {
      pool.add(builder.input(new TensorType(draw.oneOf(DTYPES), shape())));
    }
    int wanted = draw.between(1, 40);
    for (int tries = 0; builder.nodes().size() < wanted && tries < 400; tries++) {
      grow();
    }
    var outputs = new ArrayList<Value>();
    outputs.add(pool.getLast());
    int more = draw.between(0, 3);
    for (int i = 0; i < more; i++) {
      outputs.add(draw.oneOf(pool));
    }
    return builder.build(outputs);
  }

  private Shape shape() {
    return switch (draw.between(0, 5)) {
      case 0 -> Shape.scalar();
      case 1 -> Shape.of(matrix.dimension(1));
      case 2 -> Shape.of(matrix.dimension(0), 1);
      default -> matrix;
    };
  }

  /** Mostly what was made last, so that chains get long. */
  private Value any() {
    return draw.chance(0.5) ? pool.getLast() : draw.oneOf(pool);
  }

  private Value like(TensorType type) {
    return draw.oneOf(pool.stream().filter(value -> value.type().equals(type)).toList());
  }

  private void grow() {
    var x = any();
    var shape = x.type().shape();
    switch (draw.between(0, 11)) {
      case 0, 1 -> apply(new Unary(draw.oneOf(UNARY)), x);
      case 2, 3, 4 -> apply(new Binary(draw.oneOf(BINARY)), x, like(x.type()));
      case 5 ->
          apply(new Compare(draw.oneOf(List.of(Compare.Direction.values()))), x, like(x.type()));
      case 6 -> {
        var condition = x.type().withDType(DType.BOOL);
        if (pool.stream().anyMatch(value -> value.type().equals(condition))) {
          apply(new Select(), like(condition), x, like(x.type()));
        }
      }
      case 7 -> apply(new Convert(draw.oneOf(DTYPES)), x);
      case 8 -> apply(new Clamp(), like(x.type()), x, like(x.type()));
      case 9 -> broadcast(x);
      case 10 -> {
        var combiner = draw.oneOf(List.of(Combiner.values()));
        boolean exact = !x.type().dtype().isFloating() || combiner.ordinal() >= 2;
        if (exact) {
          apply(new Reduce(combiner, draw.someAxes(shape.rank())), x);
        }
      }
      default -> {
        if (shape.rank() == 2) {
          apply(draw.chance(0.5) ? new Transpose(List.of(1, 0)) : new Reverse(List.of(1)), x);
        } else {
          apply(new Reshape(Shape.of((int) shape.size())), x);
        }
      }
    }
  }

  private void broadcast(Value x) {
    var shape = x.type().shape();
    if (shape.rank() == 0) {
      apply(new Broadcast(matrix, List.of()), x);
    } else if (shape.rank() == 1 && shape.dimension(0) == matrix.dimension(1)) {
      apply(new Broadcast(matrix, List.of(1)), x);
    } else if (shape.rank() == 2 && shape.equals(Shape.of(matrix.dimension(0), 1))) {
      apply(new Broadcast(matrix, List.of(0, 1)), x);
    }
  }

  private void apply(Primitive op, Value... operands) {
    var types = Stream.of(operands).map(Value::type).toList();
    if (defined(op, types) && allowed.test(op, types)) {
      pool.add(builder.apply(op, operands));
    }
  }

  private static boolean defined(Primitive op, List<TensorType> types) {
    try {
      op.infer(types);
      return true;
    } catch (dev.backplane.tensor.ShapeException e) {
      return false;
    }
  }
}
