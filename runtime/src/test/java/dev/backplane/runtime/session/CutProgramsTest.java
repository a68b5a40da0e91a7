package dev.backplane.runtime.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Target;
import dev.backplane.graph.Graph;
import dev.backplane.op.Binary;
import dev.backplane.op.Clamp;
import dev.backplane.op.Sort;
import dev.backplane.op.Unary;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.runtime.reference.ReferenceBackend;
import dev.backplane.runtime.testing.NarrowBackend;
import dev.backplane.runtime.trace.Trace;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random programs with random slots, cut by a device that lacks random ops: what they leave in
 * state and host memory is what the interpreter says, bit for bit.
 */
class CutProgramsTest {
  private static final int SEEDS = 400;
  private static final TensorType V = TensorType.f32(3);
  private static final List<String> STATES = List.of("a", "b", "c");
  private static final List<String> OPS = List.of("Binary", "Unary", "Sort", "Clamp");

  /** One program and where its values come from and go. */
  private record Drawn(Graph graph, List<Slot> inputs, List<Slot> outputs) {
    static Drawn draw(Random random) {
      var inputs = new ArrayList<Slot>();
      STATES.stream()
          .filter(path -> random.nextInt(3) > 0)
          .map(Slot.State::new)
          .forEach(inputs::add);
      inputs.add(new Slot.Host("x"));
      Collections.shuffle(inputs, random);
      var trace = Trace.begin();
      var pool = new ArrayList<Tensor>();
      inputs.forEach(slot -> pool.add(trace.input(V)));
      int nodes = random.nextInt(12);
      for (int i = 0; i < nodes; i++) {
        pool.add(node(random, pool));
      }
      var outputs = new ArrayList<Slot>();
      STATES.stream()
          .filter(path -> random.nextInt(2) > 0)
          .map(Slot.State::new)
          .forEach(outputs::add);
      outputs.add(new Slot.Host("y"));
      outputs.add(new Slot.Host("z"));
      Collections.shuffle(outputs, random);
      var results = outputs.stream().map(slot -> any(random, pool)).toList();
      return new Drawn(trace.finish(results), inputs, outputs);
    }

    private static Tensor any(Random random, List<Tensor> pool) {
      return pool.get(random.nextInt(pool.size()));
    }

    private static Tensor node(Random random, List<Tensor> pool) {
      var x = any(random, pool);
      return switch (random.nextInt(5)) {
        case 0 -> x.apply(new Binary(Binary.Kind.SUBTRACT), any(random, pool));
        case 1 -> x.apply(new Binary(Binary.Kind.MAXIMUM), any(random, pool));
        case 2 -> x.apply(new Unary(Unary.Kind.NEGATE));
        case 3 -> x.apply(new Sort(0, 1, random.nextBoolean()));
        case 4 -> x.apply(new Clamp(), any(random, pool), any(random, pool));
        default -> throw new AssertionError();
      };
    }

    /** What the definition says a run does to state and host memory. */
    void interpret(Map<Slot, Literal> memory) {
      var results = Interpreter.run(graph, inputs.stream().map(memory::get).toList());
      for (int i = 0; i < outputs.size(); i++) {
        memory.put(outputs.get(i), results.get(i));
      }
    }
  }

  private static Literal numbers(Random random) {
    return Literal.of(random.nextInt(9), random.nextInt(9), random.nextInt(9));
  }

  /** Runs two programs in turns, and gives the number of parts they were cut into. */
  private static int check(long seed) {
    var random = new Random(seed);
    var ops = OPS.stream().filter(op -> random.nextInt(3) > 0).toArray(String[]::new);
    var drawn = List.of(Drawn.draw(random), Drawn.draw(random));
    var expected = new LinkedHashMap<Slot, Literal>();
    var types = new TreeMap<String, TensorType>();
    STATES.forEach(path -> types.put(path, V));
    int parts = 0;
    try (var devices = new Devices()) {
      devices.add(new ReferenceBackend());
      devices.add(new NarrowBackend(ops));
      try (var session =
          Session.open(
              devices, Target.of("narrow"), types, devices.jobs().open("test", "narrow"))) {
        for (var path : STATES) {
          var value = numbers(random);
          expected.put(new Slot.State(path), value);
          session.write(path, value);
        }
        var programs = new ArrayList<SessionProgram>();
        for (var each : drawn) {
          var program =
              session.compile("p" + programs.size(), each.graph(), each.inputs(), each.outputs());
          programs.add(program);
          parts += program.parts();
        }
        for (int run = 0; run < 6; run++) {
          int which = random.nextInt(2);
          var x = numbers(random);
          expected.put(new Slot.Host("x"), x);
          programs.get(which).host("x").copyFrom(x.data());
          programs.get(which).run();
          drawn.get(which).interpret(expected);
          for (var path : STATES) {
            assertEquals(expected.get(new Slot.State(path)), session.read(path), "seed " + seed);
          }
          for (var host : List.of("y", "z")) {
            var found = Literal.copyOf(V, programs.get(which).host(host));
            assertEquals(expected.get(new Slot.Host(host)), found, "seed " + seed);
          }
        }
      }
    }
    return parts;
  }

  @Test
  void leaveWhatTheInterpreterSays() {
    int most = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      most = Math.max(most, check(seed));
    }
    assertTrue(most >= 6, "the programs were cut into too few parts to show anything: " + most);
  }
}
