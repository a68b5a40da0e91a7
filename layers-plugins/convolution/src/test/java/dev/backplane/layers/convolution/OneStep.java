package dev.backplane.layers.convolution;

import dev.backplane.Backplane;
import dev.backplane.Training;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.core.initializer.Zeros;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Sequential;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A layer in a real training of one step, whose loss is the sum of its outputs times weights. With
 * gradient descent of rate 1 a parameter has moved by its gradient, and so has what {@link Nudge}
 * adds to the input.
 *
 * @param device the device it runs on
 * @param layer the layer
 * @param input all examples [batch, …]
 * @param weights of the outputs [batch, …]
 */
record OneStep(String device, Layer layer, Literal input, Literal weights) {
  /**
   * What came out.
   *
   * @param prediction before the step
   * @param loss the sum over the batch
   * @param gradients of the parameters by name, and of the {@code input}
   * @param state what is kept, after the step, by name
   * @param inferred after the step, all parameters as before it
   */
  record Result(
      Literal prediction,
      double loss,
      Map<String, Literal> gradients,
      Map<String, Literal> state,
      Literal inferred) {}

  /** Adds a parameter of the batch's shape, 0 at first. */
  private record Nudge() implements UnaryLayer {
    @Override
    public Tensor apply(Forward forward, Tensor x) {
      return x.add(forward.parameter("input", x.shape(), new Zeros()));
    }
  }

  /** The sum of outputs times targets, per example. */
  private record Weighted() implements Loss {
    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      var product = outputs.only().mul(batch.targets().only());
      return product.sum(IntStream.range(1, product.shape().rank()).toArray());
    }
  }

  int rows() {
    return input.type().shape().dimension(0);
  }

  Result run(Backplane backplane, Map<String, Literal> parameters) {
    try (var training = open(backplane)) {
      var before = new TreeMap<>(training.parameters());
      var path = before.keySet().stream().filter(p -> !p.startsWith("nudge")).findFirst();
      var prefix = path.map(p -> p.substring(0, p.indexOf('/') + 1)).orElse("");
      parameters.forEach((name, value) -> before.put(prefix + name, value));
      training.load(before);
      var prediction = training.predict(List.of(input)).getFirst();
      training.step();
      double loss = training.metrics().get("loss") * rows();
      var gradients = new TreeMap<String, Literal>();
      var state = new TreeMap<String, Literal>();
      training
          .parameters()
          .forEach(
              (at, value) -> {
                var name = at.substring(at.indexOf('/') + 1);
                gradients.put(name, difference(before.get(at), value));
                state.put(name, value);
              });
      var back = new TreeMap<>(training.parameters());
      parameters.forEach((name, value) -> back.put(prefix + name, value));
      back.put("nudge_1/input", before.get("nudge_1/input"));
      training.load(back);
      var inferred = training.predict(List.of(input)).getFirst();
      return new Result(prediction, loss, gradients, state, inferred);
    }
  }

  private Training open(Backplane backplane) {
    return backplane
        .trainer(Sequential.of(new Nudge(), layer), new Weighted(), new Sgd(1))
        .open(new Given().batch(rows()), backplane.device(device));
  }

  private static Literal difference(Literal before, Literal after) {
    var from = before.toFloats();
    var to = after.toFloats();
    return Literal.fill(before.type(), i -> from[i] - to[i]);
  }

  /** The examples of the case. */
  private final class Given implements Examples {
    private Feature feature(String name, Literal all) {
      var dimensions = all.type().shape().dimensions();
      var shape = new Shape(new ArrayList<>(dimensions.subList(1, dimensions.size())));
      return Feature.of(name, new TensorType(all.type().dtype(), shape));
    }

    @Override
    public int size() {
      return rows();
    }

    @Override
    public List<Feature> inputs() {
      return List.of(feature("x", input));
    }

    @Override
    public List<Feature> targets() {
      return List.of(feature("weights", weights));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      var all = MemorySegment.ofArray((field == 0 ? input : weights).toFloats());
      long bytes = all.byteSize() / rows();
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(all, bytes * rows[from + i], target, bytes * i, bytes);
      }
    }
  }
}
