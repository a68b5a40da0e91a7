package dev.backplane.runtime.reference;

import dev.backplane.op.If;
import dev.backplane.op.Scan;
import dev.backplane.op.While;
import dev.backplane.runtime.reference.Interpreter.Replicas;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Scan, While, If: run their closed graphs. Replicas go in step; where their conditions differ,
 * those that agree go on together. Values are lists with an entry for each replica.
 */
final class Control {
  private Control() {}

  static List<List<Dense>> scan(
      Scan op, List<List<Dense>> operands, List<TensorType> types, Replicas replicas) {
    int inputs = op.carries() + op.scanned();
    var invariants = operands.subList(inputs, operands.size());
    var carries = List.copyOf(operands.subList(0, op.carries()));
    var stacked = new ArrayList<List<Dense>>();
    for (var type : types.subList(op.carries(), types.size())) {
      stacked.add(replicas.each(() -> Dense.zeros(type)));
    }
    for (int i = 0; i < op.length(); i++) {
      int slice = op.reverse() ? op.length() - 1 - i : i;
      var arguments = new ArrayList<>(carries);
      for (var scanned : operands.subList(op.carries(), inputs)) {
        arguments.add(scanned.stream().map(value -> slice(value, slice)).toList());
      }
      arguments.addAll(invariants);
      var results = Interpreter.run(op.body(), arguments, replicas);
      carries = List.copyOf(results.subList(0, op.carries()));
      for (int result = 0; result < stacked.size(); result++) {
        for (int replica = 0; replica < replicas.active(); replica++) {
          var part = results.get(op.carries() + result).get(replica);
          place(part, stacked.get(result).get(replica), slice);
        }
      }
    }
    var results = new ArrayList<>(carries);
    results.addAll(stacked);
    return results;
  }

  private static Dense slice(Dense value, int index) {
    var shape = value.type().shape().without(List.of(0));
    int offset = index * Math.toIntExact(shape.size());
    return Movement.read(value, shape, new Movement.View(offset, Walk.strides(shape)));
  }

  private static void place(Dense part, Dense whole, int index) {
    var shape = part.type().shape();
    var target = new Movement.View(index * part.size(), Walk.strides(shape));
    Movement.copy(Walk.ints(shape.dimensions()), part, Movement.View.of(shape), whole, target);
  }

  static List<List<Dense>> whileLoop(While op, List<List<Dense>> operands, Replicas replicas) {
    var invariants = operands.subList(op.carries(), operands.size());
    var carries = List.copyOf(operands.subList(0, op.carries()));
    while (true) {
      var arguments = new ArrayList<>(carries);
      arguments.addAll(invariants);
      var running = where(Interpreter.run(op.condition(), arguments, replicas).getFirst(), true);
      if (running.length == 0) {
        return carries;
      }
      var before = carries;
      carries =
          replace(
              before,
              running,
              Interpreter.run(op.body(), pick(arguments, running), replicas.only(running.length)));
    }
  }

  static List<List<Dense>> ifElse(
      If op, List<List<Dense>> operands, List<TensorType> types, Replicas replicas) {
    var captures = operands.subList(1, operands.size());
    List<List<Dense>> results = new ArrayList<>();
    for (var type : types) {
      // Every replica's entry is replaced below: each is on one side or the other.
      Supplier<Dense> nothing = () -> Dense.zeros(type.withShape(Shape.of(0)));
      results.add(replicas.each(nothing));
    }
    for (boolean side : new boolean[] {true, false}) {
      var chosen = where(operands.getFirst(), side);
      if (chosen.length > 0) {
        var branch = side ? op.then() : op.otherwise();
        var values = Interpreter.run(branch, pick(captures, chosen), replicas.only(chosen.length));
        results = replace(results, chosen, values);
      }
    }
    return results;
  }

  /** The replicas whose scalar condition has the given value. */
  private static int[] where(List<Dense> condition, boolean value) {
    return IntStream.range(0, condition.size())
        .filter(replica -> condition.get(replica).longs()[0] != 0 == value)
        .toArray();
  }

  private static List<List<Dense>> pick(List<List<Dense>> values, int[] replicas) {
    return values.stream()
        .map(value -> IntStream.of(replicas).mapToObj(value::get).toList())
        .toList();
  }

  private static List<List<Dense>> replace(
      List<List<Dense>> values, int[] replicas, List<List<Dense>> by) {
    var result = new ArrayList<List<Dense>>();
    for (int i = 0; i < values.size(); i++) {
      var changed = new ArrayList<>(values.get(i));
      for (int j = 0; j < replicas.length; j++) {
        changed.set(replicas[j], by.get(i).get(j));
      }
      result.add(changed);
    }
    return result;
  }
}
