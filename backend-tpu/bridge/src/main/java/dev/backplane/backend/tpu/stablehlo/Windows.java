package dev.backplane.backend.tpu.stablehlo;

import static dev.backplane.backend.tpu.stablehlo.Reductions.array;

import dev.backplane.op.Combiner;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Scatter;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** ReduceWindow, SelectAndScatter. */
final class Windows {
  private Windows() {}

  static Ssa reduceWindow(Emitter to, ReduceWindow op, Ssa x, TensorType type) {
    var wide = Reductions.accumulator(op.combiner(), x);
    var identity = Reductions.identity(to, op.combiner(), wide);
    if (x.shape().size() == 0) {
      var nothing = to.broadcast(identity, type.shape(), List.of());
      return to.convert(nothing, x.element());
    }
    var padding = Padding.of(op.windows());
    var operand = padding.applied(to, to.convert(x, wide), identity);
    var result = operand.shaped(type.shape());
    var windows = padding.rest();
    var sum =
        to.emitAll(
            "\"stablehlo.reduce_window\"("
                + Ssa.names(List.of(operand, identity))
                + ") <{"
                + "base_dilations = "
                + array(windows.stream().map(Window::baseDilation).toList())
                + ", "
                + shape(windows)
                + ", window_dilations = "
                + array(windows.stream().map(Window::windowDilation).toList())
                + "}> ("
                + Reductions.combine(to, op.combiner().asBinary(), wide)
                + ") : ("
                + Ssa.types(List.of(operand, identity))
                + ") -> "
                + result.type(),
            List.of(result));
    return to.convert(sum.getFirst(), x.element());
  }

  private static String shape(List<Window> windows) {
    var padding = windows.stream().map(w -> List.of(w.low(), w.high())).toList();
    return (windows.isEmpty()
            ? ""
            : "padding = dense<" + padding + "> : tensor<" + windows.size() + "x2xi64>, ")
        + "window_dimensions = "
        + array(windows.stream().map(Window::size).toList())
        + ", window_strides = "
        + array(windows.stream().map(Window::stride).toList());
  }

  /**
   * Windows whose padding may take elements away, in two steps: what is taken away, together with
   * the dilation that comes before it, and windows that only add.
   */
  record Padding(List<Integer> low, List<Integer> high, List<Integer> interior, List<Window> rest) {
    static Padding of(List<Window> windows) {
      var low = new ArrayList<Integer>();
      var high = new ArrayList<Integer>();
      var interior = new ArrayList<Integer>();
      var rest = new ArrayList<Window>();
      for (var window : windows) {
        boolean takes = window.low() < 0 || window.high() < 0;
        low.add(takes ? window.low() : 0);
        high.add(takes ? window.high() : 0);
        interior.add(takes ? window.baseDilation() - 1 : 0);
        rest.add(
            takes
                ? new Window(window.size(), window.stride(), 0, 0, 1, window.windowDilation())
                : window);
      }
      return new Padding(low, high, interior, rest);
    }

    Ssa applied(Emitter to, Ssa x, Ssa value) {
      if (low.stream().allMatch(each -> each == 0) && high.stream().allMatch(each -> each == 0)) {
        return x;
      }
      var dimensions = new ArrayList<Integer>();
      for (int axis = 0; axis < low.size(); axis++) {
        int dimension = x.shape().dimension(axis);
        int inner = dimension + Math.max(dimension - 1, 0) * interior.get(axis);
        dimensions.add(low.get(axis) + inner + high.get(axis));
      }
      return to.pad(x, value, low, high, interior, new Shape(dimensions));
    }
  }

  /**
   * The place of the element that each window chooses, and the source added up at these places.
   * StableHLO's select_and_scatter leaves open which of equals is chosen. Windows of nothing but
   * padding find a place outside, where nothing is added.
   */
  static Ssa selectAndScatter(Emitter to, SelectAndScatter op, Ssa x, Ssa source) {
    if (x.shape().size() == 0 || source.shape().size() == 0) {
      return to.zeros(x.element(), x.shape());
    }
    var wide = Reductions.accumulator(Combiner.ADD, x);
    int size = Math.toIntExact(x.shape().size());
    int count = Math.toIntExact(source.shape().size());
    var flat = to.zeros(wide, Shape.of(size));
    var chosen = to.reshape(chosen(to, op, x, source.shape()), Shape.of(count));
    var updates = to.reshape(to.convert(source, wide), Shape.of(count));
    var rows = new Scatter(Scatter.Mode.ADD, List.of(), List.of(0), List.of(0), 1);
    var sums = Indexed.scatter(to, rows, flat, chosen, updates);
    return to.convert(to.reshape(sums, x.shape()), x.element());
  }

  private static Ssa chosen(Emitter to, SelectAndScatter op, Ssa x, Shape positions) {
    var first = Reductions.worst(to, op.select(), x.element(), "i32");
    var places = to.iota("i32", Shape.of(Math.toIntExact(x.shape().size())), 0);
    var padding = Padding.of(op.windows());
    var operands =
        List.of(
            padding.applied(to, x, first.getFirst()),
            padding.applied(to, to.reshape(places, x.shape()), first.get(1)),
            first.getFirst(),
            first.get(1));
    var results = List.of(x.shaped(positions), places.shaped(positions));
    var found =
        to.emitAll(
            "\"stablehlo.reduce_window\"("
                + Ssa.names(operands)
                + ") <{"
                + shape(padding.rest())
                + "}> ("
                + Reductions.better(to, op.select(), first)
                + ") : ("
                + Ssa.types(operands)
                + ") -> ("
                + Ssa.types(results)
                + ")",
            results);
    return found.get(1);
  }
}
