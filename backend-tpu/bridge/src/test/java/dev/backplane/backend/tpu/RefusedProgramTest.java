package dev.backplane.backend.tpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.function.Traceable;
import dev.backplane.op.Attributes;
import dev.backplane.op.CustomCall;
import dev.backplane.op.RandomBits;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a plugin's device does not run is refused before the plugin sees it, and the device goes on.
 */
class RefusedProgramTest {
  private static final TensorType PAIR = TensorType.f32(2);
  private static final Literal GIVEN = Literal.fill(PAIR, i -> i + 1);

  private static PluginBackplane plugins;
  private static Backplane backplane;

  @BeforeAll
  static void start() {
    plugins = PluginBackplane.start();
    backplane = plugins.backplane();
  }

  @AfterAll
  static void stop() {
    if (plugins != null) {
      plugins.close();
    }
  }

  private static Tensors call(Tensors x) {
    return Tensors.of(
        x.only().apply(new CustomCall("acme.magic", Attributes.none(), List.of(PAIR))));
  }

  /** 2³¹ of them: XLA numbers what it draws with 32 bits. */
  private static Tensors tooManyBits(Tensors x) {
    var bits = new RandomBits(Shape.of(1 << 16, 1 << 15), 0);
    return Tensors.of(x.get(0).apply(bits, x.get(1), x.get(1), x.get(1)));
  }

  private void assertRefused(
      Traceable function, List<Literal> arguments, String device, boolean strict, String... parts) {
    var target = backplane.device(device).strict(strict);
    try (var compiled = backplane.compile(function, target)) {
      var refused = assertThrows(UnsupportedProgramException.class, () -> compiled.call(arguments));
      Stream.concat(Stream.of(device), Stream.of(parts))
          .forEach(
              part ->
                  assertTrue(
                      refused.getMessage().contains(part),
                      () -> "expected \"" + part + "\" in: " + refused.getMessage()));
    }
    try (var next = backplane.compile(x -> Tensors.of(x.only().add(x.only())), target)) {
      assertEquals(List.of(Literal.fill(PAIR, i -> 2 * i + 2)), next.call(GIVEN));
    }
  }

  @ParameterizedTest
  @CsvSource({"pjrt-cpu:0,true", "pjrt-cpu:0,false", "pjrt-cpu:1,true", "pjrt-cpu:1,false"})
  void anOpThatNobodyRuns(String device, boolean strict) {
    assertRefused(
        RefusedProgramTest::call, List.of(GIVEN), device, strict, "CustomCall", "acme.magic");
  }

  @ParameterizedTest
  @CsvSource({"pjrt-cpu:0", "pjrt-cpu:1"})
  void moreElementsThanItCounts(String device) {
    var key = Literal.fill(TensorType.of(DType.U32, 2), i -> i);
    assertRefused(
        RefusedProgramTest::tooManyBits,
        List.of(key, Literal.scalar(DType.U32, 0)),
        device,
        true,
        "RandomBits of 2147483648 elements: the most is 2147483639",
        "a strict target forbids the reference device");
  }
}
