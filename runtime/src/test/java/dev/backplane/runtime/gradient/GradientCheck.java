package dev.backplane.runtime.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.op.Constant;
import dev.backplane.op.Reduce;
import dev.backplane.runtime.pass.Passes;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Compares gradients with central differences in f64 on the reference interpreter, to 1e-6 relative
 * to the larger of both and 1. What is differentiated is a random weighted sum of all floating
 * outputs, so that every element of every cotangent is told from the others.
 */
final class GradientCheck {
  private static final double TOLERANCE = 1e-6;

  private GradientCheck() {}

  /** Checks a function of f64 operands (others are held) at the given point. */
  static void check(Graph function, List<Literal> at) {
    var scalar = weightedSum(function);
    var places = floating(scalar);
    var gradient = Gradient.of(scalar, places);
    var results = Interpreter.run(gradient, at);
    assertEquals(Interpreter.run(scalar, at).getFirst(), results.getFirst(), "the value itself");
    assertEquals(results, Interpreter.run(Passes.simplify(gradient), at), "after simplification");
    for (int k = 0; k < places.size(); k++) {
      compare(scalar, at, places.get(k), results.get(1 + k));
    }
  }

  /** Checks the gradient of the gradient as well. */
  static void checkTwice(Graph function, List<Literal> at) {
    check(function, at);
    var scalar = weightedSum(function);
    var gradient = Gradient.of(scalar, floating(scalar));
    var outputs = gradient.outputs();
    check(new Graph(gradient.inputs(), gradient.nodes(), outputs.subList(1, outputs.size())), at);
  }

  private static List<Integer> floating(Graph graph) {
    return IntStream.range(0, graph.inputs().size())
        .boxed()
        .filter(i -> graph.inputs().get(i).type().dtype() == DType.F64)
        .toList();
  }

  private static void compare(Graph scalar, List<Literal> at, int place, Literal gradient) {
    var x = at.get(place);
    for (int i = 0; i < x.type().shape().size(); i++) {
      double step = 4e-6 * Math.max(1, Math.abs(x.doubleAt(i)));
      double expected =
          (value(scalar, at, place, i, step) - value(scalar, at, place, i, -step)) / (2 * step);
      double found = gradient.doubleAt(i);
      double scale = Math.max(1, Math.max(Math.abs(expected), Math.abs(found)));
      assertTrue(
          Math.abs(expected - found) <= TOLERANCE * scale,
          "gradient of operand %d at element %d of %s: expected %.9g, found %.9g; %s"
              .formatted(place, i, x.type(), expected, found, scalar));
    }
  }

  private static double value(Graph scalar, List<Literal> at, int place, int index, double step) {
    var moved = new ArrayList<>(at);
    var x = at.get(place);
    moved.set(place, Literal.fill(x.type(), i -> x.doubleAt(i) + (i == index ? step : 0)));
    return Interpreter.run(scalar, moved).getFirst().toDouble();
  }

  /** The function with one output: the sum of its floating outputs times random weights. */
  static Graph weightedSum(Graph function) {
    var random = new Random(7);
    var builder = new Graph.Builder();
    var inputs = function.inputTypes().stream().map(builder::input).toList();
    var sum = builder.apply(new Constant(Literal.scalar(DType.F64, 0.0)));
    for (var output : builder.inline(function, inputs, "")) {
      if (output.type().dtype() == DType.F64) {
        var weights =
            builder.apply(
                new Constant(Literal.fill(output.type(), _ -> 0.5 + random.nextDouble())));
        Value product = builder.apply(new Binary(Binary.Kind.MULTIPLY), output, weights);
        var axes = IntStream.range(0, output.type().shape().rank()).boxed().toList();
        var total = builder.apply(new Reduce(Combiner.ADD, axes), product);
        sum = builder.apply(new Binary(Binary.Kind.ADD), sum, total);
      }
    }
    return builder.build(List.of(sum));
  }

  /** Random numbers, distinct, none within 0.1 of 0. */
  static Literal random(Random random, TensorType type) {
    return Literal.fill(
        type, _ -> (0.1 + 1.4 * random.nextDouble()) * (random.nextBoolean() ? 1 : -1));
  }
}
