package com.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.BackplaneException;
import dev.backplane.Run;
import dev.backplane.Trainer;
import dev.backplane.Trainer.Epochs;
import dev.backplane.TrainingFailedException;
import dev.backplane.backend.Backend;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.extension.PartFailedException;
import dev.backplane.io.MalformedModelException;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Metric;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Sequential;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.op.OpDefinition;
import dev.backplane.runtime.Engine;
import dev.backplane.tck.OpChecks;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plugins that misbehave: each mistake is a typed error that names the part and its bundle (on a
 * class path: its package), and the engine goes on.
 */
class HostilePartsTest {
  private static final String BUNDLE = "of com.acme 0";

  private final Engine engine = new Engine();

  HostilePartsTest() {
    ServiceLoader.load(Backend.class).forEach(engine::addBackend);
  }

  /** Whatever a plugin did, the same engine still trains. */
  @AfterEach
  void theEngineGoesOn() {
    try (var run = fit(trainer(new Scale(), new Descent(), List.of()))) {
      assertEquals(1, run.epochs());
    }
    engine.close();
  }

  // --- parts that behave

  record Scale() implements UnaryLayer {
    @Override
    public Tensor apply(Forward forward, Tensor x) {
      return x.mul(
          forward.parameter(
              "scale",
              Shape.of(x.shape().last()),
              (draw, shape) -> Ops.fill(draw.key().scope(), new TensorType(x.dtype(), shape), 1)));
    }
  }

  record Apply(OpDefinition op) implements UnaryLayer {
    @Override
    public Tensor apply(Forward forward, Tensor x) {
      return x.scope().apply(op, List.of(x)).getFirst();
    }
  }

  record Squared() implements Loss {
    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      return outputs.only().sub(batch.targets().only()).square().sum(1);
    }
  }

  record Descent() implements Optimizer {
    @Override
    public Tensor apply(dev.backplane.nn.Update update) {
      return update.parameter().sub(update.gradient().mul(0.1));
    }
  }

  record Doubled() implements Examples {
    @Override
    public int size() {
      return 8;
    }

    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("x", TensorType.f32(2)));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("y", TensorType.f32(2)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < 2 * count; i++) {
        float x = rows[from + i / 2] * 0.1f + i % 2;
        target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (field + 1) * x);
      }
    }
  }

  private Trainer trainer(Layer layer, Optimizer optimizer, List<Metric> metrics) {
    return engine
        .trainer(Sequential.of(layer, new Scale()), new Squared(), optimizer)
        .name("tiny")
        .metrics(metrics.toArray(Metric[]::new));
  }

  private Run fit(Trainer trainer) {
    var examples = new Doubled();
    return trainer.fit(
        examples.batch(4), examples.batch(4), Epochs.epochs(1), engine.device("reference"));
  }

  private <E extends BackplaneException> String failure(Class<E> type, Layer layer) {
    return failure(type, trainer(layer, new Descent(), List.of()));
  }

  private <E extends BackplaneException> String failure(Class<E> type, Trainer trainer) {
    var message = String.valueOf(assertThrows(type, () -> fit(trainer).close()).getMessage());
    assertTrue(message.contains(BUNDLE), message);
    return message;
  }

  private static void says(String message, String... parts) {
    for (var part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  // --- ops

  /** An op whose gradient gives the cotangent some shape. */
  record Op(String name, double factor, int wrong) implements OpDefinition {
    static final int SOUND = 0;
    static final int BACKWARD_SHAPE = 1;
    static final int FORWARD_RESULTS = 2;
    static final int DECOMPOSITION_NULL = 3;
    static final int DECOMPOSITION_THROWS = 4;
    static final int BACKWARD_THROWS = 5;
    static final int BACKWARD_VALUE = 6;
    static final int DECOMPOSITION_SHAPE = 7;

    @Override
    public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
      return switch (wrong) {
        case DECOMPOSITION_NULL -> null;
        case DECOMPOSITION_THROWS -> throw new UnsupportedOperationException("not on Mondays");
        case DECOMPOSITION_SHAPE -> List.of(operands.getFirst().matmul(operands.getFirst()));
        default -> List.of(operands.getFirst().mul(factor));
      };
    }

    @Override
    public Optional<OwnGradient> gradient() {
      return Optional.of(
          new OwnGradient() {
            @Override
            public List<Tensor> forward(Scope scope, List<Tensor> operands) {
              return wrong == FORWARD_RESULTS
                  ? List.of(operands.getFirst().sum())
                  : List.of(operands.getFirst().mul(factor));
            }

            @Override
            public List<Tensor> backward(
                Scope scope,
                List<Tensor> operands,
                List<Tensor> results,
                List<Tensor> residuals,
                List<Tensor> cotangents) {
              if (wrong == BACKWARD_THROWS) {
                return List.of(residuals.getFirst());
              }
              var cotangent = cotangents.getFirst().mul(wrong == BACKWARD_VALUE ? 1 : factor);
              return List.of(wrong == BACKWARD_SHAPE ? cotangent.sum() : cotangent);
            }
          });
    }
  }

  private String opFailure(Class<? extends BackplaneException> type, int wrong) {
    return failure(type, new Apply(new Op("acme.scale", 2, wrong)));
  }

  @Test
  void aGradientOfTheWrongShape() {
    says(
        opFailure(ShapeException.class, Op.BACKWARD_SHAPE),
        "CompositeGradient C2",
        "acme.scale by com.acme.HostilePartsTest$Op",
        "expected [f32[4,2]], found [f32[]]",
        "in layer apply_1 of tiny");
  }

  @Test
  void aForwardPassThatGivesOtherResultsThanTheDecomposition() {
    says(
        opFailure(ShapeException.class, Op.FORWARD_RESULTS),
        "CompositeGradient C1",
        "expected [f32[4,2]] first, found [f32[]]");
  }

  @Test
  void aDecompositionWhoseOperandsDoNotFit() {
    says(opFailure(ShapeException.class, Op.DECOMPOSITION_SHAPE), "Dot C2", "in layer apply_1");
  }

  @Test
  void aDecompositionThatThrowsOrGivesNothing() {
    says(
        opFailure(PartFailedException.class, Op.DECOMPOSITION_THROWS),
        "the decomposition of acme.scale",
        "UnsupportedOperationException: not on Mondays");
    says(opFailure(PartFailedException.class, Op.DECOMPOSITION_NULL), "gave null");
  }

  @Test
  void aBackwardPassThatThrows() {
    says(
        opFailure(PartFailedException.class, Op.BACKWARD_THROWS),
        "the backward pass of acme.scale",
        "NoSuchElementException");
  }

  @Test
  void anOpThatPassesForOneOfOurs() {
    says(
        failure(PartFailedException.class, new Apply(new Op("relu", 2, Op.SOUND))),
        "op \"relu\"",
        "must begin with its vendor, such as acme.relu");
  }

  @Test
  void twoOpsOfOneNameThatDiffer() {
    var one = new Apply(new Op("acme.scale", 2, Op.SOUND));
    var other = new Apply(new Op("acme.scale", 3, Op.SOUND));
    says(
        failure(PartFailedException.class, Sequential.of(one, other)),
        "two ops are named acme.scale version 1 and compute different things",
        "factor=2.0",
        "factor=3.0");
    try (var run = fit(trainer(Sequential.of(one, one), new Descent(), List.of()))) {
      assertEquals(1, run.epochs(), "the same op twice is no conflict");
    }
  }

  @Test
  void theKitFindsAGradientThatIsPlainlyWrong() {
    var point = List.of(Literal.of(1f, -2f, 3f));
    var device = engine.device("reference");
    OpChecks.check(engine, device, new Op("acme.scale", 2, Op.SOUND), point, 1e-6);
    var failure =
        assertThrows(
            AssertionError.class,
            () ->
                OpChecks.check(
                    engine, device, new Op("acme.scale", 2, Op.BACKWARD_VALUE), point, 1e-6));
    says(
        failure.getMessage(), "acme.scale: cotangent of operand 0, element 0", "expected", "found");
  }

  // --- layers, optimizers, metrics

  record Throwing() implements UnaryLayer {
    @Override
    public Tensor apply(Forward forward, Tensor x) {
      throw new NullPointerException("nothing there");
    }
  }

  record Nothing() implements UnaryLayer {
    @Override
    public Tensors apply(Forward forward, Tensors inputs) {
      return null;
    }

    @Override
    public Tensor apply(Forward forward, Tensor x) {
      return x;
    }
  }

  @Test
  void aLayerThatThrowsOrGivesNothing() {
    says(
        failure(PartFailedException.class, new Throwing()),
        "layer throwing_1: com.acme.HostilePartsTest$Throwing",
        "NullPointerException: nothing there");
    says(failure(PartFailedException.class, new Nothing()), "layer nothing_1", "gave null");
  }

  record Forgetful() implements Optimizer {
    @Override
    public Tensor apply(dev.backplane.nn.Update update) {
      update.keep("mean", update.gradient());
      return update.parameter();
    }
  }

  record Shrinking() implements Optimizer {
    @Override
    public Tensor apply(dev.backplane.nn.Update update) {
      return update.parameter().sum();
    }
  }

  @Test
  void anOptimizerWithoutTheStateItKeeps() {
    says(
        failure(ShapeException.class, trainer(new Scale(), new Forgetful(), List.of())),
        "Update C1",
        "\"mean\", which was not asked for: call slot(\"mean\") first",
        "update of scale_1/scale");
  }

  @Test
  void anOptimizerThatChangesTheShape() {
    says(
        failure(ShapeException.class, trainer(new Scale(), new Shrinking(), List.of())),
        "scale_1/scale is f32[2], its next value is f32[]");
  }

  record Ratio(String name, List<TensorType> state) implements Metric {
    @Override
    public Tensors update(Tensors state, Tensors outputs, Batch batch) {
      return Tensors.of(batch.weights().sum().mul(0));
    }

    @Override
    public Tensor result(Tensors state) {
      return state.get(0).div(state.get(0));
    }
  }

  @Test
  void aMetricThatIsNotANumber(@TempDir Path folder) {
    var metric = new Ratio("ratio", List.of(TensorType.f32()));
    var run = folder.resolve("run");
    says(
        failure(
            TrainingFailedException.class,
            trainer(new Scale(), new Descent(), List.of(metric)).out(run)),
        "train_ratio is not a number after epoch 1",
        "the last checkpoint, of step 2, is kept in");
    assertTrue(Files.isDirectory(run.resolve("checkpoints")), "what was trained is kept");
  }

  @Test
  void aMetricOfAnotherState() {
    var metric = new Ratio("ratio", List.of(TensorType.f32(), TensorType.f32()));
    says(
        failure(ShapeException.class, trainer(new Scale(), new Descent(), List.of(metric))),
        "Metric C1",
        "the state is [f32[], f32[]], update gives [f32[]]");
  }

  // --- registration

  record Unwritable(DoubleUnaryOperator function) implements UnaryLayer {
    @Override
    public Tensor apply(Forward forward, Tensor x) {
      return x;
    }
  }

  record Refusing(double size) implements UnaryLayer {
    Refusing {
      if (size < 0) {
        throw new IllegalArgumentException("Refusing size: expected 0 or more, found " + size);
      }
      if (size == 13) {
        throw new IllegalStateException("thirteen");
      }
    }

    @Override
    public Tensor apply(Forward forward, Tensor x) {
      return x;
    }
  }

  private static Extension extension(String name, Class<? extends Record> type) {
    return Extension.of(name, 1, type, MethodHandles.lookup());
  }

  /** Ours to the compiler, the plugin's to the engine. */
  private record Bringing(List<Extension> list) implements Extensions {}

  @Test
  void aRecordThatNoFileCanHoldIsLeftOutAndWhoAsksIsTold() {
    engine.addExtensions(new Bringing(List.of(extension("acme.unwritable", Unwritable.class))));
    var message =
        assertThrows(
                MalformedModelException.class,
                () -> engine.parts().make(Layer.class, "acme.unwritable"))
            .getMessage();
    says(
        message,
        "unknown name \"acme.unwritable\"",
        "extension acme.unwritable " + BUNDLE,
        "component function is a java.util.function.DoubleUnaryOperator, which no file can hold");
  }

  @Test
  void aConstructorThatThrows() {
    engine.addExtensions(new Bringing(List.of(extension("acme.refusing", Refusing.class))));
    var parts = engine.parts();
    assertEquals(new Refusing(1), parts.make(Layer.class, "acme.refusing(size=1)"));
    var refused =
        assertThrows(
            MalformedModelException.class, () -> parts.make(Layer.class, "acme.refusing(size=-1)"));
    says(refused.getMessage(), "Refusing size: expected 0 or more, found -1.0", BUNDLE);
    var thrown =
        assertThrows(
            PartFailedException.class, () -> parts.make(Layer.class, "acme.refusing(size=13)"));
    says(
        thrown.getMessage(),
        "extension acme.refusing " + BUNDLE,
        "its constructor threw java.lang.IllegalStateException: thirteen on [13.0]");
  }

  private static final class Broken implements Extensions {
    @Override
    public List<Extension> list() {
      throw new NoClassDefFoundError("com/acme/Missing");
    }
  }

  @Test
  void aRegistrationThatThrows() {
    var broken = new Broken();
    engine.addExtensions(broken);
    says(
        assertThrows(
                MalformedModelException.class, () -> engine.parts().make(Layer.class, "acme.swish"))
            .getMessage(),
        "registration: com.acme.HostilePartsTest$Broken " + BUNDLE,
        "NoClassDefFoundError: com/acme/Missing");
    engine.removeExtensions(broken);
    says(
        assertThrows(
                MalformedModelException.class, () -> engine.parts().make(Layer.class, "acme.swish"))
            .getMessage(),
        "expected one of sequential; is the bundle installed that brings it?");
  }
}
