package dev.backplane.tck;

import dev.backplane.Backplane;
import dev.backplane.Target;
import dev.backplane.function.Traceable;
import dev.backplane.op.OpDefinition;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/** Checks of a plugin's op, for the tests of whoever writes it. */
public final class OpChecks {
  private OpChecks() {}

  /** Applies an op, or what it decomposes into. */
  private interface Application {
    List<Tensor> apply(Scope scope, List<Tensor> operands);
  }

  /**
   * Whether an op gives, on a device, what its decomposition gives, and whether its gradients (its
   * own, where it has one) are those that the engine derives from the decomposition. The gradients
   * are those of a sum of all results with a different weight for each element, so that no error
   * hides behind another.
   *
   * @param operands a point at which all results are finite, and that no kink is near
   * @param tolerance how far an element may be off, relative to the larger of 1 and what is
   *     expected
   * @throws AssertionError naming the first element that differs
   */
  public static void check(
      Backplane backplane,
      Target target,
      OpDefinition op,
      List<Literal> operands,
      double tolerance) {
    compare(
        op.name() + ": result ",
        call(backplane, target, operands, x -> new Tensors(op.decompose(scope(x), x.list()))),
        call(backplane, target, operands, x -> new Tensors(scope(x).apply(op, x.list()))),
        tolerance);
    compare(
        op.name() + ": cotangent of operand ",
        call(backplane, target, operands, x -> gradient(x, op::decompose)),
        call(backplane, target, operands, x -> gradient(x, (scope, y) -> scope.apply(op, y))),
        tolerance);
  }

  private static Scope scope(Tensors operands) {
    return operands.get(0).scope();
  }

  private static Tensors gradient(Tensors at, Application op) {
    return scope(at).valueAndGradient(x -> weighed(op.apply(scope(x), x.list())), at).gradient();
  }

  /** Every element of every floating result with a weight of its own: cos 1, cos 2, …. */
  private static Tensor weighed(List<Tensor> results) {
    var sums = new ArrayList<Tensor>();
    for (var result : results) {
      if (result.dtype().isFloating()) {
        var weights = Literal.fill(result.type(), i -> Math.cos(i + 1.0));
        sums.add(result.mul(result.scope().constant(weights)).sum());
      }
    }
    if (sums.isEmpty()) {
      throw new AssertionError("no result is of floating dtype: there is no gradient to check");
    }
    return Ops.fold(sums, Tensor::add);
  }

  private static List<Literal> call(
      Backplane backplane, Target target, List<Literal> operands, Traceable function) {
    try (var compiled = backplane.compile(function, target)) {
      return compiled.call(operands);
    }
  }

  private static void compare(
      String what, List<Literal> expected, List<Literal> found, double tolerance) {
    if (expected.size() != found.size()) {
      throw new AssertionError(
          what + "count: expected " + expected.size() + ", found " + found.size());
    }
    for (int i = 0; i < expected.size(); i++) {
      var type = expected.get(i).type();
      if (!type.equals(found.get(i).type())) {
        throw new AssertionError(
            what + i + ": expected " + type + ", found " + found.get(i).type());
      }
      for (int j = 0; j < type.shape().size(); j++) {
        double wanted = expected.get(i).doubleAt(j);
        double got = found.get(i).doubleAt(j);
        if (!(Math.abs(wanted - got) <= tolerance * Math.max(1, Math.abs(wanted)))) {
          throw new AssertionError(
              what
                  + i
                  + ", element "
                  + j
                  + " of "
                  + type
                  + ": expected "
                  + wanted
                  + ", found "
                  + got);
        }
      }
    }
  }
}
