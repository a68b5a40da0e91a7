package dev.backplane.backend.tpu;

import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.Workspace;
import dev.backplane.backend.tpu.discovery.PluginFiles;
import dev.backplane.graph.Graph;
import dev.backplane.op.AllReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compiles a program, runs it and says how it was had: in this process, or in one of its own. */
final class KeptProgram {
  private static final TensorType VECTOR = TensorType.f32(8);
  private static final int STEPS = 5;

  private KeptProgram() {}

  /**
   * {@code PLUGIN CACHE REPLICAS}: prints what {@link #run} gives.
   *
   * @param arguments as named
   */
  public static void main(String[] arguments) {
    System.out.println(
        run(Path.of(arguments[0]), Path.of(arguments[1]), Integer.parseInt(arguments[2])));
  }

  /** The state, donated, plus what comes in, summed over all replicas. */
  private static Program program() {
    var builder = new Graph.Builder();
    var state = builder.input(VECTOR);
    var batch = builder.input(VECTOR);
    var sum = builder.apply(new AllReduce(Combiner.ADD), batch);
    var next = builder.apply(new Binary(Binary.Kind.ADD), state, sum);
    return new Program(
        builder.build(List.of(next)), new Donations(Map.of(0, 0)), Numerics.exact(), Tuning.none());
  }

  /** The implementation its report names, and the state after five steps from 0 by 1. */
  static String run(Path plugin, Path cache, int replicas) {
    var backend = new TpuBackend(new PluginFiles(Optional.of(List.of(plugin)), cache, List.of()));
    var group = Collections.nCopies(replicas, backend.devices().getFirst());
    try (var device = backend.open(group, DeviceSettings.defaults());
        var workspace = new Workspace();
        var executable = device.compile(program(), workspace)) {
      var how = executable.report().kernels().getFirst().implementation();
      return how + " " + steps(device, executable, replicas);
    }
  }

  private static float steps(
      Device device, dev.backplane.backend.Executable executable, int replicas) {
    try (var arena = Arena.ofShared()) {
      var arguments = device.allocate(List.of(VECTOR, VECTOR));
      var host = arena.allocate(VECTOR.bytes(), 64);
      host.setAtIndex(ValueLayout.JAVA_FLOAT, 7, 1f);
      var states = new java.util.ArrayList<dev.backplane.backend.Buffer>();
      for (int replica = 0; replica < replicas; replica++) {
        states.add(arguments.get(2 * replica));
        try (var write = arguments.get(2 * replica + 1).write(host)) {
          write.start();
          write.await();
        }
      }
      try (var run = executable.bind(arguments, states);
          var read = states.getLast().read(host)) {
        for (int step = 0; step < STEPS; step++) {
          run.start();
          run.await();
        }
        read.start();
        read.await();
      }
      return host.getAtIndex(ValueLayout.JAVA_FLOAT, 7);
    }
  }
}
