package dev.backplane.layers.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.activation.Relu;
import dev.backplane.layers.parity.Fixtures;
import dev.backplane.layers.parity.LayerParity;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and gradients are PyTorch's, to 1e-5 + 1e-4·|expected|, on both devices. */
class ParityTest {
  private static final List<String> DEVICES = List.of("reference", "cpu");

  private static Backplane backplane;
  private static Fixtures fixtures;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
    fixtures = Fixtures.read(ParityTest.class, "/parity/parity.txt");
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  static Stream<Arguments> layers() {
    var kinds = Map.of("simple_rnn", new SimpleRnn(2), "gru", new Gru(2), "lstm", new Lstm(2));
    var recurrent =
        kinds.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .flatMap(kind -> forms(kind.getKey(), kind.getValue()));
    return Stream.concat(
        recurrent,
        Stream.of(
            Arguments.of("simple_rnn_relu", new SimpleRnn(2, new Relu())),
            Arguments.of(
                "time_distributed",
                new TimeDistributed(Sequential.of(new Flatten(), new Dense(3))))));
  }

  private static Stream<Arguments> forms(String name, Recurrent layer) {
    var sequences = layer.withSequences();
    return Stream.of(
        Arguments.of(name, layer),
        Arguments.of(name + "_sequences", sequences),
        Arguments.of(name + "_single", sequences),
        Arguments.of(name + "_states", sequences.withState()),
        Arguments.of(name + "_padded", sequences.withState()),
        Arguments.of(name + "_reversed", sequences.withState().withReversal()),
        Arguments.of(name + "_bidirectional", new Bidirectional(sequences)),
        Arguments.of(name + "_bidirectional_padded", new Bidirectional(layer)),
        Arguments.of(name + "_stacked", Sequential.of(sequences, layer)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void aLayerAndItsGradients(String name, Layer layer) {
    for (var device : DEVICES) {
      new LayerParity(backplane, device, fixtures).check(name, layer);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void aLayerIsReadBackFromItsFile(String name, Layer layer) {
    var parts = backplane.parts();
    assertEquals(layer, parts.make(Layer.class, parts.json(layer)), name);
  }

  static Stream<Arguments> texts() {
    return Stream.of(
        Arguments.of("lstm(units=3)", new Lstm(3)),
        Arguments.of("gru(units=3)", new Gru(3)),
        Arguments.of("simple_rnn(units=3)", new SimpleRnn(3)),
        Arguments.of(
            "bidirectional(layer=lstm(units=3, sequences=true))",
            new Bidirectional(new Lstm(3).withSequences())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("texts")
  void aLayerByNameIsThatOfItsShortConstructor(String text, Layer layer) {
    assertEquals(layer, backplane.parts().make(Layer.class, text));
  }

  @Test
  void everyRegisteredLayerIsHere() {
    var tested =
        layers().map(arguments -> arguments.get()[1].getClass()).collect(Collectors.toSet());
    for (var extension : new RecurrentExtensions().list()) {
      assertTrue(tested.contains(extension.type()), extension.name() + " has no case");
    }
  }
}
