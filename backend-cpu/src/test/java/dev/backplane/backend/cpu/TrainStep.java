package dev.backplane.backend.cpu;

import dev.backplane.backend.Donations;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Tuning;
import dev.backplane.graph.Graph;
import dev.backplane.op.Combiner;
import dev.backplane.op.Convolution;
import dev.backplane.op.Precision;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Window;
import dev.backplane.runtime.trace.Trace;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Random;

/**
 * A train step as a recipe would trace it, of a perceptron (dense, relu, dense) or a small
 * convolutional network: softmax cross-entropy, Adam. Inputs: images, labels, step, then
 * parameters, means and squares; outputs: the loss, then the same state anew.
 */
record TrainStep(Graph graph, List<Literal> arguments) {
  static final int STATE = 3;
  static final int PARAMETERS = 4;

  /** What a model makes of images and parameters, before the softmax. */
  private interface Model {
    Tensor logits(Trace trace, Tensor images, Tensors parameters);
  }

  static TrainStep of(int batch, int inputs, int hidden, int classes) {
    var shapes =
        List.of(
            TensorType.f32(inputs, hidden),
            TensorType.f32(hidden),
            TensorType.f32(hidden, classes),
            TensorType.f32(classes));
    return of(TensorType.f32(batch, inputs), shapes, (_, images, p) -> perceptron(images, p));
  }

  /** Convolution 3 × 3, relu, max-pool 2 × 2, dense. */
  static TrainStep cnn(int batch, int size, int filters, int classes) {
    int pooled = (size - 2) / 2;
    var shapes =
        List.of(
            TensorType.f32(3, 3, 1, filters),
            TensorType.f32(filters),
            TensorType.f32(pooled * pooled * filters, classes),
            TensorType.f32(classes));
    return of(TensorType.f32(batch, size, size, 1), shapes, TrainStep::convolutional);
  }

  private static TrainStep of(TensorType imageType, List<TensorType> shapes, Model model) {
    int batch = imageType.shape().dimension(0);
    int classes = shapes.getLast().shape().last();
    var trace = Trace.begin();
    var images = trace.input(imageType);
    var labels = trace.input(TensorType.of(DType.I32, batch));
    var step = trace.input(TensorType.f32());
    var state = new ArrayList<Tensor>();
    for (int kind = 0; kind < 3; kind++) {
      shapes.forEach(type -> state.add(trace.input(type)));
    }
    var parameters = new Tensors(state.subList(0, PARAMETERS));
    var result =
        trace.valueAndGradient(
            p -> loss(model.logits(trace, images, p), labels, classes), parameters);
    var outputs = new ArrayList<Tensor>(List.of(result.value()));
    var means = new ArrayList<Tensor>();
    var squares = new ArrayList<Tensor>();
    for (int i = 0; i < PARAMETERS; i++) {
      var gradient = result.gradient().get(i);
      means.add(state.get(PARAMETERS + i).lerp(gradient, 0.1));
      squares.add(state.get(2 * PARAMETERS + i).lerp(gradient.square(), 0.001));
      outputs.add(parameters.get(i).sub(change(means.getLast(), squares.getLast(), step)));
    }
    outputs.addAll(means);
    outputs.addAll(squares);
    var graph = trace.finish(outputs);
    return new TrainStep(graph, arguments(graph, classes));
  }

  private static Tensor perceptron(Tensor images, Tensors p) {
    var before = images.matmul(p.get(0)).add(p.get(1));
    return before.maximum(Ops.like(before, 0)).matmul(p.get(2)).add(p.get(3));
  }

  private static Tensor convolutional(Trace trace, Tensor images, Tensors p) {
    var image = Convolution.Layout.channelsLast(2);
    var convolution =
        new Convolution(
            Collections.nCopies(2, Window.of(3, 1)),
            image,
            Convolution.Layout.kernelLast(2),
            image,
            1,
            1,
            DType.F32,
            Precision.FULL);
    var before = trace.apply(convolution, List.of(images, p.get(0))).getFirst().add(p.get(1));
    var active = before.maximum(Ops.like(before, 0));
    var windows = List.of(Window.one(), Window.of(2, 2), Window.of(2, 2), Window.one());
    var pooled =
        trace.apply(new ReduceWindow(Combiner.MAXIMUM, windows), List.of(active)).getFirst();
    var flat = pooled.reshape(pooled.shape().dimension(0), p.get(2).shape().dimension(0));
    return flat.matmul(p.get(2)).add(p.get(3));
  }

  private static Tensor loss(Tensor logits, Tensor labels, int classes) {
    var shifted = logits.sub(Ops.expand(logits.max(-1), -1));
    var logs = shifted.sub(Ops.expand(shifted.exp().sum(-1).log(), -1));
    return logs.mul(Ops.oneHot(labels, classes, DType.F32)).sum(-1).neg().mean();
  }

  private static Tensor change(Tensor mean, Tensor square, Tensor step) {
    var scale = Ops.like(step, 1e-3).div(Ops.like(step, 1).sub(Ops.like(step, 0.9).pow(step)));
    var root = Ops.like(step, 1).sub(Ops.like(step, 0.999).pow(step)).sqrt();
    return mean.mul(scale).div(square.sqrt().div(root).add(1e-8));
  }

  private static List<Literal> arguments(Graph graph, int classes) {
    var random = new Random(7);
    var arguments = new ArrayList<Literal>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      var type = graph.inputs().get(i).type();
      int index = i;
      arguments.add(
          Literal.fill(
              type,
              e ->
                  index == 1
                      ? random.nextInt(classes)
                      : index == 2
                          ? 1
                          : index >= STATE + PARAMETERS
                              ? 0
                              : index == 0 ? random.nextDouble() : 0.05 * random.nextGaussian()));
    }
    return arguments;
  }

  /** Every state input is donated to the output that replaces it. */
  Program program(boolean vectors) {
    var donations = new HashMap<Integer, Integer>();
    for (int i = 0; i < 3 * PARAMETERS; i++) {
      donations.put(STATE + i, 1 + i);
    }
    return new Program(
        graph, new Donations(donations), new Numerics(Precision.FULL, vectors), Tuning.none());
  }
}
