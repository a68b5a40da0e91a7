package dev.backplane.runtime.train;

import dev.backplane.graph.Graph;
import dev.backplane.runtime.session.Slot;
import dev.backplane.runtime.trace.Trace;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A program being traced: its graph, and where each input comes from and each output goes. */
final class ProgramTrace {
  private final Trace trace;
  private final StateTable table;
  private final List<Slot> inputs = new ArrayList<>();
  private final Map<String, Tensor> before = new LinkedHashMap<>();
  private final Map<String, Tensor> after = new LinkedHashMap<>();
  private final Map<String, Tensor> results = new LinkedHashMap<>();

  /**
   * A finished program.
   *
   * @param graph the computation
   * @param inputs where its inputs come from
   * @param outputs where its outputs go
   */
  record Traced(Graph graph, List<Slot> inputs, List<Slot> outputs) {}

  ProgramTrace(String model, StateTable table) {
    this.trace = Trace.begin(model);
    this.table = table;
  }

  Trace trace() {
    return trace;
  }

  StateTable table() {
    return table;
  }

  /** A value that the host hands over at every start. */
  Tensor host(String name, TensorType type) {
    inputs.add(new Slot.Host(name));
    return trace.input(type);
  }

  /** The value a state has before the program runs. */
  Tensor state(String path) {
    var known = before.get(path);
    if (known != null) {
      return known;
    }
    inputs.add(new Slot.State(path));
    var tensor = trace.input(table.get(path).type());
    before.put(path, tensor);
    return tensor;
  }

  /** The value a state has after the program has run; the last one counts. */
  void keep(String path, Tensor value) {
    var type = table.get(path).type();
    if (!value.type().equals(type)) {
      throw new ShapeException(
          "keep C1: " + path + " is " + type + ", its next value is " + value.type());
    }
    after.put(path, value);
  }

  /** A value that the host gets. */
  void result(String name, Tensor value) {
    results.put(name, value);
  }

  Traced finish() {
    var outputs = new ArrayList<Slot>();
    var values = new ArrayList<Tensor>();
    after.forEach(
        (path, value) -> {
          outputs.add(new Slot.State(path));
          values.add(value);
        });
    results.forEach(
        (name, value) -> {
          outputs.add(new Slot.Host(name));
          values.add(value);
        });
    return new Traced(trace.finish(values), List.copyOf(inputs), List.copyOf(outputs));
  }
}
