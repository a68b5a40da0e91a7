package dev.backplane.runtime.train;

import dev.backplane.BackplaneException;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.Support;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Draw;
import dev.backplane.nn.GradientTransform;
import dev.backplane.op.Compare;
import dev.backplane.op.Dot;
import dev.backplane.op.Op;
import dev.backplane.op.Precision;
import dev.backplane.op.Unary;
import dev.backplane.runtime.extension.Foreign;
import dev.backplane.runtime.pass.MixedPrecision;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Traces the programs of a job. Each is traced from things made anew of the blueprint.
 *
 * @param name the model's name, for messages
 * @param blueprint what is trained
 * @param fields what a batch is made of
 * @param table the state, which the first trace fills
 * @param accumulate batches to an update
 * @param precision in which the model multiplies
 */
record Programs(
    String name,
    Blueprint blueprint,
    Fields fields,
    StateTable table,
    int accumulate,
    Precision precision) {
  /** The step at which initial values are drawn; no training ever gets there. */
  static final long INITIAL_STEP = 0xFFFFFFFFL;

  private static final String LOSS = "loss";
  private static final String PREDICTIONS = "predictions";
  private static final String TRANSFORM = "gradient transform";
  private static final String UPDATE = "update of ";

  /** What a forward pass leaves for the rest of the step. */
  private record Outcome(
      Tensors outputs, Batch batch, Tensor lossSum, Tensor weight, Tensor total) {}

  /** What turns the total loss into gradients of the trained parameters. */
  private interface Differentiation {
    Scope.ValueAndGradient apply(Scope scope, Function<Tensors, Tensor> loss, Tensors at);
  }

  /** The same programs for batches of other fields: sequences of another length. */
  Programs of(Fields fields) {
    return new Programs(name, blueprint, fields, table, accumulate, precision);
  }

  /** Finds out, and fixes, what state there is; gives what batches must be. Needs no gradients. */
  List<FieldCheck> discover(int batch) {
    figures().declare(table);
    var forward = new ProgramTrace(name, table);
    var pass = new Pass(forward, true);
    var outputs = pass.run(blueprint.model(), fields.inputs(forward, batch)).types();
    if (table.trainable().isEmpty()) {
      throw new BackplaneException("model " + name + ": it has no parameter that could be trained");
    }
    if (accumulate > 1) {
      table.internal(StateTable.ACCUMULATED_WEIGHT, TensorType.of(DType.F32), 0);
      for (var entry : table.trainable()) {
        table.internal(StateTable.accumulated(entry.path()), entry.type(), 0);
      }
    }
    // The optimizer's slots: a gradient has its parameter's type, so the parameter stands for it.
    step(
        batch,
        true,
        (trace, loss, parameters) ->
            new Scope.ValueAndGradient(loss.apply(parameters), parameters));
    table.fix();
    return checks(pass, outputs);
  }

  /** The same of a model that is not trained any more: no slots, no gradients. */
  List<FieldCheck> discoverForward(int batch) {
    figures().declare(table);
    var forward = new ProgramTrace(name, table);
    var inputs = fields.inputs(forward, batch);
    var pass = new Pass(forward, true);
    var outputs = pass.run(blueprint.model(), inputs).types();
    table.fix();
    return checks(pass, outputs);
  }

  /** What layers say of inputs, and the loss of targets for outputs of the model. */
  private List<FieldCheck> checks(Pass pass, List<TensorType> outputs) {
    var inputs = pass.bounds().stream().map(bound -> FieldCheck.ofInput(name, fields, bound));
    var target = FieldCheck.ofTarget(name, blueprint.loss(), fields, outputs);
    return Stream.concat(inputs, target.stream()).toList();
  }

  /** The loss and the metrics, made anew. */
  Figures figures() {
    return new Figures(blueprint.metrics());
  }

  /** Fills the state: draws the initial values of parameters. */
  ProgramTrace.Traced initialize() {
    var program = new ProgramTrace(name, table);
    var trace = program.trace();
    var streams = new Streams();
    for (var entry : table.entries()) {
      if (entry.parameter()) {
        var zero = trace.constant(Literal.scalar(DType.U32, 0L));
        var step = trace.constant(Literal.scalar(DType.U32, INITIAL_STEP));
        var key = program.state(StateTable.KEY);
        var draw = new Draw(key, step, zero, zero, streams.next(entry.path()));
        program.keep(entry.path(), trace.within(entry.path(), () -> drawn(entry, draw)));
      } else if (entry.fill() != 0) {
        program.keep(entry.path(), Ops.fill(trace, entry.type(), entry.fill()));
      }
    }
    return program.finish();
  }

  private Tensor drawn(StateTable.Entry entry, Draw draw) {
    var initializer = table.initializer(entry.path());
    var drawn =
        Foreign.call(
            initializer,
            "first value of " + entry.path(),
            () -> initializer.apply(draw, entry.type().shape()));
    if (!drawn.shape().equals(entry.type().shape())) {
      throw new ShapeException(
          "Initializer C1: " + initializer + " gives " + drawn.type() + " for " + entry.type());
    }
    return drawn.cast(entry.type().dtype());
  }

  /** One training step: with an update, or only adding up gradients for a later one. */
  ProgramTrace.Traced trainStep(int batch, boolean update) {
    return step(batch, update, Scope::valueAndGradient);
  }

  private ProgramTrace.Traced step(int batch, boolean update, Differentiation differentiation) {
    var program = new ProgramTrace(name, table);
    var inputs = fields.inputs(program, batch);
    var targets = fields.targets(program, batch);
    var trained = table.trainable();
    var parameters = trained.stream().map(entry -> program.state(entry.path())).toList();
    var outcome = new ArrayList<Outcome>();
    Function<Tensors, Tensor> loss =
        values -> {
          var pass = new Pass(program, true);
          for (int i = 0; i < trained.size(); i++) {
            pass.replace(trained.get(i).path(), values.get(i));
          }
          outcome.add(forward(program, pass, inputs, targets, batch));
          return outcome.getFirst().total();
        };
    var gradients =
        differentiation.apply(program.trace(), loss, new Tensors(parameters)).gradient().list();
    count(program, outcome.getFirst());
    if (accumulate > 1) {
      gradients = accumulated(program, trained, gradients, outcome.getFirst().weight(), update);
    }
    if (update) {
      update(program, trained, parameters, gradients);
    }
    return finished(program);
  }

  /** Figures, the step counter, and the first step whose loss was not finite. */
  private void count(ProgramTrace program, Outcome outcome) {
    figures()
        .update(
            program,
            Figures.Split.TRAIN,
            outcome.outputs(),
            outcome.batch(),
            outcome.lossSum(),
            outcome.weight());
    var next = program.state(StateTable.STEP).add(1);
    program.keep(StateTable.STEP, next);
    var failed = program.state(StateTable.FAILED);
    var finite = Ops.unary(Unary.Kind.IS_FINITE, outcome.total());
    var known = failed.compare(Compare.Direction.NE, Ops.like(failed, 0));
    program.keep(StateTable.FAILED, Ops.where(finite, failed, Ops.where(known, failed, next)));
  }

  /**
   * The gradients of all examples since the last update as of one batch: each batch counts by the
   * weight of its examples, so that a smaller one at the end counts less.
   */
  private List<Tensor> accumulated(
      ProgramTrace program,
      List<StateTable.Entry> trained,
      List<Tensor> gradients,
      Tensor weight,
      boolean update) {
    var all = added(program, StateTable.ACCUMULATED_WEIGHT, weight, update);
    var means = new ArrayList<Tensor>();
    for (int i = 0; i < trained.size(); i++) {
      var path = StateTable.accumulated(trained.get(i).path());
      var gradient = gradients.get(i);
      var factor = weight.cast(gradient.dtype());
      var sum = added(program, path, gradient.mul(factor), update);
      means.add(sum.div(all.cast(gradient.dtype())));
    }
    return means;
  }

  /** Adds to a state, which begins anew after an update; gives the sum. */
  private static Tensor added(ProgramTrace program, String path, Tensor value, boolean update) {
    var sum = program.state(path).add(value);
    program.keep(path, update ? Ops.fill(program.trace(), sum.type(), 0) : sum);
    return sum;
  }

  private void update(
      ProgramTrace program,
      List<StateTable.Entry> trained,
      List<Tensor> parameters,
      List<Tensor> gradients) {
    var trace = program.trace();
    var paths = trained.stream().map(StateTable.Entry::path).toList();
    var updates = program.state(StateTable.UPDATES);
    var transformed = gradients;
    for (var transform : blueprint.transforms()) {
      var before = transformed;
      transformed =
          trace.within(
              TRANSFORM,
              () ->
                  Foreign.call(
                      transform,
                      TRANSFORM,
                      () ->
                          transform.apply(
                              new GradientTransform.Gradients(
                                  trace, paths, parameters, before, updates))));
      requireTypes(transform, before, transformed);
    }
    var optimizer = blueprint.optimizer();
    for (int i = 0; i < trained.size(); i++) {
      var entry = trained.get(i);
      var parts = new ParameterUpdate(program, entry, parameters.get(i), transformed.get(i));
      var place = UPDATE + entry.path();
      trace.within(
          place,
          () ->
              Foreign.call(
                  optimizer,
                  place,
                  () -> {
                    var next = optimizer.apply(parts);
                    program.keep(entry.path(), next);
                    return next;
                  }));
    }
    program.keep(StateTable.UPDATES, updates.add(1));
  }

  private static void requireTypes(
      GradientTransform transform, List<Tensor> before, List<Tensor> after) {
    var expected = new Tensors(before).types();
    var found = new Tensors(after).types();
    if (!expected.equals(found)) {
      throw new ShapeException(
          "GradientTransform C1: " + transform + " gives " + found + " for gradients " + expected);
    }
  }

  /** Loss and metrics of one batch, without training. */
  ProgramTrace.Traced evaluate(int batch) {
    var program = new ProgramTrace(name, table);
    var pass = new Pass(program, false);
    var inputs = fields.inputs(program, batch);
    var outcome = forward(program, pass, inputs, fields.targets(program, batch), batch);
    figures()
        .update(
            program,
            Figures.Split.TEST,
            outcome.outputs(),
            outcome.batch(),
            outcome.lossSum(),
            outcome.weight());
    return finished(program);
  }

  /** Predictions for one batch. */
  ProgramTrace.Traced predict(int batch) {
    var program = new ProgramTrace(name, table);
    var outputs = new Pass(program, false).run(blueprint.model(), fields.inputs(program, batch));
    var loss = blueprint.loss();
    var predictions =
        program
            .trace()
            .within(
                PREDICTIONS,
                () -> Foreign.call(loss, PREDICTIONS, () -> loss.predictions(outputs)));
    for (int i = 0; i < predictions.size(); i++) {
      program.result(prediction(i), predictions.get(i));
    }
    return finished(program);
  }

  /** The program in the precision asked for: what only the model multiplies, nothing else. */
  private ProgramTrace.Traced finished(ProgramTrace program) {
    var traced = program.finish();
    return switch (precision) {
      case FULL -> traced;
      case BF16 ->
          new ProgramTrace.Traced(
              MixedPrecision.bf16(traced.graph(), Programs::isModel),
              traced.inputs(),
              traced.outputs());
    };
  }

  /**
   * Refuses a device that does not multiply as asked: half of the model on another device is not
   * what anybody wants.
   */
  void requirePrecision(BiFunction<Op, List<TensorType>, Support> supports, DeviceInfo device) {
    var square = TensorType.of(DType.BF16, 2, 2);
    if (precision == Precision.BF16
        && supports.apply(Dot.matmul(DType.F32), List.of(square, square))
            instanceof Support.No(var reason)) {
      throw new UnsupportedProgramException(
          "precision bf16: "
              + device.id()
              + " ("
              + device.name()
              + ") does not multiply bf16: "
              + reason
              + "; train in full precision, or on another device");
    }
  }

  /** Whether a node comes from a layer, by the places that are named here. */
  private static boolean isModel(String origin) {
    return !origin.equals(LOSS)
        && !origin.equals(PREDICTIONS)
        && !origin.equals(TRANSFORM)
        && !origin.startsWith(UPDATE)
        && !origin.startsWith(Figures.METRIC);
  }

  /** The name of a prediction's host memory. */
  static String prediction(int index) {
    return "prediction_" + index;
  }

  /** The figures of a set and, of training, the step that failed. */
  ProgramTrace.Traced read(Figures.Split split) {
    var program = new ProgramTrace(name, table);
    figures().results(program, split);
    if (split == Figures.Split.TRAIN) {
      program.result(StateTable.FAILED, program.state(StateTable.FAILED));
    }
    return program.finish();
  }

  /** The tables of the metrics that have some. */
  ProgramTrace.Traced tables(Figures.Split split) {
    var program = new ProgramTrace(name, table);
    figures().tables(program, split);
    return program.finish();
  }

  private Outcome forward(
      ProgramTrace program, Pass pass, Tensors inputs, Tensors targets, int batch) {
    var outputs = pass.run(blueprint.model(), inputs);
    var weights = Ops.fill(program.trace(), TensorType.f32(batch), 1);
    var given = new Batch(inputs, targets, weights);
    return program
        .trace()
        .within(
            LOSS,
            () -> {
              var loss = blueprint.loss();
              var values = Foreign.call(loss, LOSS, () -> loss.apply(outputs, given));
              if (!values.dtype().isFloating() || !values.shape().equals(weights.shape())) {
                throw new ShapeException(
                    "Loss C1: "
                        + Foreign.of(loss)
                        + ": expected one floating value for each example, "
                        + weights.type()
                        + ", found "
                        + values.type());
              }
              var sum = values.cast(DType.F32).mul(weights).sum();
              var weight = weights.sum();
              var mean = sum.div(weight);
              var total = Pass.sum(pass.penalties()).map(mean::add).orElse(mean);
              return new Outcome(outputs, given, sum, weight, total);
            });
  }
}
