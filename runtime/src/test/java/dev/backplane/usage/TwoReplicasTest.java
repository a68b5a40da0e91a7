package dev.backplane.usage;

import static dev.backplane.function.Functions.valueAndGradient;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.backend.Backend;
import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Program;
import dev.backplane.backend.Workspace;
import dev.backplane.op.AllReduce;
import dev.backplane.op.Combiner;
import dev.backplane.runtime.reference.ReferenceBackend;
import dev.backplane.runtime.trace.Trace;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One step of a training on two replicas: each has half of the batch, all have all gradients. */
class TwoReplicasTest {
  private static final Literal WEIGHTS = Literal.of(Shape.of(2), 0.5f, -0.25f);
  private static final Literal BATCH =
      Literal.of(Shape.of(4, 2), 1f, 2f, 3f, 4f, -1f, 0.5f, 2f, -2f);

  /** w - 0.1 · the gradient of the mean of (x·w - 1)², averaged over the replicas. */
  private static Tensor step(Tensor w, Tensor x, int replicas) {
    var gradient = valueAndGradient(v -> x.matmul(v).sub(1).square().mean(), w).get(1);
    var all = gradient.apply(new AllReduce(Combiner.ADD)).div(replicas);
    return w.sub(all.mul(0.1));
  }

  private static Program program(int replicas, int batch) {
    var trace = Trace.begin();
    var w = trace.input(TensorType.f32(2));
    var x = trace.input(TensorType.f32(batch, 2));
    return Program.of(trace.finish(List.of(step(w, x, replicas))));
  }

  /** The new weights of each replica. */
  private static List<float[]> run(int replicas) {
    Backend backend = new ReferenceBackend();
    var group = Collections.nCopies(replicas, backend.devices().getFirst());
    int batch = 4 / replicas;
    try (Device device = backend.open(group, DeviceSettings.defaults());
        var workspace = new Workspace();
        var executable = device.compile(program(replicas, batch), workspace);
        var arena = Arena.ofConfined()) {
      var arguments = device.allocate(List.of(WEIGHTS.type(), TensorType.f32(batch, 2)));
      var results = device.allocate(List.of(WEIGHTS.type()));
      for (int replica = 0; replica < replicas; replica++) {
        move(arguments.get(2 * replica), WEIGHTS.data());
        long bytes = batch * 2 * 4L;
        move(arguments.get(2 * replica + 1), BATCH.data().asSlice(replica * bytes, bytes));
      }
      try (var execution = executable.bind(arguments, results)) {
        execution.start();
        execution.await();
      }
      var weights = new ArrayList<float[]>();
      for (var result : results) {
        var host = arena.allocate(WEIGHTS.type().bytes());
        try (var read = result.read(host)) {
          read.start();
          read.await();
        }
        weights.add(Literal.copyOf(WEIGHTS.type(), host).toFloats());
      }
      return weights;
    }
  }

  private static void move(Buffer buffer, MemorySegment from) {
    try (var arena = Arena.ofConfined();
        var write = buffer.write(arena.allocate(from.byteSize()).copyFrom(from))) {
      write.start();
      write.await();
    }
  }

  @Test
  void isTheStepOfOneReplicaWithTheWholeBatch() {
    var one = run(1);
    var two = run(2);
    assertEquals(2, two.size());
    assertArrayEquals(two.get(0), two.get(1), "the replicas drifted apart");
    assertArrayEquals(one.getFirst(), two.getFirst(), 1e-6f);
  }
}
