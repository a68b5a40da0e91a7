package dev.backplane.runtime.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.BackplaneException;
import dev.backplane.Callback;
import dev.backplane.Run;
import dev.backplane.Target;
import dev.backplane.Trainer;
import dev.backplane.Trainer.Epochs;
import dev.backplane.TrainingFailedException;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.data.Batches;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Sequential;
import dev.backplane.nn.TabledMetric;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.op.Compare;
import dev.backplane.op.Precision;
import dev.backplane.runtime.testing.NarrowBackend;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FitTest {
  private static Run fit(int epochs) {
    return Tiny.trainer().fit(Tiny.train(), Tiny.test(), Epochs.epochs(epochs), Tiny.REFERENCE);
  }

  @Test
  void itLearnsExclusiveOr() {
    try (var run = fit(40)) {
      assertTrue(run.metrics().get("test_accuracy") > 0.9, run::toString);
      assertTrue(
          run.metrics().get("train_loss") < run.history().getFirst().get("train_loss") / 2,
          run::toString);
      assertEquals(40, run.epochs());
      assertEquals(40 * 7, run.steps());
      assertEquals(
          List.of("train_loss", "train_accuracy", "test_loss", "test_accuracy"),
          List.copyOf(run.metrics().keySet()));
      assertTrue(run.toString().startsWith("tiny on reference ("), run::toString);
      assertTrue(run.samplesPerSecond() > 0);
    }
  }

  @Test
  void theSameSeedGivesTheSameBitsAndAnotherOneOthers() {
    try (var one = fit(2);
        var same = fit(2);
        var other =
            Tiny.trainer()
                .seed(1)
                .fit(Tiny.train(), Tiny.test(), Epochs.epochs(2), Tiny.REFERENCE)) {
      assertEquals(one.parameters(), same.parameters());
      assertEquals(one.history(), same.history());
      assertNotEquals(
          one.parameters().get("linear_1/kernel"), other.parameters().get("linear_1/kernel"));
    }
  }

  @Test
  void parametersAndStateHaveTheirPaths() {
    try (var run = fit(1)) {
      assertEquals(
          List.of(
              "counter_1/seen",
              "linear_1/bias",
              "linear_1/kernel",
              "linear_2/bias",
              "linear_2/kernel"),
          List.copyOf(run.parameters().keySet()));
      assertEquals(
          Literal.scalar(DType.I32, 5L + run.steps()), run.parameters().get("counter_1/seen"));
    }
  }

  @Test
  void figuresAreThoseOfAllExamplesWithASmallerLastBatch() {
    try (var run = fit(1)) {
      var whole = run.evaluate(Tiny.quadrants(60).batch(60));
      var parts = run.evaluate(Tiny.test());
      assertEquals(whole.get("loss"), parts.get("loss"), 1e-6);
      assertEquals(whole.get("accuracy"), parts.get("accuracy"), 0);
      assertEquals(run.metrics().get("test_loss"), parts.get("loss"), 0);
      double sum = 0;
      for (int i = 0; i < 60; i++) {
        var example = Tiny.quadrants(60).example(i);
        double error = run.predict(example.input()).toDouble() - example.target().toDouble();
        sum += error * error;
      }
      assertEquals(sum / 60, whole.get("loss"), 1e-5);
    }
  }

  @Test
  void predictionsOfManyBatchSizesAgree() {
    try (var run = fit(1)) {
      var type = TensorType.of(DType.U8, 12, 2);
      var inputs = Literal.fill(type, i -> i * 9);
      var all = run.predict(List.of(inputs)).getFirst();
      assertEquals(TensorType.f32(12, 1), all.type());
      for (int size = 1; size <= 12; size++) {
        var some = Literal.fill(TensorType.of(DType.U8, size, 2), i -> i * 9);
        var predicted = run.predict(List.of(some)).getFirst();
        for (int i = 0; i < size; i++) {
          assertEquals(all.doubleAt(i), predicted.doubleAt(i), 1e-6);
        }
      }
      var wrong =
          assertThrows(
              IllegalArgumentException.class,
              () -> run.predict(Literal.of(Shape.of(3), 1f, 2f, 3f)));
      assertTrue(wrong.getMessage().contains("[u8[1,2]]"), wrong.getMessage());
      assertTrue(wrong.getMessage().contains("point"), wrong.getMessage());
    }
  }

  @Test
  void aLossThatIsNotFiniteStopsAndNamesTheStep() {
    var bad = new Tiny.Quadrants(100, Float.POSITIVE_INFINITY);
    var batches = new Batches(bad, 16, OptionalLong.of(3));
    int place = Arrays.stream(batches.order(0)).boxed().toList().indexOf(0);
    var failure =
        assertThrows(
            TrainingFailedException.class,
            () ->
                Tiny.trainer().fit(batches, Tiny.test(), Epochs.epochs(3), Tiny.REFERENCE).close());
    int step = place / 16 + 1;
    assertTrue(
        failure.getMessage().contains("step " + step + " (epoch 1, batch " + step + " of 7)"),
        failure.getMessage());
  }

  @Test
  void callbacksHearOfEveryEpochAndMayStop() {
    var heard = new ArrayList<String>();
    var callback =
        new Callback() {
          @Override
          public void onStart(Progress progress) {
            heard.add("start " + progress.epochs() + " × " + progress.steps());
          }

          @Override
          public void onEpoch(Progress progress) {
            heard.add(progress.epoch() + " " + progress.metrics().keySet());
            if (progress.epoch() == 2) {
              progress.stop();
            }
          }
        };
    try (var run =
        Tiny.trainer()
            .callbacks(callback)
            .fit(Tiny.train(), Tiny.test(), Epochs.epochs(9), Tiny.REFERENCE)) {
      assertEquals(2, run.epochs());
    }
    var figures = "[train_loss, train_accuracy, test_loss, test_accuracy]";
    assertEquals(List.of("start 9 × 7", "1 " + figures, "2 " + figures), heard);
  }

  @Test
  void aRateFactorOfZeroStopsLearning() {
    var callback =
        new Callback() {
          @Override
          public void onStart(Progress progress) {
            progress.rateFactor(0);
          }
        };
    try (var still =
            Tiny.trainer()
                .callbacks(callback)
                .fit(Tiny.train(), Tiny.test(), Epochs.epochs(1), Tiny.REFERENCE);
        var fresh = Tiny.trainer().open(Tiny.train(), Tiny.REFERENCE)) {
      assertEquals(
          fresh.parameters().get("linear_1/kernel"), still.parameters().get("linear_1/kernel"));
    }
  }

  @Test
  void anInterruptStopsAtAStepAndStaysSet() {
    Thread.currentThread().interrupt();
    try (var run = fit(5)) {
      assertEquals(0, run.steps());
    }
    assertTrue(Thread.interrupted());
  }

  @Test
  void accumulatingTwoBatchesEqualsOneOfTwiceTheSize() {
    var model = Sequential.of(new Tiny.Linear(3), new Tiny.Tanh(), new Tiny.Linear(1));
    try (var twice =
            Tiny.trainer(model, 0.1)
                .accumulate(2)
                .open(Tiny.quadrants(64).batch(16), Tiny.REFERENCE);
        var once = Tiny.trainer(model, 0.1).open(Tiny.quadrants(64).batch(32), Tiny.REFERENCE)) {
      var before = twice.parameters();
      twice.step();
      assertEquals(before, twice.parameters());
      twice.step();
      once.step();
      assertClose(once.parameters(), twice.parameters());
      for (int i = 0; i < 3; i++) {
        twice.step();
        twice.step();
        once.step();
      }
      assertClose(once.parameters(), twice.parameters());
    }
  }

  @Test
  void aSmallerGroupAndASmallerBatchAtTheEndOfAnEpochCountByTheirExamples() {
    var model = Sequential.of(new Tiny.Linear(3), new Tiny.Tanh(), new Tiny.Linear(1));
    try (var three =
            Tiny.trainer(model, 0.1)
                .accumulate(3)
                .open(Tiny.quadrants(40).batch(16), Tiny.REFERENCE);
        var all = Tiny.trainer(model, 0.1).open(Tiny.quadrants(40).batch(40), Tiny.REFERENCE);
        var two =
            Tiny.trainer(model, 0.1)
                .accumulate(2)
                .open(Tiny.quadrants(40).batch(16), Tiny.REFERENCE);
        var large = Tiny.trainer(model, 0.1).open(Tiny.quadrants(40).batch(32), Tiny.REFERENCE)) {
      for (int epoch = 0; epoch < 2; epoch++) {
        // 16, 16 and 8 examples are one group of 40; or one of 32 and one of 8.
        for (int step = 0; step < 3; step++) {
          three.step();
          two.step();
        }
        all.step();
        large.step();
        large.step();
        assertClose(all.parameters(), three.parameters());
        assertClose(large.parameters(), two.parameters());
      }
    }
  }

  private static final Sequential PAIR =
      Sequential.of(new Tiny.Linear(3), new Tiny.Tanh(), new Tiny.Linear(1));

  private static String refused(Map<String, Literal> weights, boolean whole) {
    var trainer = Tiny.trainer(PAIR, 0.1).weights(weights, whole);
    return assertThrows(
            IllegalArgumentException.class,
            () -> trainer.open(Tiny.quadrants(8).batch(8), Tiny.REFERENCE).close())
        .getMessage();
  }

  @Test
  void weightsFromOutsideAreConvertedAndWhatDoesNotFitIsNamed() {
    Map<String, Literal> drawn;
    try (var training = Tiny.trainer(PAIR, 0.1).open(Tiny.quadrants(8).batch(8), Tiny.REFERENCE)) {
      drawn = training.parameters();
    }
    var halves = new HashMap<String, Literal>();
    drawn.forEach(
        (path, value) ->
            halves.put(
                path,
                Literal.fill(new TensorType(DType.F16, value.type().shape()), i -> i * 0.25)));
    try (var training =
        Tiny.trainer(PAIR, 0.1)
            .weights(halves, true)
            .open(Tiny.quadrants(8).batch(8), Tiny.REFERENCE)) {
      training
          .parameters()
          .forEach(
              (path, value) ->
                  assertEquals(Literal.fill(drawn.get(path).type(), i -> i * 0.25), value, path));
    }
    var fewer = new HashMap<>(halves);
    fewer.remove("linear_2/bias");
    assertEquals("weights: none are given for [linear_2/bias]", refused(fewer, true));
    var typo = Map.of("linear_2/bais", halves.get("linear_2/bias"));
    assertTrue(
        refused(typo, false)
            .startsWith(
                "weights: the model has no parameter or state linear_2/bais; did you mean"
                    + " linear_2/bias?; it has [linear_1/bias, linear_1/kernel, "),
        refused(typo, false));
    var shape = Map.of("linear_1/kernel", Literal.fill(TensorType.f32(3, 2), i -> i));
    assertEquals("weights: linear_1/kernel is f32[2,3], found f32[3,2]", refused(shape, false));
    assertTrue(refused(Map.of("$step", Literal.scalar(DType.I32, 7L)), false).contains("$step"));
  }

  @Test
  void aStarFreezesWhatItStandsFor() {
    try (var training =
        Tiny.trainer(PAIR, 0.1)
            .freeze("linear_*/bias", "line*_2")
            .open(Tiny.quadrants(8).batch(8), Tiny.REFERENCE)) {
      var before = training.parameters();
      training.step();
      training
          .parameters()
          .forEach(
              (path, value) ->
                  assertEquals(
                      !path.equals("linear_1/kernel"), value.equals(before.get(path)), path));
    }
    // A star stands for no slash: nothing is named so.
    var none = Tiny.trainer(PAIR, 0.1).freeze("*_1*nel");
    assertThrows(
        IllegalArgumentException.class,
        () -> none.open(Tiny.quadrants(8).batch(8), Tiny.REFERENCE).close());
  }

  @Test
  void precisionBelongsToTheRunAndIsRefusedWhereTheDeviceHasItNot(@TempDir Path folder) {
    var run = folder.resolve("run");
    Supplier<Trainer> trainer = () -> Tiny.trainer().precision(Precision.BF16).out(run);
    Map<String, Double> measured;
    try (var fitted =
        trainer.get().fit(Tiny.train(), Tiny.test(), Epochs.epochs(2), Tiny.REFERENCE)) {
      measured = fitted.evaluate(Tiny.test());
      fitted.parameters().values().forEach(v -> assertNotEquals(DType.BF16, v.type().dtype()));
    }
    var devices = Tiny.devices();
    try (var opened = FinishedRun.open(devices, Tiny.registry(), run, Tiny.REFERENCE)) {
      assertEquals(measured, opened.evaluate(Tiny.test()));
    }
    try (var full =
        Tiny.trainer().fit(Tiny.train(), Tiny.test(), Epochs.epochs(2), Tiny.REFERENCE)) {
      assertNotEquals(measured, full.evaluate(Tiny.test()));
    }
    var other = Tiny.trainer().out(run).resume(true);
    var differs =
        assertThrows(
            BackplaneException.class,
            () -> other.fit(Tiny.train(), Tiny.test(), Epochs.epochs(3), Tiny.REFERENCE));
    assertTrue(
        differs.getMessage().contains("training.precision is missing now"), differs.getMessage());
    devices.add(new NarrowBackend("Binary"));
    var refused =
        assertThrows(
            UnsupportedProgramException.class,
            () ->
                Tiny.trainer(devices, Tiny.model(), 0.1)
                    .precision(Precision.BF16)
                    .open(Tiny.train(), Target.of("narrow")));
    assertTrue(
        refused.getMessage().startsWith("precision bf16: narrow (")
            && refused.getMessage().contains(") does not multiply bf16: "),
        refused.getMessage());
  }

  private static void assertClose(Map<String, Literal> expected, Map<String, Literal> found) {
    expected.forEach(
        (path, value) -> {
          for (int i = 0; i < value.type().shape().size(); i++) {
            assertEquals(value.doubleAt(i), found.get(path).doubleAt(i), 1e-5, path);
          }
        });
  }

  @Test
  void transformsSeeTheGradients() {
    try (var plain = Tiny.trainer(Tiny.model(), 0.05).open(Tiny.train(), Tiny.REFERENCE);
        var halved =
            Tiny.trainer(Tiny.model(), 0.1)
                .transforms(new Tiny.Halve())
                .open(Tiny.train(), Tiny.REFERENCE)) {
      plain.step();
      halved.step();
      assertClose(plain.parameters(), halved.parameters());
    }
  }

  @Test
  void stepsGoOnThroughEpochsAndParametersCanBeSet() {
    try (var training = Tiny.trainer().open(Tiny.train(), Tiny.REFERENCE)) {
      for (int i = 0; i < 17; i++) {
        training.step();
      }
      assertEquals(17, training.steps());
      assertTrue(training.metrics().get("loss") > 0);
      var bias = Literal.of(Shape.of(8), 1f, 2, 3, 4, 5, 6, 7, 8);
      training.load(Map.of("linear_1/bias", bias));
      assertEquals(bias, training.parameters().get("linear_1/bias"));
      var unknown =
          assertThrows(
              IllegalArgumentException.class, () -> training.load(Map.of("linear_1/bais", bias)));
      assertTrue(unknown.getMessage().contains("linear_1/bias"), unknown.getMessage());
      assertThrows(
          IllegalArgumentException.class, () -> training.load(Map.of("linear_2/bias", bias)));
      assertFalse(training.why().isEmpty());
      assertEquals("reference", training.device().id());
    }
  }

  @Test
  void aModelWithoutParametersIsRefused() {
    var failure =
        assertThrows(
            BackplaneException.class,
            () -> Tiny.trainer(new Tiny.Tanh(), 1).open(Tiny.train(), Tiny.REFERENCE));
    assertTrue(failure.getMessage().contains("no parameter"), failure.getMessage());
  }

  @Test
  void aShapeErrorNamesTheLayerAndTheModel() {
    var model = Sequential.of(new Tiny.Linear(2), new Wrong());
    var failure =
        assertThrows(
            ShapeException.class, () -> Tiny.trainer(model, 1).open(Tiny.train(), Tiny.REFERENCE));
    assertTrue(failure.getMessage().contains("in layer wrong_1 of tiny"), failure.getMessage());
  }

  record Wrong() implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      return x.matmul(f.parameter("kernel", Shape.of(3, 4), new Tiny.Uniform(1)));
    }
  }

  @Test
  void aChildUsedTwiceSharesItsParametersAndAnotherTypeIsRefused() {
    try (var training = Tiny.trainer(new Twice(2), 1).open(Tiny.train(), Tiny.REFERENCE)) {
      assertEquals(
          List.of("last/bias", "last/kernel", "shared/bias", "shared/kernel"),
          List.copyOf(training.parameters().keySet()));
    }
    var failure =
        assertThrows(
            ShapeException.class,
            () -> Tiny.trainer(new Twice(3), 1).open(Tiny.train(), Tiny.REFERENCE));
    assertTrue(
        failure.getMessage().contains("shared/kernel was asked for as f32[2,3] before, now as"),
        failure.getMessage());
  }

  record Twice(int units) implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      var shared = new Tiny.Linear(units);
      return f.child(
          "last", new Tiny.Linear(1), f.child("shared", shared, f.child("shared", shared, x)));
    }
  }

  @Test
  void theNumberOfAStreamIsTheHashOfItsPathAndOrdinal() {
    var streams = new Streams();
    assertEquals(Streams.hash("a", 0), streams.next("a"));
    assertEquals(Streams.hash("a", 1), streams.next("a"));
    assertEquals(Streams.hash("a/b", 0), streams.next("a/b"));
    assertEquals(0xfd659726, Streams.hash("dropout_1", 0));
  }

  @Test
  void twoStreamsOfOneNumberAreRefused() {
    var paths = new HashMap<Integer, String>();
    for (int i = 0; ; i++) {
      var path = "layer_" + i;
      var other = paths.put(Streams.hash(path, 0), path);
      if (other != null) {
        var streams = new Streams();
        streams.next(other);
        var failure = assertThrows(BackplaneException.class, () -> streams.next(path));
        assertTrue(
            failure.getMessage().contains(other) && failure.getMessage().contains(path),
            failure.getMessage());
        return;
      }
    }
  }

  /** Adds the squares of a kernel to the loss. */
  record Penalized(double weight) implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      var kernel = f.parameter("kernel", Shape.of(x.shape().last(), 1), new Tiny.Uniform(1));
      f.penalty(kernel.square().sum().mul(weight));
      return x.matmul(kernel);
    }
  }

  @Test
  void aPenaltyPullsParametersButIsNoPartOfTheFigure() {
    try (var free = Tiny.trainer(new Penalized(0), 0.1).open(Tiny.train(), Tiny.REFERENCE);
        var bound = Tiny.trainer(new Penalized(1), 0.1).open(Tiny.train(), Tiny.REFERENCE)) {
      var kernel = free.parameters().get("kernel");
      free.step();
      bound.step();
      assertEquals(free.metrics(), bound.metrics());
      for (int i = 0; i < 2; i++) {
        double pull =
            free.parameters().get("kernel").doubleAt(i)
                - bound.parameters().get("kernel").doubleAt(i);
        assertEquals(0.1 * 2 * kernel.doubleAt(i), pull, 1e-6);
      }
    }
  }

  /** Says that the first half of the batch's examples is real. */
  record Masking() implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      assertTrue(f.mask().isEmpty());
      var index = Ops.iota(f.scope(), TensorType.of(DType.I32, x.shape().dimension(0)), 0);
      var half = Ops.like(index, x.shape().dimension(0) / 2);
      f.mask(Optional.of(index.compare(Compare.Direction.LT, half)));
      return x;
    }
  }

  /** Lets only what is real through. */
  record Masked() implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      return Ops.where(Ops.expand(f.mask().orElseThrow(), 1), x, Ops.like(x, 0));
    }
  }

  @Test
  void aMaskReachesTheLayersBehindTheOneThatSetsIt() {
    var model = Sequential.of(new Tiny.Linear(1), new Masking(), new Masked());
    try (var training = Tiny.trainer(model, 0.1).open(Tiny.train(), Tiny.REFERENCE)) {
      var inputs = Literal.fill(TensorType.of(DType.U8, 4, 2), i -> 200 - i);
      var predicted = training.predict(List.of(inputs)).getFirst();
      assertNotEquals(0, predicted.doubleAt(1));
      assertEquals(0, predicted.doubleAt(2), 0);
    }
  }

  /** Another random number each time it is asked, and the same ones in every run. */
  record Drawing() implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      f.state("first", TensorType.f32(2), 0);
      f.state("second", TensorType.f32(2), 0);
      f.keep("first", f.draw().uniform(Shape.of(2)));
      f.keep("second", f.draw().uniform(Shape.of(2)));
      return x;
    }
  }

  /** Keeps what it never asked for. */
  record Forgetful() implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      f.keep("seen", x);
      return x;
    }
  }

  @Test
  void keepingWhatIsNoStateNamesIt() {
    var model = Sequential.of(new Tiny.Linear(1), new Forgetful());
    var failure =
        assertThrows(
            ShapeException.class,
            () -> Tiny.trainer(model, 0.1).open(Tiny.train(), Tiny.REFERENCE));
    assertTrue(
        failure.getMessage().contains("keep of forgetful_1/seen, which is not known"),
        failure.getMessage());
  }

  @Test
  void drawsDifferByLayerOrdinalAndStep() {
    var model = Sequential.of(new Tiny.Linear(1), new Drawing(), new Drawing());
    try (var training = Tiny.trainer(model, 0.1).open(Tiny.train(), Tiny.REFERENCE)) {
      var seen = new HashSet<Literal>();
      for (int i = 0; i < 3; i++) {
        training.step();
        training.parameters().forEach((path, value) -> note(seen, path, value));
      }
      assertEquals(3 * 4, seen.size());
    }
  }

  private static void note(Set<Literal> seen, String path, Literal value) {
    if (path.startsWith("drawing")) {
      seen.add(value);
    }
  }

  @Test
  void progressIsToldAtMostTenTimesASecond() {
    var told = new AtomicInteger();
    var callback =
        new Callback() {
          @Override
          public void onProgress(Progress progress) {
            told.incrementAndGet();
            assertTrue(progress.metrics().get("train_loss") >= 0);
            assertTrue(progress.step() <= progress.steps());
          }
        };
    long begin = System.nanoTime();
    Tiny.trainer()
        .callbacks(callback)
        .fit(Tiny.train(), Tiny.test(), Epochs.epochs(60), Tiny.REFERENCE)
        .close();
    assertTrue(told.get() <= (System.nanoTime() - begin) / 1e8, told + " times");
  }

  /** Counts targets by whether they are 0 or 1. */
  private record Counts() implements TabledMetric {
    @Override
    public String name() {
      return "counts";
    }

    @Override
    public List<TensorType> state() {
      return List.of(TensorType.f32(), TensorType.f32());
    }

    @Override
    public Tensors update(Tensors state, Tensors outputs, Batch batch) {
      var ones = batch.targets().only().sum();
      return Tensors.of(state.get(0).add(batch.weights().sum().sub(ones)), state.get(1).add(ones));
    }

    @Override
    public Tensor table(Tensors state) {
      return Ops.concatenate(0, List.of(state.get(0).reshape(1), state.get(1).reshape(1)));
    }

    @Override
    public Tensor result(Tensors state) {
      return state.get(1);
    }
  }

  @Test
  void aMetricsTableIsThatOfTheExamplesAskedFor() {
    try (var run =
        Tiny.trainer()
            .metrics(new Counts(), new Tiny.Sides())
            .fit(Tiny.train(), Tiny.test(), Epochs.epochs(1), Tiny.REFERENCE)) {
      var examples = Tiny.quadrants(30);
      int ones = 0;
      for (int i = 0; i < 30; i++) {
        ones += (int) examples.example(i).target().doubleAt(0);
      }
      var tables = run.tables(examples.batch(8));
      assertEquals(Set.of("counts"), tables.keySet());
      var counts = Objects.requireNonNull(tables.get("counts"));
      assertArrayEquals(new double[] {30 - ones, ones}, counts.toDoubles());
    }
  }
}
