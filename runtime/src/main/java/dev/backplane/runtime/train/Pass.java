package dev.backplane.runtime.train;

import dev.backplane.nn.Draw;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.nn.ParameterSpec;
import dev.backplane.nn.ValueBounds;
import dev.backplane.runtime.extension.Foreign;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One pass through a model: what all its layers share while their graph is built. */
final class Pass {
  private final ProgramTrace program;
  private final boolean training;
  private final Map<String, Tensor> parameters = new HashMap<>();
  private final Streams streams = new Streams();
  private final List<Tensor> penalties = new ArrayList<>();
  private final List<Bound> bounds = new ArrayList<>();
  private List<Tensor> inputs = List.of();
  private Optional<Tensor> mask = Optional.empty();

  Pass(ProgramTrace program, boolean training) {
    this.program = program;
    this.training = training;
  }

  /** Uses a value in place of a parameter's own, so that one can differentiate by it. */
  void replace(String path, Tensor value) {
    parameters.put(path, value);
  }

  /**
   * What a layer says of an input of the model.
   *
   * @param layer its path
   * @param input the index of the input
   * @param values what each element must be
   */
  record Bound(String layer, int input, ValueBounds values) {}

  Tensors run(Layer model, Tensors inputs) {
    this.inputs = inputs.list();
    var outputs = Foreign.call(model, "the model", () -> model.apply(new At(""), inputs));
    program.table().applied("", model.getClass().getSimpleName(), outputs.types());
    return outputs;
  }

  /** What layers added to the loss. */
  List<Tensor> penalties() {
    return penalties;
  }

  /** What layers say of the model's inputs. */
  List<Bound> bounds() {
    return bounds;
  }

  private Draw draw(String path) {
    var trace = program.trace();
    var zero = trace.constant(Literal.scalar(DType.U32, 0L));
    return new Draw(
        program.state(StateTable.KEY),
        program.state(StateTable.STEP).cast(DType.U32),
        zero,
        zero,
        streams.next(path));
  }

  /** The pass as the layer of one path sees it. */
  private final class At implements Forward {
    private final String path;

    At(String path) {
      this.path = path;
    }

    @Override
    public Scope scope() {
      return program.trace();
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public boolean training() {
      return training;
    }

    @Override
    public Tensor parameter(ParameterSpec spec) {
      var full = full(spec.name());
      program.table().parameter(full, spec);
      var replaced = parameters.get(full);
      return replaced != null ? replaced : program.state(full);
    }

    @Override
    public Tensor state(String name, TensorType type, double initial) {
      var full = full(name);
      program.table().state(full, type, initial);
      return program.state(full);
    }

    @Override
    public void keep(String name, Tensor value) {
      var full = full(name);
      program.table().requireKept(full);
      if (training) {
        program.keep(full, value);
      }
    }

    @Override
    public Draw draw() {
      return Pass.this.draw(path);
    }

    @Override
    public Optional<Tensor> mask() {
      return mask;
    }

    @Override
    public void mask(Optional<Tensor> mask) {
      Pass.this.mask = mask;
    }

    @Override
    public void bound(Tensor x, ValueBounds values) {
      int input = inputs.indexOf(x);
      var bound = new Bound(path, input, values);
      if (input >= 0 && !bounds.contains(bound)) {
        bounds.add(bound);
      }
    }

    @Override
    public void penalty(Tensor scalar) {
      if (scalar.shape().rank() != 0 || !scalar.dtype().isFloating()) {
        throw new ShapeException(
            "penalty C1: expected a floating scalar, found " + scalar.type() + "; take its sum()");
      }
      penalties.add(scalar.cast(DType.F32));
    }

    @Override
    public Tensors child(String name, Layer layer, Tensors inputs) {
      var full = full(name);
      var outputs =
          program
              .trace()
              .within(
                  full,
                  () ->
                      Foreign.call(
                          layer, "layer " + full, () -> layer.apply(new At(full), inputs)));
      program.table().applied(full, layer.getClass().getSimpleName(), outputs.types());
      return outputs;
    }

    private String full(String name) {
      if (name.isEmpty() || name.contains("/") || StateTable.isInternal(name)) {
        throw new IllegalArgumentException(
            "name in layer \""
                + path
                + "\": expected one without slash that does not begin with"
                + " a dollar sign, found \""
                + name
                + "\"");
      }
      return path.isEmpty() ? name : path + "/" + name;
    }
  }

  /** A sum of scalars; empty for none. */
  static Optional<Tensor> sum(List<Tensor> scalars) {
    return scalars.isEmpty() ? Optional.empty() : Optional.of(Ops.fold(scalars, Tensor::add));
  }
}
