package dev.backplane.runtime.extension;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.BackplaneException;
import dev.backplane.extension.Extension;
import dev.backplane.extension.Parts;
import dev.backplane.io.MalformedModelException;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.Tensor;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parts as users write them in a line or a file. */
class RegisteredPartsTest {
  enum Mode {
    FAST,
    EXACT
  }

  record Scale(double factor) implements Activation {
    @Override
    public Tensor apply(Tensor x) {
      return x.mul(factor);
    }
  }

  record Rich(
      int count,
      String label,
      Mode mode,
      boolean flag,
      Optional<Integer> most,
      List<Double> sizes,
      Activation inner)
      implements Activation {
    @Override
    public Tensor apply(Tensor x) {
      return x;
    }
  }

  private final Registry registry = new Registry();
  private final Parts parts = new RegisteredParts(registry);

  RegisteredPartsTest() {
    add("dev.backplane.layers.core", "1", extension("activation.scale", 1, Scale.class));
    add("acme", "1.0.0", extension("acme.rich", 1, Rich.class).withDefault("count", 7));
  }

  private static Extension extension(String name, int version, Class<? extends Record> type) {
    return Extension.of(name, version, type, MethodHandles.lookup());
  }

  private void add(String owner, String version, Extension extension) {
    registry.add(new Owner(owner, version), () -> List.of(extension));
  }

  @Test
  void aLineSaysEveryKindOfComponent() {
    assertEquals(
        new Rich(
            -3, "a, b", Mode.EXACT, true, Optional.of(2), List.of(1.0, 2.5e-3, -.5), new Scale(2)),
        parts.make(
            Activation.class,
            " acme.rich( count=-3, label='a, b' ,mode=EXACT, flag=true,most=2,"
                + " sizes=[1, 2.5e-3, -.5], inner=activation.scale(factor=2)) "));
  }

  @Test
  void partsMayBeWordsAndOptionalsNone() {
    var line = "acme.rich(label=x, mode=FAST, flag=false, most=none, sizes=[], inner=%s)";
    var offered = Map.of("factor", 1.5);
    assertThrows(
        MalformedModelException.class,
        () -> parts.make(Layer.class, line.formatted("scale"), offered),
        "what is offered is for the part itself, not for those within it");
    add("acme", "1.0.1", extension("acme.one", 1, One.class));
    var made = (Rich) parts.make(Layer.class, line.formatted("acme.one"));
    assertEquals(new One(), made.inner());
    assertEquals(Optional.empty(), made.most());
    assertEquals(7, made.count(), "the registered default");
  }

  record One() implements Activation {
    @Override
    public Tensor apply(Tensor x) {
      return x;
    }
  }

  @Test
  void whatIsOfferedComesBeforeDefaultsAndAfterTheText() {
    assertEquals(new Scale(3), parts.make(Layer.class, "scale", Map.of("factor", 3.0, "x", 1)));
    assertEquals(new Scale(2), parts.make(Layer.class, "scale(factor=2)", Map.of("factor", 3.0)));
  }

  @Test
  void onlyOursMayBeNamedShort() {
    assertEquals(new Scale(2), parts.make(Layer.class, "scale(factor=2)"));
    add("zeta", "9", extension("zeta.scale", 1, One.class));
    add("eta", "9", extension("scale", 1, One.class));
    assertEquals(new Scale(2), parts.make(Layer.class, "scale(factor=2)"));
    var message = refusal("rich");
    assertTrue(message.contains("unknown name \"rich\"; did you mean acme.rich?"), message);
  }

  @Test
  void theNewestVersionOfANameIsMeant() {
    add("acme", "2.0.0", extension("acme.rich", 2, One.class));
    assertEquals(new One(), parts.make(Layer.class, "acme.rich"));
  }

  @Test
  void jsonIsReadAndWritten() {
    var model = Sequential.of(new Scale(2), new Scale(0.5));
    var json = parts.json(model);
    assertTrue(json.contains("\"activation.scale\""), json);
    assertEquals(model, parts.make(Layer.class, json));
    assertEquals(
        model, parts.make(Layer.class, "sequential(layers=[scale(factor=2), scale(factor=0.5)])"));
  }

  @Test
  void whatIsNotRegisteredHasNoJson() {
    var model = Sequential.of(new Scale(2), new Two());
    var message = assertThrows(BackplaneException.class, () -> parts.json(model)).getMessage();
    assertTrue(message.contains("layers[1] (Two)"), message);
  }

  record Two() implements Activation {
    @Override
    public Tensor apply(Tensor x) {
      return x;
    }
  }

  @Test
  void namesAreListedByKind() {
    assertEquals(List.of("acme.rich", "activation.scale", "sequential"), parts.names(Layer.class));
    assertEquals(List.of("acme.rich", "activation.scale"), parts.names(Activation.class));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                        | part, at 1: the text ends; expected the name of a part
          scale(                    | part, at 7: the text ends; expected COMPONENT=VALUE
          scale(2)                  | part, at 8: ")"; expected COMPONENT=VALUE
          scale(factor=)            | part, at 14: ")"; expected a value
          scale(factor=2            | part, at 15: the text ends; expected "," or ")"
          scale(factor=2) x         | part, at 17: "x"; expected the end
          scale(factor=2,factor=3)  | part, at 24: ")"; expected each component once, "factor" stands twice before this
          scale(factor=[1)          | part, at 16: ")"; expected "," or "]"
          scale(factor="a)          | part, at 15: "a)"; expected a closing "
          scale(factor=x)           | part.factor: "x"; expected a number
          scale(facto=2)            | part: the unknown component "facto" of activation.scale; did you mean factor?; expected one of [factor]
          scale                     | part.factor: missing; expected a value: activation.scale registers no default for it
          {"name": "scale"}         | part: no field "components"; expected one; found [name]
          """)
  void whatIsWrongIsSaidWithItsPlace(String text, String expected) {
    assertEquals(expected, refusal(text));
  }

  @Test
  void bracketsAreBounded() {
    var deep = "sequential(layers=[".repeat(60);
    assertTrue(refusal(deep).contains("at most 50 levels"), refusal(deep));
  }

  @Test
  void anotherKindIsRefusedWithThoseThereAre() {
    var message =
        assertThrows(
                MalformedModelException.class, () -> parts.make(Activation.class, "sequential"))
            .getMessage();
    assertEquals(
        "part: \"sequential\", which is none; expected an Activation; there are"
            + " [acme.rich, activation.scale]",
        message);
  }

  private String refusal(String text) {
    return assertThrows(MalformedModelException.class, () -> parts.make(Layer.class, text))
        .getMessage();
  }
}
