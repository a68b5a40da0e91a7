package dev.backplane.usage;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Draw;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.nn.Update;
import dev.backplane.op.Combiner;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;

/** The usual parts of a model, written once more so that these sources need no plugin. */
final class Pieces {
  private Pieces() {}

  record Uniform(double range) implements Initializer {
    @Override
    public Tensor apply(Draw draw, Shape shape) {
      return draw.uniform(shape).sub(0.5).mul(2 * range);
    }
  }

  record Zeros() implements Initializer {
    @Override
    public Tensor apply(Draw draw, Shape shape) {
      return Ops.fill(draw.key().scope(), new TensorType(DType.F32, shape), 0);
    }
  }

  /** y = x · kernel + bias over the last axis. */
  record Linear(int units) implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      var kernel = f.parameter("kernel", Shape.of(x.shape().last(), units), new Uniform(0.5));
      return x.matmul(kernel).add(f.parameter("bias", Shape.of(units), new Zeros()));
    }
  }

  /** Integer ids [any] to vectors [any, width]. */
  record Embed(int vocabulary, int width) implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor ids) {
      return Ops.rows(f.parameter("table", Shape.of(vocabulary, width), new Uniform(0.5)), ids);
    }
  }

  /** Vectors [any, width] to scores of ids [any, vocabulary], by the table of {@link Embed}. */
  record Unembed(int vocabulary, int width) implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      var table = f.parameter("table", Shape.of(vocabulary, width), new Uniform(0.5));
      return x.matmul(table.transpose());
    }
  }

  record Constant(double value) implements Schedule {
    @Override
    public Tensor at(Tensor step) {
      return Ops.fill(step.scope(), TensorType.f32(), value);
    }
  }

  record Sgd(double rate) implements Optimizer {
    @Override
    public Tensor apply(Update u) {
      return u.parameter().sub(u.gradient().mul(u.rate(new Constant(rate))));
    }
  }

  record Squared() implements Loss {
    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      var error = outputs.get(0).sub(batch.targets().get(0)).square();
      return error.reshape(error.shape().dimension(0), -1).sum(1);
    }
  }

  static Tensor tanh(Tensor x) {
    return Ops.unary(Unary.Kind.TANH, x);
  }

  static Tensor sigmoid(Tensor x) {
    return Ops.unary(Unary.Kind.LOGISTIC, x);
  }

  /** ln of the softmax over the last axis. */
  static Tensor logSoftmax(Tensor x) {
    var shifted = x.sub(Ops.expand(Ops.reduce(Combiner.MAXIMUM, x, -1), -1));
    return shifted.sub(Ops.expand(shifted.exp().sum(-1).log(), -1));
  }

  static Tensor softmax(Tensor x) {
    return logSoftmax(x).exp();
  }
}
