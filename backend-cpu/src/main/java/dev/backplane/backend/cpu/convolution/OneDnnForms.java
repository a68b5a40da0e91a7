package dev.backplane.backend.cpu.convolution;

import dev.backplane.backend.cpu.internal.NativeConvolution.Direction;
import dev.backplane.backend.cpu.internal.NativeConvolution.Form;
import dev.backplane.backend.cpu.internal.NativeConvolution.Operand;
import dev.backplane.op.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * A convolution as oneDNN names it. A train step has three: forward; the gradient of the input,
 * whose input is dilated where the forward one had strides; the gradient of the kernel, whose
 * window is as large as the result was. All three are convolutions here, so which one it is, is
 * seen by its shape; what fits several forms gives the same sums in any.
 */
public final class OneDnnForms {
  private static final int MOST_SPATIAL = 3;

  private OneDnnForms() {}

  /**
   * The forms in which oneDNN might have it, the best first. Those of direction {@link
   * Direction#DATA} take the kernel's spatial axes in reverse.
   *
   * @param bias whether a bias is added
   */
  public static List<Form> of(Geometry g, boolean batchGroups, boolean bias) {
    int spatial = g.windows().size();
    if (g.isEmpty() || spatial == 0 || spatial > MOST_SPATIAL) {
      return List.of();
    }
    var forms = new ArrayList<Form>();
    boolean dilated = g.windows().stream().anyMatch(w -> w.baseDilation() > 1);
    boolean grouped = batchGroups && g.groups() > 1;
    if (dilated) {
      if (!grouped && !bias) {
        data(g).ifPresent(forms::add);
      }
      return forms;
    }
    if (!grouped) {
      forward(g, bias).ifPresent(forms::add);
    }
    if (!bias && (grouped || g.groups() == 1)) {
      boolean large = g.taps() > g.rows() / Math.max(1, g.batch());
      weights(g).ifPresent(form -> forms.add(large ? 0 : forms.size(), form));
    }
    return forms;
  }

  private static Optional<Form> forward(Geometry g, boolean bias) {
    var form =
        new Form(
            Direction.FORWARD,
            operand(g.batch(), g.groups() * g.channels(), g.inputs(), g.input()),
            kernel(g, g.outputs(), g.kernel().batch(), g.channels(), g.kernel().feature()),
            operand(g.batch(), g.groups() * g.outputs(), g.positions(), g.output()),
            each(g, Window::stride),
            each(g, w -> w.windowDilation() - 1L),
            each(g, Window::low),
            new long[g.windows().size()],
            bias,
            g.operations());
    return fitted(form);
  }

  /** o·s = i - w·r + l solved for i: what is dilated here was strided there. */
  private static Optional<Form> data(Geometry g) {
    if (g.windows().stream().anyMatch(w -> w.stride() > 1)) {
      return Optional.empty();
    }
    var form =
        new Form(
            Direction.DATA,
            operand(g.batch(), g.groups() * g.outputs(), g.positions(), g.output()),
            kernel(g, g.channels(), g.kernel().feature(), g.outputs(), g.kernel().batch()),
            operand(g.batch(), g.groups() * g.channels(), g.inputs(), g.input()),
            each(g, Window::baseDilation),
            each(g, w -> w.windowDilation() - 1L),
            each(g, w -> w.extent() - 1L - w.low()),
            new long[g.windows().size()],
            false,
            g.operations());
    return fitted(form);
  }

  /** Batch and features exchanged, result and window too. */
  private static Optional<Form> weights(Geometry g) {
    var x = g.input();
    var d = g.kernel();
    var y = g.output();
    long groups = g.groups();
    var source =
        images(
            extents(List.of(g.channels(), groups * g.batch()), g.inputs()),
            strides(List.of(x.feature(), x.batch()), x.spatial()));
    var destination =
        new Operand(
            extents(
                List.of(g.channels(), groups * g.outputs()),
                g.windows().stream().map(Window::size).toList()),
            strides(List.of(d.feature(), d.batch()), d.spatial()));
    var weights =
        groups == 1
            ? new Operand(
                extents(List.of(g.outputs(), g.batch()), g.positions()),
                strides(List.of(y.feature(), y.batch()), y.spatial()))
            : new Operand(
                extents(List.of(groups, g.outputs(), g.batch()), g.positions()),
                strides(List.of(y.group(), y.feature(), y.batch()), y.spatial()));
    var form =
        new Form(
            Direction.WEIGHTS,
            source,
            weights,
            destination,
            each(g, Window::windowDilation),
            each(g, w -> w.stride() - 1L),
            each(g, Window::low),
            new long[g.windows().size()],
            false,
            g.operations());
    return fitted(form);
  }

  private static Operand operand(
      long batch, long features, List<Integer> spatial, Geometry.Strides strides) {
    return images(
        extents(List.of(batch, features), spatial),
        strides(List.of(strides.batch(), strides.feature()), strides.spatial()));
  }

  /**
   * An operand whose first axis is the batch. Where that is one image, wherever the axis lies, its
   * stride is made that of whole images: oneDNN finds the groups of features by it.
   */
  private static Operand images(long[] extents, long[] strides) {
    if (extents[0] == 1) {
      strides[0] = 1;
      for (int i = 1; i < extents.length; i++) {
        strides[0] = Math.max(strides[0], extents[i] * strides[i]);
      }
    }
    return new Operand(extents, strides);
  }

  private static Operand kernel(
      Geometry g, long outputs, long outputStride, long inputs, long inputStride) {
    var sizes = g.windows().stream().map(Window::size).toList();
    var k = g.kernel();
    return g.groups() == 1
        ? new Operand(
            extents(List.of(outputs, inputs), sizes),
            strides(List.of(outputStride, inputStride), k.spatial()))
        : new Operand(
            extents(List.of((long) g.groups(), outputs, inputs), sizes),
            strides(List.of(k.group(), outputStride, inputStride), k.spatial()));
  }

  private static long[] extents(List<Long> first, List<Integer> spatial) {
    var all = new ArrayList<>(first);
    spatial.forEach(extent -> all.add((long) extent));
    return all.stream().mapToLong(Long::longValue).toArray();
  }

  private static long[] strides(List<Long> first, List<Long> spatial) {
    var all = new ArrayList<>(first);
    all.addAll(spatial);
    return all.stream().mapToLong(Long::longValue).toArray();
  }

  private static long[] each(Geometry g, ToLongFunction<Window> value) {
    return g.windows().stream().mapToLong(value).toArray();
  }

  /** With the padding behind that makes source and destination fit, if there is such a one. */
  private static Optional<Form> fitted(Form form) {
    int spatial = form.strides().length;
    var behind = new long[spatial];
    int firstOfWeights = form.weights().extents().length - spatial;
    for (int i = 0; i < spatial; i++) {
      long from = form.source().extents()[2 + i];
      long to = form.destination().extents()[2 + i];
      long extent = (form.weights().extents()[firstOfWeights + i] - 1) * (form.dilations()[i] + 1);
      long needed = (to - 1) * form.strides()[i] + extent + 1 - from - form.before()[i];
      behind[i] = Math.max(0, needed);
      long last = from + form.before()[i] + behind[i] - extent - 1;
      if (form.before()[i] < 0 || last < 0 || last / form.strides()[i] + 1 != to) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new Form(
            form.direction(),
            form.source(),
            form.weights(),
            form.destination(),
            form.strides(),
            form.dilations(),
            form.before(),
            behind,
            form.bias(),
            form.operations()));
  }
}
