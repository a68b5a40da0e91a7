package dev.backplane.layers.recurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.GivenParameters;
import dev.backplane.layers.parity.Fixtures;
import dev.backplane.layers.parity.LayerParity;
import dev.backplane.nn.Layer;
import dev.backplane.op.Scan;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Masks, lengths and what does not fit. */
class EdgesTest {
  private static Backplane backplane;
  private static LayerParity runner;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
    runner = new LayerParity(backplane, "reference", new Fixtures(Map.of()));
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  private static Literal waves(int... dimensions) {
    return Literal.fill(TensorType.f32(dimensions), i -> Math.sin(i * 1.3 + dimensions.length));
  }

  /** Parameters of a layer of 2 units on 3 inputs. */
  private static Map<String, Literal> parameters(int gates) {
    var given = new HashMap<String, Literal>();
    given.put("parameter.kernel", waves(3, gates * 2));
    given.put("parameter.recurrent_kernel", waves(2, gates * 2));
    given.put("parameter.bias", waves(gates * 2));
    given.put("parameter.recurrent_bias", waves(gates * 2));
    return given;
  }

  static Stream<Arguments> kinds() {
    return Stream.of(
        Arguments.of(new SimpleRnn(2), 1),
        Arguments.of(new Gru(2), 3),
        Arguments.of(new Lstm(2), 4));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aSequenceOfNothingButPaddingKeepsTheFirstState(Recurrent layer, int gates) {
    var given = parameters(gates);
    given.put("input.0", waves(2, 3, 3));
    for (int i = 1; i <= layer.states(); i++) {
      given.put("input." + i, waves(2, 2));
    }
    var mask = Literal.fill(TensorType.of(DType.BOOL, 2, 3), i -> i < 3 ? 0 : 1);
    var results = runner.run(layer, given, Optional.of(mask), List.of(waves(2, 2)));
    var first = waves(2, 2).toFloats();
    var last = results.values().getFirst().toFloats();
    assertEquals(first[0], last[0]);
    assertEquals(first[1], last[1]);
    assertTrue(first[2] != last[2]);
    var gradient = results.gradients().get("input.0").toFloats();
    for (int i = 0; i < 9; i++) {
      assertEquals(0, gradient[i], "gradient " + i);
      assertTrue(gradient[9 + i] != 0, "gradient " + (9 + i));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatIsOneLoopOfTheSameSizeForEveryLength(Recurrent layer, int gates) {
    assertEquals(nodes(layer, gates, 3), nodes(layer, gates, 300));
  }

  /** The number of nodes of a layer's graph, one of which is a scan of that length. */
  private static int nodes(Recurrent layer, int gates, int steps) {
    var names = parameters(gates).keySet().stream().sorted().toList();
    var types =
        Stream.concat(
                Stream.of(TensorType.f32(1, steps, 3)),
                names.stream().map(name -> parameters(gates).get(name).type()))
            .toList();
    try (var scope = backplane.eager(backplane.device("reference"))) {
      var graph =
          scope.trace(
              types,
              all -> {
                var values = new HashMap<String, Tensor>();
                for (int i = 0; i < names.size(); i++) {
                  values.put(names.get(i).substring("parameter.".length()), all.get(1 + i));
                }
                var forward = new GivenParameters(all.get(0).scope(), values);
                return layer.apply(forward, Tensors.of(all.get(0)));
              });
      var scans = graph.nodes().stream().filter(node -> node.op() instanceof Scan).toList();
      assertEquals(1, scans.size());
      var scan = (Scan) scans.getFirst().op();
      assertEquals(steps, scan.length());
      return graph.nodes().size() + scan.body().nodes().size();
    }
  }

  @Test
  void aLayerThatGivesOneStateClearsTheMaskAndOneThatGivesAllKeepsIt() {
    var given = parameters(4);
    given.put("input.0", waves(1, 2, 3));
    var mask = Optional.of(Literal.fill(TensorType.of(DType.BOOL, 1, 2), i -> 1));
    for (var layer : List.of(new Lstm(2), new Lstm(2).withSequences())) {
      Layer probe =
          (forward, inputs) -> {
            layer.apply(forward, inputs);
            double present = forward.mask().isPresent() ? 1 : 0;
            return Tensors.of(Ops.fill(forward.scope(), TensorType.f32(1), present));
          };
      var found = runner.run(probe, given, mask, List.of(waves(1))).values().getFirst();
      assertArrayEquals(new float[] {layer.sequences() ? 1 : 0}, found.toFloats());
    }
  }

  static Stream<Arguments> inputs() {
    var x = TensorType.f32(2, 4, 3);
    return Stream.of(
        bad(
            new Lstm(2),
            "Lstm C1: expected floating [batch, steps, in], found f32[2,3]",
            TensorType.f32(2, 3)),
        bad(
            new Gru(2),
            "Gru C1: expected floating [batch, steps, in], found i32[2,4,3]",
            TensorType.of(DType.I32, 2, 4, 3)),
        bad(
            new Lstm(2),
            "Lstm C2: expected no first states or 2 of f32[2,2], found [f32[2,2]]",
            x,
            TensorType.f32(2, 2)),
        bad(
            new SimpleRnn(2),
            "SimpleRnn C2: expected no first states or 1 of f32[2,2], found [f32[1,2]]",
            x,
            TensorType.f32(1, 2)),
        bad(
            new Bidirectional(new Gru(2)),
            "Bidirectional C2: expected no first states or 2, found [f32[2,2]]",
            x,
            TensorType.f32(2, 2)),
        bad(
            new TimeDistributed(new Dense(2)),
            "TimeDistributed C1: expected [batch, steps, …], found f32[2]",
            TensorType.f32(2)));
  }

  private static Arguments bad(Layer layer, String message, TensorType... inputs) {
    return Arguments.of(layer, message, List.of(inputs));
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void anInputThatDoesNotFit(Layer layer, String message, List<TensorType> types) {
    var given = new HashMap<>(parameters(layer instanceof Lstm ? 4 : layer instanceof Gru ? 3 : 1));
    for (int i = 0; i < types.size(); i++) {
      given.put("input." + i, Literal.fill(types.get(i), j -> 1));
    }
    var found =
        assertThrows(
            ShapeException.class,
            () -> runner.run(layer, given, Optional.empty(), List.of(waves(1))));
    assertTrue(found.getMessage().startsWith(message), found.getMessage());
  }

  @Test
  void aMaskOfAnotherLengthIsRefused() {
    var given = parameters(4);
    given.put("input.0", waves(2, 4, 3));
    var mask = Optional.of(Literal.fill(TensorType.of(DType.BOOL, 2, 3), i -> 1));
    var found =
        assertThrows(
            ShapeException.class, () -> runner.run(new Lstm(2), given, mask, List.of(waves(1))));
    assertEquals(
        "Lstm C3: the mask of f32[2,4,3]: expected bool[2,4], found bool[2,3]", found.getMessage());
  }

  @Test
  void unitsAreAtLeastOne() {
    for (var make :
        List.<Runnable>of(() -> new Lstm(0), () -> new Gru(0), () -> new SimpleRnn(0))) {
      var found = assertThrows(IllegalArgumentException.class, make::run);
      assertTrue(found.getMessage().endsWith(" units: expected 1 or more, found 0"));
    }
  }
}
