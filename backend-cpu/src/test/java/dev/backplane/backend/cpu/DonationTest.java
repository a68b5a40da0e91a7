package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Dot;
import dev.backplane.op.Reduce;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Slice;
import dev.backplane.op.Transpose;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whichever arguments are donated to whichever results, and whichever results really take their
 * buffers: the bits are those of the reference, at the first start and when started again.
 */
class DonationTest {
  private static final int SIZE = 6;
  static final TensorType TYPE = TensorType.of(DType.I32, SIZE, SIZE);
  private static final int PROGRAMS = 250;

  @Test
  void sharedMemoryNeverChangesABit() {
    try (var device = OnCpu.open(1);
        var divided = OnCpu.divided(3)) {
      for (int seed = 0; seed < PROGRAMS; seed++) {
        agrees(device, new Random(seed), "seed " + seed);
        agrees(divided, new Random(seed), "divided, seed " + seed);
      }
    }
  }

  private static void agrees(Device device, Random random, String where) {
    var graph = graph(random);
    var arguments = new ArrayList<Literal>();
    for (var input : graph.inputs()) {
      arguments.add(Literal.fill(input.type(), i -> random.nextInt(2000) - 1000));
    }
    var expected = Interpreter.run(graph, arguments);
    var donations = donations(random, graph);
    var program = new Program(graph, new Donations(donations), Numerics.exact(), Tuning.none());
    try (var workspace = new Workspace();
        var executable = device.compile(program, workspace)) {
      var in = device.allocate(graph.inputTypes());
      var out = new ArrayList<>(device.allocate(graph.outputTypes()));
      donations.forEach(
          (argument, result) -> {
            if (random.nextInt(4) > 0) {
              out.get(result).close();
              out.set(result, in.get(argument));
            }
          });
      try (var execution = executable.bind(in, out)) {
        for (int start = 0; start < 2; start++) {
          for (int i = 0; i < arguments.size(); i++) {
            OnCpu.write(in.get(i), arguments.get(i));
          }
          execution.start();
          execution.await();
          for (int i = 0; i < expected.size(); i++) {
            assertEquals(
                expected.get(i),
                OnCpu.read(out.get(i)),
                where + ", result " + i + ", donations " + donations + "\n" + graph);
          }
        }
      }
      in.forEach(Buffer::close);
      out.forEach(Buffer::close);
    }
  }

  static HashMap<Integer, Integer> donations(Random random, Graph graph) {
    var results = new ArrayList<Integer>();
    for (int i = 0; i < graph.outputs().size(); i++) {
      results.add(i);
    }
    Collections.shuffle(results, random);
    var donations = new HashMap<Integer, Integer>();
    for (int i = 0; i < graph.inputs().size() && i < results.size(); i++) {
      if (random.nextInt(5) > 0) {
        donations.put(i, results.get(i));
      }
    }
    return donations;
  }

  static Graph graph(Random random) {
    var builder = new Graph.Builder();
    var pool = new ArrayList<Value>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      pool.add(builder.input(TYPE));
    }
    for (int i = random.nextInt(12); i > 0; i--) {
      pool.add(node(builder, random, pick(random, pool), pick(random, pool)));
    }
    var outputs = new ArrayList<Value>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      outputs.add(pick(random, pool));
    }
    return builder.build(outputs);
  }

  private static Value pick(Random random, List<Value> pool) {
    return pool.get(random.nextInt(pool.size()));
  }

  static Value node(Graph.Builder builder, Random random, Value x, Value y) {
    return switch (random.nextInt(9)) {
      case 0 -> builder.apply(new Binary(Binary.Kind.ADD), x, y);
      case 1 -> builder.apply(new Binary(Binary.Kind.MULTIPLY), x, y);
      case 2 -> builder.apply(new Binary(Binary.Kind.MAXIMUM), x, y);
      case 3 -> builder.apply(new Transpose(List.of(1, 0)), x);
      case 4 -> builder.apply(Dot.matmul(DType.I32), x, y);
      case 5 -> builder.apply(new Reverse(List.of(random.nextInt(2))), x);
      case 6 -> {
        int axis = random.nextInt(2);
        var row = builder.apply(new Reduce(Combiner.ADD, List.of(axis)), x);
        yield builder.apply(new Broadcast(TYPE.shape(), List.of(1 - axis)), row);
      }
      case 7 -> {
        var flat = builder.apply(new Reshape(dev.backplane.tensor.Shape.of(SIZE * SIZE)), x);
        yield builder.apply(new Reshape(TYPE.shape()), flat);
      }
      default -> {
        var both = builder.apply(new Concatenate(0), x, y);
        yield builder.apply(new Slice(List.of(3, 0), List.of(3 + SIZE, SIZE), List.of(1, 1)), both);
      }
    };
  }
}
