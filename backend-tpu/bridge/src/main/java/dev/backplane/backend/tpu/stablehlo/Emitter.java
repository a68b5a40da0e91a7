package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.op.Compare;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Writes operations one a line and names their results by counting, so that equal programs make
 * equal texts: the text is the key under which compiled programs are kept. Its methods are the
 * operations that many lowerings share; the others are written where they are used.
 */
final class Emitter {
  private StringBuilder text = new StringBuilder();
  private final Platform platform;
  private int depth = 2;
  private int next;

  Emitter(Platform platform) {
    this.platform = platform;
  }

  /** What is written for. */
  Platform platform() {
    return platform;
  }

  /** What has been written. */
  String text() {
    return text.toString();
  }

  /** Writes an operation of one result. */
  Ssa emit(String operation, String element, Shape shape) {
    var result = new Ssa("%v" + next++, element, shape);
    line(result.name() + " = " + operation);
    return result;
  }

  /** Writes an operation with a result like each of the given values. */
  List<Ssa> emitAll(String operation, List<Ssa> like) {
    var name = "%v" + next++;
    var results = new ArrayList<Ssa>();
    for (int i = 0; i < like.size(); i++) {
      var value = like.get(i);
      results.add(
          new Ssa(like.size() == 1 ? name : name + "#" + i, value.element(), value.shape()));
    }
    line(name + (like.size() == 1 ? "" : ":" + like.size()) + " = " + operation);
    return results;
  }

  /** Writes a line as it is. */
  void line(String line) {
    text.repeat("  ", depth).append(line).append('\n');
  }

  /**
   * A region with parameters like the given values, in braces. Its text is not written but given,
   * to stand in the text of the operation it belongs to.
   */
  String region(List<Ssa> like, UnaryOperator<List<Ssa>> body) {
    var outer = text;
    text = new StringBuilder();
    var parameters = new ArrayList<Ssa>();
    var header = new StringBuilder();
    for (var value : like) {
      var parameter = new Ssa("%b" + next++, value.element(), value.shape());
      parameters.add(parameter);
      header.append(header.isEmpty() ? "" : ", ").append(parameter.name());
      header.append(": ").append(parameter.type());
    }
    if (!like.isEmpty()) {
      line("^bb0(" + header + "):");
    }
    depth++;
    var results = body.apply(parameters);
    line("stablehlo.return " + Ssa.names(results) + " : " + Ssa.types(results));
    depth--;
    var region = "{\n" + text + "  ".repeat(depth) + "}";
    text = outer;
    return region;
  }

  /** An elementwise operation of one operand and its type. */
  Ssa unary(String operation, Ssa x) {
    return emit(operation + " " + x.name() + " : " + x.type(), x.element(), x.shape());
  }

  /** An elementwise operation of two operands of one type. */
  Ssa binary(String operation, Ssa x, Ssa y) {
    return emit(
        operation + " " + x.name() + ", " + y.name() + " : " + x.type(), x.element(), x.shape());
  }

  /** An operation of one operand whose result has another type. */
  Ssa changed(String operation, Ssa x, String attributes, String element, Shape shape) {
    return emit(
        operation
            + " "
            + x.name()
            + attributes
            + " : ("
            + x.type()
            + ") -> "
            + Ssa.type(element, shape),
        element,
        shape);
  }

  Ssa compare(Compare.Direction direction, Ssa x, Ssa y) {
    var order = x.isFloating() ? "FLOAT" : x.isUnsigned() || x.isBool() ? "UNSIGNED" : "SIGNED";
    return emit(
        "stablehlo.compare "
            + direction
            + ", "
            + Ssa.names(List.of(x, y))
            + ", "
            + order
            + " : ("
            + Ssa.types(List.of(x, y))
            + ") -> "
            + Ssa.type("i1", x.shape()),
        "i1",
        x.shape());
  }

  Ssa select(Ssa condition, Ssa x, Ssa y) {
    return emit(
        "stablehlo.select "
            + Ssa.names(List.of(condition, x, y))
            + " : "
            + Ssa.types(List.of(condition, x)),
        x.element(),
        x.shape());
  }

  /** Converts as StableHLO does; nothing where it has the type. */
  Ssa convert(Ssa x, String element) {
    return x.element().equals(element)
        ? x
        : changed("stablehlo.convert", x, "", element, x.shape());
  }

  /** The same bits under a type of the same width. */
  Ssa bitcast(Ssa x, String element) {
    return x.element().equals(element)
        ? x
        : changed("stablehlo.bitcast_convert", x, "", element, x.shape());
  }

  /** A constant, all elements of which are written alike. */
  Ssa splat(String value, String element, Shape shape) {
    var content = shape.size() == 0 ? "" : value;
    return emit(
        "stablehlo.constant dense<" + content + "> : " + Ssa.type(element, shape), element, shape);
  }

  /** A constant of the type of another value. */
  Ssa splat(String value, Ssa like) {
    return splat(value, like.element(), like.shape());
  }

  /** Zeros, or false. */
  Ssa zeros(String element, Shape shape) {
    var value = element.equals("i1") ? "false" : element.contains("f") ? "0.0" : "0";
    return splat(value, element, shape);
  }

  Ssa broadcast(Ssa x, Shape shape, List<Integer> axes) {
    return changed("stablehlo.broadcast_in_dim", x, ", dims = " + axes, x.element(), shape);
  }

  Ssa reshape(Ssa x, Shape shape) {
    return x.shape().equals(shape) ? x : changed("stablehlo.reshape", x, "", x.element(), shape);
  }

  Ssa iota(String element, Shape shape, int axis) {
    return emit("stablehlo.iota dim = " + axis + " : " + Ssa.type(element, shape), element, shape);
  }

  Ssa pad(
      Ssa x, Ssa value, List<Integer> low, List<Integer> high, List<Integer> interior, Shape to) {
    return emit(
        "stablehlo.pad "
            + Ssa.names(List.of(x, value))
            + ", low = "
            + low
            + ", high = "
            + high
            + ", interior = "
            + interior
            + " : ("
            + Ssa.types(List.of(x, value))
            + ") -> "
            + Ssa.type(x.element(), to),
        x.element(),
        to);
  }

  Ssa slice(Ssa x, List<Integer> starts, List<Integer> limits, List<Integer> strides, Shape to) {
    var ranges =
        IntStream.range(0, starts.size())
            .mapToObj(i -> starts.get(i) + ":" + limits.get(i) + ":" + strides.get(i))
            .toList();
    return changed("stablehlo.slice", x, " " + ranges, x.element(), to);
  }

  Ssa dynamicSlice(Ssa x, List<Ssa> starts, Shape sizes) {
    var operands = new ArrayList<>(starts);
    operands.addFirst(x);
    return emit(
        "stablehlo.dynamic_slice "
            + Ssa.names(operands)
            + ", sizes = "
            + sizes.dimensions()
            + " : ("
            + Ssa.types(operands)
            + ") -> "
            + Ssa.type(x.element(), sizes),
        x.element(),
        sizes);
  }

  Ssa dynamicUpdateSlice(Ssa x, Ssa update, List<Ssa> starts) {
    var operands = new ArrayList<>(List.of(x, update));
    operands.addAll(starts);
    return emit(
        "stablehlo.dynamic_update_slice "
            + Ssa.names(operands)
            + " : ("
            + Ssa.types(operands)
            + ") -> "
            + x.type(),
        x.element(),
        x.shape());
  }
}
