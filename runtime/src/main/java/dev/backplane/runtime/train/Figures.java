package dev.backplane.runtime.train;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Metric;
import dev.backplane.nn.TabledMetric;
import dev.backplane.runtime.extension.Foreign;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Loss and metrics over many batches: sums on the device, one set while training and one for
 * evaluation. They are read only when somebody asks.
 *
 * @param metrics what is measured beside the loss
 */
record Figures(List<Metric> metrics) {
  /** Which set: that of the running epoch, or that of evaluation. */
  enum Split {
    TRAIN,
    TEST;

    /** For messages. */
    String text() {
      return this == TRAIN ? "training" : "evaluation";
    }

    private String path(String name) {
      return (this == TRAIN ? "$train/" : "$test/") + name;
    }
  }

  private static final TensorType SCALAR = TensorType.of(DType.F32);

  /** How the places of metrics begin. */
  static final String METRIC = "metric ";

  private static final String LOSS = "loss";

  Figures {
    metrics = List.copyOf(metrics);
    var names = new HashSet<String>(List.of(LOSS));
    for (var metric : metrics) {
      if (!names.add(metric.name())) {
        throw new IllegalArgumentException(
            "metrics: two figures are named " + metric.name() + "; each needs a name of its own");
      }
    }
  }

  /** The names without prefix: the loss, then the metrics. */
  List<String> names() {
    var names = new ArrayList<>(List.of(LOSS));
    metrics.forEach(metric -> names.add(metric.name()));
    return names;
  }

  void declare(StateTable table) {
    for (var split : Split.values()) {
      paths(split).forEach((path, type) -> table.internal(path, type, 0));
    }
  }

  /** The states of a set. */
  java.util.Map<String, TensorType> paths(Split split) {
    var paths = new java.util.LinkedHashMap<String, TensorType>();
    paths.put(split.path("loss_sum"), SCALAR);
    paths.put(split.path("weight_sum"), SCALAR);
    for (var metric : metrics) {
      var state = metric.state();
      for (int i = 0; i < state.size(); i++) {
        paths.put(path(split, metric, i), state.get(i));
      }
    }
    return paths;
  }

  private static String path(Split split, Metric metric, int index) {
    return split.path(metric.name() + "/" + index);
  }

  private static Tensors state(ProgramTrace program, Split split, Metric metric) {
    var state = new ArrayList<Tensor>();
    for (int i = 0; i < metric.state().size(); i++) {
      state.add(program.state(path(split, metric, i)));
    }
    return new Tensors(state);
  }

  /** Adds one batch to a set. */
  void update(
      ProgramTrace program,
      Split split,
      Tensors outputs,
      Batch batch,
      Tensor lossSum,
      Tensor weight) {
    add(program, split.path("loss_sum"), lossSum);
    add(program, split.path("weight_sum"), weight);
    for (var metric : metrics) {
      program
          .trace()
          .within(
              METRIC + metric.name(),
              () -> {
                var after =
                    Foreign.call(
                        metric,
                        METRIC + metric.name(),
                        () -> metric.update(state(program, split, metric), outputs, batch));
                if (!after.types().equals(metric.state())) {
                  throw new ShapeException(
                      "Metric C1: "
                          + Foreign.of(metric)
                          + ": the state is "
                          + metric.state()
                          + ", update gives "
                          + after.types());
                }
                for (int i = 0; i < after.size(); i++) {
                  program.keep(path(split, metric, i), after.get(i));
                }
                return after;
              });
    }
  }

  private static void add(ProgramTrace program, String path, Tensor value) {
    program.keep(path, program.state(path).add(value));
  }

  /** Hands the figures of a set to the host, each as an f32 scalar. */
  void results(ProgramTrace program, Split split) {
    var weight = program.state(split.path("weight_sum"));
    program.result(LOSS, program.state(split.path("loss_sum")).div(weight));
    for (var metric : metrics) {
      var result =
          program
              .trace()
              .within(
                  METRIC + metric.name(),
                  () ->
                      Foreign.call(
                          metric,
                          METRIC + metric.name(),
                          () -> metric.result(state(program, split, metric))));
      if (result.shape().rank() != 0 || !result.dtype().isFloating()) {
        throw new ShapeException(
            "Metric C2: the result of "
                + metric.name()
                + " by "
                + Foreign.of(metric)
                + " must be a floating scalar, found "
                + result.type());
      }
      program.result(metric.name(), result.cast(DType.F32));
    }
  }

  /** Hands the tables of a set to the host. */
  void tables(ProgramTrace program, Split split) {
    for (var metric : metrics) {
      if (metric instanceof TabledMetric tabled) {
        var place = METRIC + metric.name();
        var table =
            program
                .trace()
                .within(
                    place,
                    () ->
                        Foreign.call(
                            metric, place, () -> tabled.table(state(program, split, metric))));
        program.result(metric.name(), table);
      }
    }
  }
}
