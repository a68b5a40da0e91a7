package dev.backplane.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.BundleUse;
import dev.backplane.Callback;
import dev.backplane.JobInfo;
import dev.backplane.Target;
import dev.backplane.Trainer;
import dev.backplane.Trainer.Epochs;
import dev.backplane.extension.Extension;
import dev.backplane.io.MalformedModelException;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.eager.EagerScope;
import dev.backplane.runtime.extension.Owner;
import dev.backplane.runtime.extension.Registry;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is under way is listed, with the bundles it uses, no longer and no shorter than it is. */
class JobsTest {
  private final Devices devices = Tiny.devices();
  private final Registry registry = Tiny.registry();

  private Trainer trainer(Layer model) {
    return new ModelTrainer(
            devices,
            registry,
            model,
            new Tiny.Squared(),
            new Tiny.Momentum(new Tiny.Constant(0.1), 0.9))
        .name("tiny")
        .metrics(new Tiny.Sides());
  }

  private JobInfo only() {
    var jobs = devices.jobs().list();
    assertEquals(1, jobs.size());
    return jobs.getFirst();
  }

  private static Set<String> whats(JobInfo job, String symbolicName) {
    return job.uses().stream()
        .filter(use -> use.symbolicName().equals(symbolicName))
        .map(BundleUse::what)
        .collect(Collectors.toSet());
  }

  @Test
  void aTrainingIsAJobUntilItIsClosed() {
    try (var training = trainer(Tiny.model()).open(Tiny.train(), Target.of("auto"))) {
      training.step();
      var job = only();
      assertEquals("tiny", job.name());
      assertEquals("reference", job.device());
      assertTrue(job.pinned(), "its examples are the caller's");
      assertEquals(Set.of("device reference"), whats(job, "reference"));
      assertEquals(
          Set.of(
              "linear in model",
              "tanh in model",
              "noise in model",
              "counter in model",
              "squared in loss",
              "momentum in optimizer",
              "constant in optimizer",
              "sides in metrics"),
          whats(job, "test.layers"));
      assertTrue(job.uses("dev.backplane.runtime", "0"), "its Sequential");
      assertTrue(job.uses("test.layers", "1"));
      assertFalse(job.uses("test.layers", "2"));
    }
    assertEquals(List.of(), devices.jobs().list());
  }

  @Test
  void aFitHoldsItsDataWhileItTrainsAndItsDeviceUntilItsRunIsClosed(@TempDir Path folder) {
    var seen = new ArrayList<JobInfo>();
    var callback =
        new Callback() {
          @Override
          public void onEpoch(Progress progress) {
            seen.add(only());
          }
        };
    var own = JobsTest.class.getPackageName();
    var run =
        trainer(Tiny.model())
            .callbacks(callback)
            .out(folder)
            .fit(Tiny.train(), Tiny.test(), Epochs.epochs(1), Tiny.REFERENCE);
    assertEquals(Set.of("training data", "test data", "callback"), whats(seen.getFirst(), own));
    assertTrue(seen.getFirst().pinned());
    var kept = only();
    assertEquals(Set.of(), whats(kept, own));
    assertFalse(kept.pinned());
    assertEquals(Set.of("device reference"), whats(kept, "reference"));
    assertTrue(kept.uses("test.layers"));
    run.close();
    assertEquals(List.of(), devices.jobs().list());

    try (var opened = FinishedRun.open(devices, registry, folder, Tiny.REFERENCE)) {
      assertEquals("tiny", opened.name());
      assertEquals(kept.uses(), only().uses());
    }
    assertEquals(List.of(), devices.jobs().list());
  }

  @Test
  void whatIsNotRegisteredPinsTheJobToItsBundle() {
    var model = Sequential.of(new Tiny.Linear(4), new Tiny.Stray(), new Tiny.Linear(1));
    try (var _ = trainer(model).open(Tiny.train(), Tiny.REFERENCE)) {
      assertTrue(only().pinned());
      assertTrue(
          whats(only(), JobsTest.class.getPackageName()).contains("Stray at model.layers[1]"));
    }
  }

  @Test
  void whatIsCompiledGoesOnWithoutThePluginAndWhatIsNotSaysWhatItMisses() {
    var test = Tiny.test();
    var two =
        List.of(Literal.copyOf(TensorType.of(DType.U8, 2, 2), MemorySegment.ofArray(new byte[4])));
    var one =
        List.of(Literal.copyOf(TensorType.of(DType.U8, 1, 2), MemorySegment.ofArray(new byte[2])));
    try (var training = trainer(Tiny.model()).open(Tiny.train(), Tiny.REFERENCE)) {
      training.step();
      training.metrics();
      training.evaluate(test);
      var before = training.predict(two).getFirst();
      registry.remove(Tiny.OWNER, Tiny.EXTENSIONS);
      assertEquals(before, training.predict(two).getFirst());
      training.step();
      assertEquals(Set.of("loss", "accuracy"), training.metrics().keySet());
      assertEquals(Set.of("loss", "accuracy"), training.evaluate(test).keySet());
      var missing = assertThrows(MalformedModelException.class, () -> training.predict(one));
      assertTrue(String.valueOf(missing.getMessage()).contains("the unknown name \"linear\""));
    }
    assertEquals(List.of(), devices.jobs().list());
  }

  @Test
  void whatCannotBeginIsNoJob() {
    assertThrows(
        RuntimeException.class,
        () -> trainer(Tiny.model()).open(Tiny.train(), Target.of("nowhere")));
    assertThrows(
        RuntimeException.class,
        () -> trainer(Sequential.of(new Tiny.Tanh())).open(Tiny.train(), Tiny.REFERENCE));
    assertThrows(RuntimeException.class, () -> EagerScope.open(devices, Target.of("nowhere")));
    assertEquals(List.of(), devices.jobs().list());
  }

  @Test
  void anEagerScopeIsAJob() {
    try (var _ = EagerScope.open(devices, Tiny.REFERENCE)) {
      assertEquals("eager scope", only().name());
      assertEquals(1, only().uses().size());
      assertFalse(only().pinned());
    }
    assertEquals(List.of(), devices.jobs().list());
  }

  /** As version 1, but a rectangle: whoever traces again would see it. */
  record NewTanh() implements dev.backplane.nn.Activation {
    @Override
    public dev.backplane.tensor.Tensor apply(dev.backplane.tensor.Tensor x) {
      return x.mul(0);
    }
  }

  @Test
  void aJobStaysWithTheVersionItBeganWithUntilThatGoes() {
    var description = registry.describe(new Tiny.Tanh(), "model");
    var newer = new Owner("test.layers", "2");
    var lookup = MethodHandles.lookup();
    registry.add(newer, () -> List.of(Extension.of("tanh", 1, NewTanh.class, lookup)));
    assertEquals(new NewTanh(), registry.make(description.description(), Layer.class, "model"));
    assertEquals(
        new Tiny.Tanh(),
        registry.make(description.description(), Layer.class, "model", description.origins()));
    registry.remove(Tiny.OWNER, Tiny.EXTENSIONS);
    assertEquals(
        new NewTanh(),
        registry.make(description.description(), Layer.class, "model", description.origins()));
  }
}
