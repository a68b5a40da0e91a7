package dev.backplane.runtime.extension;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.BackplaneException;
import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.io.Description;
import dev.backplane.io.MalformedModelException;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RegistryTest {
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
      long seed,
      double rate,
      float slope,
      boolean bias,
      String label,
      Mode mode,
      DType dtype,
      Shape shape,
      Optional<Activation> activation,
      List<Integer> sizes)
      implements Activation {
    Rich {
      if (count < 1) {
        throw new IllegalArgumentException("count: expected 1 or more, found " + count);
      }
    }

    @Override
    public Tensor apply(Tensor x) {
      return x;
    }
  }

  record Stray() implements Activation {
    @Override
    public Tensor apply(Tensor x) {
      return x;
    }
  }

  private static final Owner OURS = new Owner("acme.layers", "1.0.0");

  private static final Rich RICH =
      new Rich(
          3,
          1L << 40,
          -0.0,
          0.1f,
          true,
          "a \"b\" ü",
          Mode.EXACT,
          DType.BF16,
          Shape.of(2, 3),
          Optional.of(new Scale(Double.POSITIVE_INFINITY)),
          List.of(1, 2));

  private static Registry registry() {
    var registry = new Registry();
    registry.add(
        OURS,
        () ->
            List.of(
                Extension.of("acme.scale", 1, Scale.class, MethodHandles.lookup()),
                Extension.of("acme.rich", 2, Rich.class, MethodHandles.lookup())
                    .withDefault("bias", true)
                    .withDefault("activation", Optional.empty())));
    return registry;
  }

  private static Description rich() {
    return registry().describe(RICH, "model").description();
  }

  @Test
  void whatIsDescribedAndWrittenAsJsonIsMadeAnewAsTheSameRecord() {
    var model = Sequential.of(RICH, new Scale(Double.NaN));
    var described = registry().describe(model, "model");
    assertEquals(List.of(), described.pins());
    var json = JsonFormat.pretty(DescriptionJson.write(described.description()));
    var back = DescriptionJson.read(JsonFormat.read(json, "test"));
    assertEquals(model, registry().make(back, Layer.class, "model"));
    assertEquals(
        new String(json, StandardCharsets.UTF_8),
        new String(JsonFormat.pretty(DescriptionJson.write(back)), StandardCharsets.UTF_8));
  }

  @Test
  void theBytesOfAModelAreThese() {
    var described = registry().describe(Sequential.of(new Scale(0.5)), "model");
    assertEquals(
        "{\"name\":\"sequential\",\"version\":1,\"components\":{\"layers\":[{\"name\":"
            + "\"acme.scale\",\"version\":1,\"components\":{\"factor\":0.5}}]}}",
        JsonFormat.compact(DescriptionJson.write(described.description())));
  }

  @Test
  void missingComponentsTakeTheRegisteredDefault() {
    var without = new java.util.LinkedHashMap<>(rich().components());
    without.remove("activation");
    without.remove("bias");
    var made =
        registry().make(new Description("acme.rich", 2, without), Rich.class, "config.json: model");
    assertEquals(Optional.empty(), made.activation());
    assertTrue(made.bias());
  }

  @Test
  void aMissingComponentWithoutDefaultSaysWhichAndWhere() {
    var without = new java.util.LinkedHashMap<>(rich().components());
    without.remove("count");
    assertMalformed(without, "config.json: model.count: missing", "registers no default");
  }

  @Test
  void unknownComponentsFailWithASuggestion() {
    assertMalformed(with("cuont", new Description.Int(1)), "\"cuont\"", "did you mean count");
  }

  @Test
  void valuesOfTheWrongKindSayWhereAndWhatWasExpected() {
    assertMalformed(with("count", new Description.Real(1.5)), "model.count: 1.5", "whole number");
    assertMalformed(with("count", new Description.Int(1L << 40)), "model.count", "2147483647");
    assertMalformed(with("bias", new Description.Int(1)), "model.bias: 1", "true or false");
    assertMalformed(with("mode", new Description.Text("FSAT")), "\"FSAT\"", "[FAST, EXACT]");
    assertMalformed(with("dtype", new Description.Text("f31")), "\"f31\"", "bf16");
    assertMalformed(with("sizes", new Description.Int(1)), "model.sizes", "a list");
    assertMalformed(
        with("shape", new Description.Listing(List.of(new Description.Int(-1)))), "model.shape");
    assertMalformed(with("label", new Description.Nothing()), "model.label: nothing");
    assertMalformed(
        with("activation", new Description.Part(new Description("acme.rihc", 1, Map.of()))),
        "model.activation: the unknown name \"acme.rihc\"",
        "did you mean acme.rich");
    assertMalformed(with("count", new Description.Int(0)), "count: expected 1 or more, found 0");
  }

  @Test
  void aPartOfTheWrongTypeIsRefused() {
    var sequential =
        new Description("sequential", 1, Map.of("layers", new Description.Listing(List.of())));
    assertMalformed(
        with("activation", new Description.Part(sequential)), "\"sequential\"", "Activation");
  }

  @Test
  void anUnknownVersionNamesThoseThatAreKnown() {
    var failure =
        assertThrows(
            MalformedModelException.class,
            () -> registry().make(new Description("acme.rich", 3, Map.of()), Layer.class, "model"));
    assertTrue(failure.getMessage().contains("acme.rich version 3"), failure.getMessage());
    assertTrue(failure.getMessage().contains("version [2]"), failure.getMessage());
  }

  @Test
  void anUnregisteredLayerPinsAndCannotBeRead() {
    var described = registry().describe(Sequential.of(new Scale(1), new Stray()), "model");
    assertEquals(1, described.pins().size());
    assertTrue(described.pins().getFirst().toString().startsWith("model.layers[1] (Stray): "));
    var failure =
        assertThrows(
            MalformedModelException.class,
            () -> registry().make(described.description(), Layer.class, "model"));
    assertTrue(failure.getMessage().startsWith("model.layers[1]: "), failure.getMessage());
  }

  @Test
  void aNameOfTwoBundlesIsRefusedNamingBothUntilOneGoes() {
    var registry = registry();
    var other = new Owner("zeta.layers", "1.0.0");
    Extensions stray =
        () -> List.of(Extension.of("acme.scale", 1, Stray.class, MethodHandles.lookup()));
    registry.add(other, stray);
    var failure =
        assertThrows(BackplaneException.class, () -> registry.describe(new Scale(1), "model"));
    assertTrue(failure.getMessage().contains("acme.layers and zeta.layers"), failure.getMessage());
    assertEquals(Map.of("acme.scale", List.of("acme.layers", "zeta.layers")), registry.conflicts());
    registry.remove(other, stray);
    assertEquals("acme.scale", registry.describe(new Scale(1), "model").description().name());
  }

  /** A bundle that is wired anew: word of the old going may come after the new has come. */
  @Test
  void whatABundleBringsAnewStaysWhenTheFirstGoesLate() {
    var owner = new Owner("zeta.layers", "1.0.0");
    var registry = new Registry();
    var first = strays();
    var second = strays();
    registry.add(owner, first);
    registry.add(owner, second);
    registry.remove(owner, first);
    assertTrue(registry.names().containsKey("zeta.stray"), registry.names().toString());
    registry.remove(owner, second);
    assertFalse(registry.names().containsKey("zeta.stray"), registry.names().toString());
  }

  private static Extensions strays() {
    return new Extensions() {
      @Override
      public List<Extension> list() {
        return List.of(Extension.of("zeta.stray", 1, Stray.class, MethodHandles.lookup()));
      }
    };
  }

  record NewScale(double factor) implements Activation {
    @Override
    public Tensor apply(Tensor x) {
      return x.mul(factor);
    }
  }

  @Test
  void theNewestVersionOfABundleServesWhileOlderClassesAreStillDescribed() {
    var registry = registry();
    var newer = new Owner(OURS.name(), "1.0.10");
    registry.add(new Owner(OURS.name(), "1.0.9"), () -> List.of());
    Extensions scale =
        () -> List.of(Extension.of("acme.scale", 1, NewScale.class, MethodHandles.lookup()));
    registry.add(newer, scale);
    var description = registry.describe(new Scale(2), "model").description();
    assertEquals(new NewScale(2), registry.make(description, Layer.class, "model"));
    registry.remove(newer, scale);
    assertEquals(new Scale(2), registry.make(description, Layer.class, "model"));
  }

  @Test
  void oneBundleNamingAThingTwiceIsRefused() {
    assertThrows(
        BackplaneException.class,
        () ->
            new Registry()
                .add(
                    OURS,
                    () ->
                        List.of(
                            Extension.of("a", 1, Scale.class, MethodHandles.lookup()),
                            Extension.of("a", 1, Stray.class, MethodHandles.lookup()))));
  }

  private static Map<String, Description.Plain> with(String component, Description.Plain value) {
    var changed = new java.util.LinkedHashMap<>(rich().components());
    changed.put(component, value);
    return changed;
  }

  private static void assertMalformed(Map<String, Description.Plain> components, String... parts) {
    var failure =
        assertThrows(
            MalformedModelException.class,
            () ->
                registry()
                    .make(
                        new Description("acme.rich", 2, components),
                        Layer.class,
                        "config.json: model"));
    for (var part : parts) {
      assertTrue(failure.getMessage().contains(part), failure.getMessage());
    }
  }
}
