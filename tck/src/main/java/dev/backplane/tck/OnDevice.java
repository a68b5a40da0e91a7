package dev.backplane.tck;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.Program;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Runs a graph on a device once, and leaves nothing behind. */
final class OnDevice {
  private OnDevice() {}

  /** The outputs, replica by replica. */
  static List<Literal> run(Device device, Graph graph, List<Literal> inputs) {
    return run(device, Program.of(graph), inputs);
  }

  static List<Literal> run(Device device, Program program, List<Literal> inputs) {
    var graph = program.graph();
    int replicas =
        graph.inputs().isEmpty() ? 1 : Math.max(1, inputs.size() / graph.inputs().size());
    var arguments = new ArrayList<Buffer>();
    var results = new ArrayList<Buffer>();
    try (var workspace = new Workspace();
        var executable = device.compile(program, workspace)) {
      arguments.addAll(device.allocate(graph.inputTypes()));
      results.addAll(device.allocate(graph.outputTypes()));
      for (int i = 0; i < arguments.size(); i++) {
        write(arguments.get(i), inputs.get(i));
      }
      try (var execution =
          executable.bind(arguments, results.subList(0, graph.outputs().size() * replicas))) {
        execution.start();
        execution.await();
      }
      return results.stream().map(OnDevice::read).toList();
    } finally {
      arguments.forEach(Buffer::close);
      results.forEach(Buffer::close);
    }
  }

  static void write(Buffer buffer, Literal value) {
    try (var arena = Arena.ofConfined()) {
      var host =
          arena.allocate(Math.max(1, value.type().bytes()), 64).asSlice(0, value.type().bytes());
      host.copyFrom(value.data());
      try (var execution = buffer.write(host)) {
        execution.start();
        execution.await();
      }
    }
  }

  static Literal read(Buffer buffer) {
    var type = buffer.type();
    try (var arena = Arena.ofConfined()) {
      var host = arena.allocate(Math.max(1, type.bytes()), 64).asSlice(0, type.bytes());
      try (var execution = buffer.read(host)) {
        execution.start();
        execution.await();
      }
      return Literal.copyOf(type, host);
    }
  }

  static Buffer allocate(Device device, TensorType type) {
    return device.allocate(Collections.singletonList(type)).getFirst();
  }
}
