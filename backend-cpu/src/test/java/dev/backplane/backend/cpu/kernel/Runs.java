package dev.backplane.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Fusion;
import dev.backplane.kit.fusion.Step;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** Runs kernels on literals, and compares what comes out. */
final class Runs {
  private Runs() {}

  static Kernel compile(Graph graph, boolean vectors) {
    return compile(Step.Fused.of(graph, "group"), vectors);
  }

  private static Kernel compile(Step.Fused group, boolean vectors) {
    return KernelCompiler.compile(group, Forms.VECTOR.where(vectors));
  }

  static List<Literal> run(Kernel kernel, Graph graph, List<Literal> inputs) {
    return run(kernel, graph, inputs, 1);
  }

  /** The outputs after the given number of calls. */
  static List<Literal> run(Kernel kernel, Graph graph, List<Literal> inputs, int calls) {
    try (var arena = Arena.ofConfined()) {
      var in = new long[inputs.size()];
      for (int i = 0; i < in.length; i++) {
        in[i] = copy(inputs.get(i), arena).address();
      }
      var memory = new ArrayList<MemorySegment>();
      for (var output : graph.outputs()) {
        memory.add(arena.allocate(output.type().bytes(), 64));
      }
      var out = memory.stream().mapToLong(MemorySegment::address).toArray();
      // What lies in scratch memory before must not matter.
      var scratch = arena.allocate(kernel.scratchBytes() + 64, 64).fill((byte) 0xa5);
      var bound = kernel.bind(in, out, scratch.address());
      for (int i = 0; i < calls; i++) {
        bound.run();
      }
      var results = new ArrayList<Literal>();
      for (int i = 0; i < out.length; i++) {
        results.add(Literal.copyOf(graph.outputs().get(i).type(), memory.get(i)));
      }
      return results;
    }
  }

  /** The outputs when the rows are divided, the last ones running first. */
  static List<Literal> divided(Kernel kernel, Graph graph, List<Literal> inputs, int parts) {
    try (var arena = Arena.ofConfined()) {
      var in = inputs.stream().mapToLong(literal -> copy(literal, arena).address()).toArray();
      var memory = graph.outputs().stream().map(o -> arena.allocate(o.type().bytes(), 64)).toList();
      var out = memory.stream().mapToLong(MemorySegment::address).toArray();
      var bound = new ArrayList<Kernel.Bound>();
      var scratch = new ArrayList<Long>();
      for (int part = 0; part < parts; part++) {
        var own = arena.allocate(kernel.scratchBytes() + 64, 64).fill((byte) (0xa5 + part));
        scratch.add(own.address());
        bound.add(kernel.bind(in, out, own.address()));
      }
      long rows = kernel.rows().count();
      for (int part = parts - 1; part >= 0; part--) {
        bound.get(part).sweep(rows * part / parts, rows * (part + 1) / parts);
      }
      scratch.stream().skip(1).forEach(bound.getFirst()::merge);
      bound.getFirst().finish();
      var results = new ArrayList<Literal>();
      for (int i = 0; i < out.length; i++) {
        results.add(Literal.copyOf(graph.outputs().get(i).type(), memory.get(i)));
      }
      return results;
    }
  }

  static MemorySegment copy(Literal literal, Arena arena) {
    var memory = arena.allocate(Math.max(1, literal.type().bytes()), 64);
    memory.asSlice(0, literal.type().bytes()).copyFrom(literal.data());
    return memory;
  }

  /** Runs a graph by its partition: groups as kernels, the rest by the interpreter. */
  static List<Literal> partitioned(Graph graph, List<Literal> inputs, boolean vectors) {
    return partitioned(graph, inputs, vectors, 1);
  }

  /** The same with every kernel's rows divided into as many parts, where it has so many. */
  static List<Literal> partitioned(Graph graph, List<Literal> inputs, boolean vectors, int parts) {
    var known = new HashMap<Value, Literal>();
    for (int i = 0; i < inputs.size(); i++) {
      known.put(graph.inputs().get(i), inputs.get(i));
    }
    for (var step : Fusion.partition(graph, node -> KernelCompiler.refuses(node).isEmpty())) {
      switch (step) {
        case Step.Fused fused -> {
          var kernel = compile(fused, vectors);
          var given = fused.inputs().stream().map(known::get).toList();
          var results =
              parts == 1
                  ? run(kernel, fused.graph(), given)
                  : divided(
                      kernel, fused.graph(), given, (int) Math.min(parts, kernel.rows().count()));
          for (int i = 0; i < results.size(); i++) {
            known.put(fused.outputs().get(i), results.get(i));
          }
        }
        case Step.Single single -> {
          var results =
              Interpreter.run(
                  alone(single.node()),
                  single.node().operands().stream().distinct().map(known::get).toList());
          for (int i = 0; i < results.size(); i++) {
            known.put(single.node().results().get(i), results.get(i));
          }
        }
      }
    }
    return graph.outputs().stream().map(known::get).toList();
  }

  private static Graph alone(Node node) {
    return new Graph(node.operands().stream().distinct().toList(), List.of(node), node.results());
  }

  /** The same bits; one NaN is as good as another. */
  static void assertSameBits(List<Literal> expected, List<Literal> found, String what) {
    assertEquals(expected.size(), found.size(), what);
    for (int i = 0; i < expected.size(); i++) {
      var x = expected.get(i);
      var y = found.get(i);
      assertEquals(x.type(), y.type(), what);
      if (x.equals(y)) {
        continue;
      }
      for (int k = 0; k < x.type().shape().size(); k++) {
        double a = x.doubleAt(k);
        double b = y.doubleAt(k);
        boolean same = Double.compare(a, b) == 0 && x.longAt(k) == y.longAt(k);
        assertEquals(
            true, same, what + ": output " + i + " element " + k + " is " + a + " and " + b);
      }
    }
  }

  /**
   * Equal but for rounding: whole numbers exactly, floats within some units in the last place of
   * their dtype or of what was summed up.
   */
  static void assertClose(
      List<Literal> expected, List<Literal> found, double units, double scale, String what) {
    for (int i = 0; i < expected.size(); i++) {
      var x = expected.get(i);
      var y = found.get(i);
      var dtype = x.type().dtype();
      for (int k = 0; k < x.type().shape().size(); k++) {
        var place = what + ": output " + i + " of " + x.type() + " element " + k;
        if (!dtype.isFloating()) {
          assertEquals(x.longAt(k), y.longAt(k), place);
          continue;
        }
        double a = x.doubleAt(k);
        double b = y.doubleAt(k);
        if (Double.isFinite(a) && Double.isFinite(b)) {
          double size = Math.max(Math.max(Math.abs(a), scale), smallest(dtype));
          assertEquals(a, b, units * epsilon(dtype) * size, place);
        } else if (!(a != a && b != b)) {
          assertEquals(a, b, place);
        }
      }
    }
  }

  private static double epsilon(DType dtype) {
    return switch (dtype) {
      case F64 -> 0x1p-52;
      case F32 -> 0x1p-23;
      case BF16 -> 0x1p-7;
      case F16 -> 0x1p-10;
      case I64, I32, I8, U32, U8, BOOL -> 0;
    };
  }

  private static double smallest(DType dtype) {
    return switch (dtype) {
      case F64 -> Double.MIN_NORMAL;
      case F32, BF16 -> Float.MIN_NORMAL;
      case F16 -> 0x1p-14;
      case I64, I32, I8, U32, U8, BOOL -> 1;
    };
  }
}
