package dev.backplane;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Backend;
import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Examples;
import dev.backplane.data.Recipe;
import dev.backplane.nn.Activation;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Initializer;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Metric;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
import dev.backplane.op.OpDefinition;
import dev.backplane.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The promise stays small: how much of it there may be. */
class ApiSizeTest {
  private static final List<Class<?>> SPI =
      List.of(Backend.class, Device.class, Buffer.class, Executable.class, Execution.class);

  private static long methods(Class<?> type) {
    return Arrays.stream(type.getMethods()).filter(m -> !m.isSynthetic()).count();
  }

  static Stream<Class<?>> interfacesForOthersToImplement() {
    return Stream.concat(
        SPI.stream(),
        Stream.of(
            Activation.class,
            Callback.class,
            DatasetProvider.class,
            Examples.class,
            GradientTransform.class,
            Initializer.class,
            Layer.class,
            Loss.class,
            Metric.class,
            OpDefinition.class,
            Optimizer.class,
            Recipe.class,
            Schedule.class));
  }

  @Test
  void aTensorHasAtMostFortyMethods() {
    assertTrue(methods(Tensor.class) <= 40, () -> "Tensor has " + methods(Tensor.class));
  }

  @Test
  void aBackendIsAtMostFortyMethodsInFiveInterfaces() {
    var total = SPI.stream().mapToLong(ApiSizeTest::methods).sum();
    assertTrue(total <= 40, () -> "they have " + total);
  }

  @ParameterizedTest
  @MethodSource("interfacesForOthersToImplement")
  void anInterfaceForOthersToImplementHasAtMostTwelveMethods(Class<?> type) {
    assertTrue(methods(type) <= 12, () -> type.getName() + " has " + methods(type));
  }
}
