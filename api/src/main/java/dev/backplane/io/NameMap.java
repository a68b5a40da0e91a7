package dev.backplane.io;

import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How another framework's weights are named, and laid out, here. As text a line each: our path, an
 * arrow, their name and, where the axes differ, in which order ours take theirs. {@code #} begins a
 * comment.
 *
 * <pre>
 * dense_1/kernel        &lt;- fc1.weight   (1, 0)          # PyTorch: [out, in], ours [in, out]
 * dense_1/bias          &lt;- fc1.bias
 * convolution2d_1/kernel &lt;- conv.weight (2, 3, 1, 0)    # [out, in, h, w], ours [h, w, in, out]
 * </pre>
 *
 * @param entries what becomes what
 */
public record NameMap(List<Entry> entries) {
  private static final Pattern LINE =
      Pattern.compile("(\\S+)\\s*<-\\s*(\\S+?)\\s*(?:\\(([0-9,\\s]*)\\))?");

  /**
   * One tensor.
   *
   * @param path our path
   * @param name their name
   * @param axes axis i of ours is axis {@code axes[i]} of theirs; empty for the same order
   */
  public record Entry(String path, String name, List<Integer> axes) {
    /** Copies the axes, which are 0 … rank-1, each once. */
    public Entry {
      axes = List.copyOf(axes);
      for (int i = 0; i < axes.size(); i++) {
        if (!axes.contains(i)) {
          throw new IllegalArgumentException(
              "name map: "
                  + path
                  + ": expected each axis of 0 to "
                  + (axes.size() - 1)
                  + " once, found "
                  + axes);
        }
      }
    }
  }

  /** Copies the entries and refuses a path that stands twice. */
  public NameMap {
    entries = List.copyOf(entries);
    var paths = new HashSet<String>();
    for (var entry : entries) {
      if (!paths.add(entry.path())) {
        throw new IllegalArgumentException("name map: " + entry.path() + " stands twice");
      }
    }
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException if a line is none, naming it
   */
  public static NameMap parse(String text) {
    var entries = new ArrayList<Entry>();
    var lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      var line = lines.get(i).replaceFirst("#.*", "").strip();
      if (line.isEmpty()) {
        continue;
      }
      var matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "name map, line "
                + (i + 1)
                + ": expected \"PATH <- NAME\" or \"PATH <- NAME (1, 0)\","
                + " found \""
                + line
                + "\"");
      }
      var axes = new ArrayList<Integer>();
      var written = matcher.group(3);
      if (written != null) {
        for (var axis : written.split(",")) {
          axes.add(axis(axis.strip(), i + 1));
        }
      }
      entries.add(new Entry(matcher.group(1), matcher.group(2), axes));
    }
    return new NameMap(entries);
  }

  private static int axis(String text, int line) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "name map, line " + line + ": expected the number of an axis, found \"" + text + "\"", e);
    }
  }

  /**
   * Their tensors by our paths. Tensors that the map does not name are left out.
   *
   * @throws IllegalArgumentException if one is missing, or has another number of axes
   */
  public Map<String, Literal> apply(Map<String, Literal> theirs) {
    var ours = new LinkedHashMap<String, Literal>();
    for (var entry : entries) {
      var value = theirs.get(entry.name());
      if (value == null) {
        throw new IllegalArgumentException(
            "name map: there is no tensor "
                + entry.name()
                + " for "
                + entry.path()
                + "; there are "
                + theirs.keySet());
      }
      ours.put(entry.path(), entry.axes().isEmpty() ? value : transposed(entry, value));
    }
    return ours;
  }

  private static Literal transposed(Entry entry, Literal value) {
    var from = value.type().shape();
    int rank = entry.axes().size();
    if (from.rank() != rank) {
      throw new IllegalArgumentException(
          "name map: "
              + entry.name()
              + " is "
              + value.type()
              + "; its axes for "
              + entry.path()
              + " are given as "
              + entry.axes());
    }
    var strides = new long[rank];
    long stride = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= from.dimension(axis);
    }
    var to = new Shape(entry.axes().stream().map(from::dimension).toList());
    int width = value.type().dtype().bytes();
    var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(value.type().bytes())]);
    var at = new int[rank];
    for (long i = 0; i < to.size(); i++) {
      long source = 0;
      for (int axis = 0; axis < rank; axis++) {
        source += at[axis] * strides[entry.axes().get(axis)];
      }
      MemorySegment.copy(value.data(), source * width, bytes, i * width, width);
      for (int axis = rank - 1; axis >= 0 && ++at[axis] == to.dimension(axis); axis--) {
        at[axis] = 0;
      }
    }
    return Literal.copyOf(value.type().withShape(to), bytes);
  }
}
