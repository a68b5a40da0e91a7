package dev.backplane.backend.cpu;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Program;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.tensor.Literal;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs graphs on the CPU device, for tests. */
final class OnCpu {
  private OnCpu() {}

  static Device open() {
    var backend = new CpuBackend();
    return backend.open(backend.devices(), DeviceSettings.defaults());
  }

  static Device open(int threads) {
    var backend = new CpuBackend();
    return backend.open(backend.devices(), new DeviceSettings(threads, Map.of()));
  }

  /** A device that divides every step that can be divided, however little work it is. */
  static Device divided(int threads) {
    return CpuDevice.open(Host.look(), new DeviceSettings(threads, Map.of()), new Stopping(), 0);
  }

  static void write(Buffer buffer, Literal value) {
    try (var arena = Arena.ofConfined();
        var write = buffer.write(arena.allocate(value.data().byteSize()).copyFrom(value.data()))) {
      write.start();
      write.await();
    }
  }

  static Literal read(Buffer buffer) {
    try (var arena = Arena.ofConfined()) {
      var host = arena.allocate(buffer.type().bytes());
      try (var read = buffer.read(host)) {
        read.start();
        read.await();
      }
      return Literal.copyOf(buffer.type(), host);
    }
  }

  /** Compiles, runs once and reads the results. */
  static List<Literal> run(Device device, Program program, List<Literal> arguments) {
    try (var workspace = new Workspace();
        var executable = device.compile(program, workspace)) {
      var in = device.allocate(program.graph().inputTypes());
      var out = device.allocate(program.graph().outputTypes());
      for (int i = 0; i < arguments.size(); i++) {
        write(in.get(i), arguments.get(i));
      }
      try (var execution = executable.bind(in, out)) {
        execution.start();
        execution.await();
      }
      var results = new ArrayList<Literal>();
      out.forEach(buffer -> results.add(read(buffer)));
      in.forEach(Buffer::close);
      out.forEach(Buffer::close);
      return results;
    }
  }

  static List<Literal> run(Device device, Graph graph, List<Literal> arguments) {
    return run(device, Program.of(graph), arguments);
  }
}
