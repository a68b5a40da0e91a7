package dev.backplane.runtime.train;

import dev.backplane.Target;
import dev.backplane.Trainer;
import dev.backplane.data.Batches;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Draw;
import dev.backplane.nn.Forward;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Initializer;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Metric;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
import dev.backplane.nn.Sequential;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.nn.Update;
import dev.backplane.op.Compare;
import dev.backplane.op.Unary;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.extension.Owner;
import dev.backplane.runtime.extension.Registry;
import dev.backplane.runtime.reference.ReferenceBackend;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.List;

/** Models and data small enough to be trained on the reference backend. */
final class Tiny {
  private Tiny() {}

  static final Target REFERENCE = Target.of("reference");

  record Uniform(double range) implements Initializer {
    @Override
    public Tensor apply(Draw draw, Shape shape) {
      return draw.uniform(shape).sub(0.5).mul(2 * range);
    }
  }

  record Linear(int units) implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      var kernel = f.parameter("kernel", Shape.of(x.shape().last(), units), new Uniform(1));
      return x.matmul(kernel).add(f.parameter("bias", Shape.of(units), new Uniform(0)));
    }
  }

  record Tanh() implements Activation {
    @Override
    public Tensor apply(Tensor x) {
      return x.apply(new Unary(Unary.Kind.TANH));
    }
  }

  /** Adds noise while training, so that random numbers matter. */
  record Noise(double size) implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      return f.training() ? x.add(f.draw().uniform(x.shape()).sub(0.5).mul(size)) : x;
    }
  }

  /** Counts the batches it was trained on: state that is kept. */
  record Counter() implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      var seen = f.state("seen", TensorType.of(DType.I32), 5);
      f.keep("seen", seen.add(1));
      return x;
    }
  }

  /** Not registered. */
  record Stray() implements Activation {
    @Override
    public Tensor apply(Tensor x) {
      return x;
    }
  }

  /** Mean squared error of one output against a target [batch, n]. */
  record Squared() implements Loss {
    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      return outputs.only().sub(batch.targets().only()).square().sum(1);
    }
  }

  record Constant(double value) implements Schedule {
    @Override
    public Tensor at(Tensor step) {
      return Ops.fill(step.scope(), TensorType.f32(), value);
    }
  }

  record Momentum(Schedule rate, double beta) implements Optimizer {
    @Override
    public Tensor apply(Update u) {
      var velocity = u.slot("velocity").mul(beta).add(u.gradient());
      u.keep("velocity", velocity);
      return u.parameter().sub(velocity.mul(u.rate(rate)));
    }
  }

  /** The share of examples whose first output is on the right side of a half. */
  record Sides() implements Metric {
    @Override
    public String name() {
      return "accuracy";
    }

    @Override
    public List<TensorType> state() {
      return List.of(TensorType.f32(), TensorType.f32());
    }

    @Override
    public Tensors update(Tensors state, Tensors outputs, Batch batch) {
      var half = Ops.like(outputs.only(), 0.5);
      var said = outputs.only().compare(Compare.Direction.GT, half).cast(DType.F32);
      var right =
          Ops.where(
              said.compare(Compare.Direction.EQ, batch.targets().only()),
              Ops.like(said, 1),
              Ops.like(said, 0));
      return Tensors.of(state.get(0).add(right.sum()), state.get(1).add(batch.weights().sum()));
    }

    @Override
    public Tensor result(Tensors state) {
      return state.get(0).div(state.get(1));
    }
  }

  record Halve() implements GradientTransform {
    @Override
    public List<Tensor> apply(Gradients gradients) {
      return gradients.gradients().stream().map(g -> g.mul(0.5)).toList();
    }
  }

  /** Points of the plane and whether they lie in the first or third quadrant: exclusive or. */
  record Quadrants(int size, float first) implements Examples {
    @Override
    public List<Feature> inputs() {
      return List.of(new Feature("point", TensorType.of(DType.U8, 2), DType.F32, 1.0 / 64, -2));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("same", TensorType.f32(1)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < count; i++) {
        int row = rows[from + i];
        int x = row * 37 % 251;
        int y = row * 101 % 241;
        if (field == 0) {
          target.set(ValueLayout.JAVA_BYTE, 2L * i, (byte) x);
          target.set(ValueLayout.JAVA_BYTE, 2L * i + 1, (byte) y);
        } else {
          float same = x < 128 == y < 128 ? 1 : 0;
          target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, row == 0 ? first : same);
        }
      }
    }
  }

  static Quadrants quadrants(int size) {
    return new Quadrants(size, 1);
  }

  static Devices devices() {
    var devices = new Devices();
    devices.add(new ReferenceBackend());
    return devices;
  }

  /** Under whose name the parts here are registered. */
  static final Owner OWNER = new Owner("test.layers", "1");

  static final Extensions EXTENSIONS = Tiny::extensions;

  private static List<Extension> extensions() {
    var lookup = MethodHandles.lookup();
    return List.of(
        Extension.of("linear", 1, Linear.class, lookup),
        Extension.of("tanh", 1, Tanh.class, lookup),
        Extension.of("noise", 1, Noise.class, lookup),
        Extension.of("counter", 1, Counter.class, lookup),
        Extension.of("squared", 1, Squared.class, lookup),
        Extension.of("constant", 1, Constant.class, lookup),
        Extension.of("momentum", 1, Momentum.class, lookup),
        Extension.of("halve", 1, Halve.class, lookup),
        Extension.of("sides", 1, Sides.class, lookup));
  }

  static Registry registry() {
    var registry = new Registry();
    registry.add(OWNER, EXTENSIONS);
    return registry;
  }

  static Layer model() {
    return Sequential.of(new Linear(8), new Tanh(), new Noise(0.01), new Counter(), new Linear(1));
  }

  static Trainer trainer(Layer model, double rate) {
    return trainer(devices(), model, rate);
  }

  static Trainer trainer(Devices devices, Layer model, double rate) {
    return new ModelTrainer(
            devices, registry(), model, new Squared(), new Momentum(new Constant(rate), 0.9))
        .name("tiny")
        .metrics(new Sides());
  }

  static Trainer trainer() {
    return trainer(model(), 0.1);
  }

  static Batches train() {
    return quadrants(100).shuffle(7).batch(16);
  }

  static Batches test() {
    return quadrants(60).batch(25);
  }
}
