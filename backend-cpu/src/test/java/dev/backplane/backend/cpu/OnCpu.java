package dev.backplane.backend.cpu;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Program;
import dev.backplane.backend.Workspace;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.program.Target;
import dev.backplane.graph.Graph;
import dev.backplane.tensor.Literal;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs graphs on the CPU device, for tests. */
final class OnCpu {
  private OnCpu() {}

  /** A device whose kernels use vectors from the first run on, as tests run most programs once. */
  static Device open() {
    return open(0);
  }

  static Device open(int threads) {
    return open(threads, Target.WORTH, Forms.VECTOR);
  }

  /** A device that divides every step that can be divided, however little work it is. */
  static Device divided(int threads) {
    return open(threads, 0, Forms.VECTOR);
  }

  /** A device as everybody gets it, whose kernels are scalar until the vectors are warm. */
  static Device warming(int threads) {
    return open(threads, 0, Forms.VECTOR_ONCE_WARM);
  }

  private static Device open(int threads, double worth, Forms forms) {
    var settings = new DeviceSettings(threads, Map.of());
    return CpuDevice.open(Host.look(), settings, new Stopping(), worth, forms);
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
