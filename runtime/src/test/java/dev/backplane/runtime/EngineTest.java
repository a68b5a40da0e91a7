package dev.backplane.runtime;

import static dev.backplane.function.Functions.valueAndGradient;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.BackplaneException;
import dev.backplane.NoSuchDeviceException;
import dev.backplane.Target;
import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.runtime.testing.NarrowBackend;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class EngineTest {
  private static final Literal W = Literal.of(Shape.of(2, 1), 1f, 2f);
  private static final Literal X = Literal.of(Shape.of(3, 2), 1f, 0f, 0f, 1f, 1f, 1f);

  @Test
  void startsWithWhatTheServiceLoaderFinds() {
    try (var backplane = Backplane.start()) {
      assertInstanceOf(Engine.class, backplane);
      assertTrue(backplane.devices().stream().anyMatch(info -> info.id().equals("reference")));
      assertEquals(backplane.devices().getFirst().id(), backplane.device("auto").device());
    }
  }

  @Test
  void compilesYourOwnMaths() {
    try (var backplane = Backplane.start();
        var step =
            backplane.compile((w, x) -> valueAndGradient(v -> x.matmul(v).square().mean(), w))) {
      // x·w = (1, 2, 3): the mean square is 14/3, its gradient 2/3 xᵀ(x·w).
      var both = step.call(W, X);
      assertEquals(14.0 / 3, both.get(0).toDouble(), 1e-6);
      assertArrayEquals(new float[] {8f / 3, 10f / 3}, both.get(1).toFloats(), 1e-6f);
    }
  }

  @Test
  void compilesOncePerTypesAndServesManyThreads() throws Exception {
    try (var backplane = new Engine()) {
      var narrow = new NarrowBackend("Binary");
      backplane.addBackend(narrow);
      try (var doubled = backplane.compile(x -> Tensors.of(x.add(x)));
          var threads = Executors.newFixedThreadPool(4)) {
        var calls = new ArrayList<Callable<float[]>>();
        for (int i = 0; i < 40; i++) {
          var argument = Literal.of(i, 2f * i);
          calls.add(() -> doubled.call(argument).getFirst().toFloats());
        }
        var results = threads.invokeAll(calls);
        for (int i = 0; i < 40; i++) {
          assertArrayEquals(new float[] {2f * i, 4f * i}, results.get(i).get());
        }
        assertEquals(1, narrow.programs.size());
        doubled.call(Literal.of(1f, 2f, 3f));
        assertEquals(2, narrow.programs.size());
        backplane.removeBackend(narrow);
        assertThrows(NoSuchDeviceException.class, () -> doubled.call(Literal.of(1f, 2f)));
      }
    }
  }

  @Test
  void aCompiledFunctionMovesToTheBackendThatServesItsDeviceNow() {
    try (var backplane = new Engine()) {
      var old = new NarrowBackend("Binary");
      var fresh = new NarrowBackend("Binary");
      backplane.addBackend(old);
      var target = backplane.device("narrow");
      try (var doubled = backplane.compile(x -> Tensors.of(x.only().add(x.only())), target)) {
        assertEquals(4, doubled.call(Literal.of(2f)).getFirst().toDouble());
        assertEquals(1, old.programs.size());

        backplane.addBackend(fresh);
        assertEquals(1, old.closedDevices, "an idle function keeps nothing of the old one");
        assertEquals(6, doubled.call(Literal.of(3f)).getFirst().toDouble());
        assertEquals(1, fresh.programs.size());

        // It goes in the middle of a call: the call ends, the next one is served by who is there.
        fresh.whileStarting =
            () -> {
              fresh.whileStarting = () -> {};
              var remover = new Thread(() -> backplane.removeBackend(fresh));
              remover.start();
              while (remover.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
              }
            };
        assertEquals(8, doubled.call(Literal.of(4f)).getFirst().toDouble());
        assertEquals(10, doubled.call(Literal.of(5f)).getFirst().toDouble());
        assertEquals(2, old.programs.size());
        assertEquals(1, backplane.jobs().size());
      }
      assertEquals(List.of(), backplane.jobs());
    }
  }

  @Test
  void saysWhereACompiledFunctionDoesNotFit() {
    try (var backplane = Backplane.start();
        var product = backplane.compile((x, y) -> Tensors.of(x.matmul(y)))) {
      var failure = assertThrows(ShapeException.class, () -> product.call(X, X));
      assertEquals(
          "Dot C2: contracted dimensions differ: [3,2] × [3,2] (2 ≠ 3)", failure.getMessage());
      product.close();
      assertThrows(IllegalStateException.class, () -> product.call(X, W));
    }
  }

  @Test
  void refusesUnknownDevicesAtOnce() {
    try (var backplane = Backplane.start()) {
      assertThrows(NoSuchDeviceException.class, () -> backplane.device("cdu"));
      assertThrows(
          NoSuchDeviceException.class, () -> backplane.compile(x -> x, Target.of("opencl:17")));
    }
  }

  private record Cats() implements DatasetProvider {
    @Override
    public String name() {
      return "cats-and-dogs";
    }

    @Override
    public Dataset open(Access access) {
      throw new BackplaneException("the cats are asleep");
    }
  }

  @Test
  void suggestsDataSets() {
    try (var engine = new Engine()) {
      var none = assertThrows(BackplaneException.class, () -> engine.dataset("iris"));
      assertEquals(
          "unknown data set \"iris\": there are none; put dev.backplane.recipes on the path",
          none.getMessage());
      engine.addDataset(new Cats());
      var unknown = assertThrows(BackplaneException.class, () -> engine.dataset("cats-and-dog"));
      assertEquals(
          "unknown data set \"cats-and-dog\": there are [cats-and-dogs];"
              + " did you mean cats-and-dogs?",
          unknown.getMessage());
      var asleep = assertThrows(BackplaneException.class, () -> engine.dataset("cats-and-dogs"));
      assertEquals("the cats are asleep", asleep.getMessage());
    }
  }

  @Test
  void computesEagerly() {
    try (var backplane = Backplane.start();
        var scope = backplane.eager(backplane.device("auto"))) {
      var x = scope.constant(Literal.of(1f, 2f, 3f));
      assertEquals(14, x.square().sum().read().toDouble());
    }
  }

  @Test
  void endsAllWorkWhenItIsClosed() {
    var engine = new Engine();
    engine.addBackend(new NarrowBackend("Binary"));
    var scope = engine.eager(engine.device("narrow"));
    var x = scope.constant(Literal.of(1f));
    engine.close();
    engine.close();
    assertThrows(IllegalStateException.class, () -> x.add(x));
    scope.close();
    assertEquals(List.of(), List.copyOf(engine.recipes()));
  }
}
