package dev.backplane.runtime.train;

import dev.backplane.BackplaneException;
import dev.backplane.Target;
import dev.backplane.Training;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.data.Batches;
import dev.backplane.data.Feature;
import dev.backplane.runtime.checkpoint.SafeTensors;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.job.OpenJob;
import dev.backplane.runtime.session.Session;
import dev.backplane.runtime.session.SessionProgram;
import dev.backplane.runtime.session.Slot;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model on a device: its state, and the programs that train, evaluate and predict with it. Each
 * form of batch has programs of its own, compiled when first needed. Serves one thread at a time.
 */
final class Job implements AutoCloseable {
  /** How many sizes of prediction batches are kept compiled. */
  private static final int PREDICTIONS = 8;

  /** Which program. */
  private enum Kind {
    TRAIN,
    ACCUMULATE,
    EVALUATE,
    PREDICT
  }

  /** A compiled program and the host memory of its fields, looked up once. */
  private record Ready(
      Kind kind,
      Form form,
      SessionProgram program,
      List<MemorySegment> fields,
      List<TensorType> results) {
    boolean is(Kind kind, Form form) {
      return this.kind == kind && (this.form == form || this.form.equals(form));
    }
  }

  private final Programs programs;
  private final Session session;
  private final OpenJob open;
  private final List<FieldCheck> checks;
  // As plain data, since it is asked for again and again: the metrics themselves may have gone.
  private final List<String> measured;
  private final Map<Figures.Split, Map<String, TensorType>> sums = new LinkedHashMap<>();
  private final List<Ready> compiled = new ArrayList<>();
  private final Map<Figures.Split, SessionProgram> readers = new LinkedHashMap<>();
  private final long[] rowBytes;
  private @Nullable Ready running;
  private boolean closed;

  private Job(Programs programs, Session session, List<FieldCheck> checks, OpenJob open) {
    this.programs = programs;
    this.session = session;
    this.checks = checks;
    this.open = open;
    rowBytes = programs.fields().all().stream().mapToLong(f -> f.stored().bytes()).toArray();
    var figures = programs.figures();
    measured = figures.names();
    for (var split : Figures.Split.values()) {
      sums.put(split, figures.paths(split));
    }
  }

  /**
   * A job to be trained, from a checkpoint or, without one, from the initial values of a seed.
   *
   * @param batch the largest batch
   * @param folder where it will be saved, if it will
   * @param open as which it is listed; ends with it, or when it cannot be opened
   */
  static Job training(
      Devices devices,
      Target target,
      Programs programs,
      int batch,
      Optional<SavedState> saved,
      long seed,
      Optional<Path> folder,
      OpenJob open) {
    return endedOnFailure(
        open,
        () -> {
          programs.blueprint().use(open);
          var checks = programs.discover(batch);
          folder.ifPresent(f -> requireSaveable(f, programs.table().types()));
          return open(
              devices,
              target,
              programs,
              checks,
              saved,
              job -> saved.ifPresentOrElse(job::restore, () -> job.initialize(seed)),
              open);
        });
  }

  /** A job that only evaluates and predicts. */
  static Job inference(
      Devices devices, Target target, Programs programs, SavedState saved, OpenJob open) {
    return endedOnFailure(
        open,
        () -> {
          programs.blueprint().use(open);
          var checks = programs.discoverForward(1);
          return open(
              devices,
              target,
              programs,
              checks,
              Optional.of(saved),
              job -> job.restore(saved),
              open);
        });
  }

  /** Refuses a state that no checkpoint holds, before anything is allocated or trained. */
  private static void requireSaveable(Path folder, SortedMap<String, TensorType> types) {
    types.forEach(
        (path, type) -> {
          if (type.bytes() > SafeTensors.MOST_TENSOR) {
            throw new BackplaneException(
                "run folder "
                    + folder
                    + ": "
                    + path
                    + " is "
                    + type
                    + ", "
                    + type.bytes()
                    + " bytes; a checkpoint holds less than 2 GiB a tensor: make it smaller, or"
                    + " train without a run folder");
          }
        });
  }

  private static Job endedOnFailure(OpenJob open, Supplier<Job> opening) {
    try {
      return opening.get();
    } catch (RuntimeException | Error e) {
      open.close();
      throw e;
    }
  }

  /** Compares with what was saved before any memory is asked for: a file may say anything. */
  private static Job open(
      Devices devices,
      Target target,
      Programs programs,
      List<FieldCheck> checks,
      Optional<SavedState> saved,
      Consumer<Job> filling,
      OpenJob open) {
    var types = programs.table().types();
    saved.ifPresent(state -> state.requireFits(types));
    var job = new Job(programs, Session.open(devices, target, types, open), checks, open);
    try {
      programs.requirePrecision(job.session::supports, job.device());
      filling.accept(job);
      programs.table().forgetInitializers();
      return job;
    } catch (RuntimeException | Error e) {
      job.close();
      throw e;
    }
  }

  /** Draws the initial values of a seed. */
  private void initialize(long seed) {
    session.write(
        StateTable.KEY,
        Literal.fill(TensorType.of(DType.U32, 2), i -> seed >>> 32 * i & 0xFFFFFFFFL));
    try (var program = compile("initialize", programs.initialize())) {
      if (!device().onlyCompiles()) {
        program.run();
      }
    }
  }

  private SessionProgram compile(String name, ProgramTrace.Traced traced) {
    return session.compile(
        programs.name() + ": " + name, traced.graph(), traced.inputs(), traced.outputs());
  }

  /** Compiles the training programs of a form of batches. */
  void prepareTraining(Form form) {
    ready(Kind.TRAIN, form);
    if (programs.accumulate() > 1) {
      ready(Kind.ACCUMULATE, form);
    }
  }

  /** Compiles the evaluation program of a form of batches. */
  void prepareEvaluation(Form form) {
    ready(Kind.EVALUATE, form);
  }

  /** Looks without allocating anything. */
  private Ready ready(Kind kind, Form form) {
    for (int i = 0; i < compiled.size(); i++) {
      if (compiled.get(i).is(kind, form)) {
        return compiled.get(i);
      }
    }
    return prepare(kind, form);
  }

  private Ready prepare(Kind kind, Form form) {
    int batch = form.batch();
    var those = programs.of(programs.fields().of(form));
    var traced =
        switch (kind) {
          case TRAIN -> those.trainStep(batch, true);
          case ACCUMULATE -> those.trainStep(batch, false);
          case EVALUATE -> those.evaluate(batch);
          case PREDICT -> those.predict(batch);
        };
    var name =
        switch (kind) {
          case TRAIN -> "training step";
          case ACCUMULATE -> "accumulating step";
          case EVALUATE -> "evaluation";
          case PREDICT -> "prediction";
        };
    var size = form.length() < 0 ? "" : " × " + form.length();
    var program = compile(name + " of " + batch + size, traced);
    var fields = new ArrayList<MemorySegment>();
    for (int i = 0; i < programs.fields().all().size(); i++) {
      var host = new Slot.Host(Fields.host(i));
      fields.add(traced.inputs().contains(host) ? program.host(host.name()) : MemorySegment.NULL);
    }
    var ready = new Ready(kind, form, program, List.copyOf(fields), traced.graph().outputTypes());
    compiled.add(ready);
    forgetOldPredictions();
    return ready;
  }

  /** Starts a training step on a staged batch, whose memory is free when this returns. */
  void train(Feed.Staged staged, boolean update) {
    start(ready(update ? Kind.TRAIN : Kind.ACCUMULATE, staged.form()), staged);
  }

  private void start(Ready ready, Feed.Staged staged) {
    settle();
    var segments = staged.segments();
    for (int i = 0; i < segments.size(); i++) {
      copy(segments.get(i), rowBytes[i], ready.fields().get(i), ready.form());
    }
    ready.program().start();
    running = ready;
  }

  /** Copies the staged rows of a field, of which the program may want only the beginnings. */
  private static void copy(MemorySegment staged, long rowBytes, MemorySegment target, Form form) {
    if (form.length() == form.longest()) {
      MemorySegment.copy(staged, 0, target, 0, target.byteSize());
      return;
    }
    long wanted = target.byteSize() / form.batch();
    for (int row = 0; row < form.batch(); row++) {
      MemorySegment.copy(staged, row * rowBytes, target, row * wanted, wanted);
    }
  }

  /** Waits for the last step. */
  void settle() {
    var ready = running;
    if (ready != null) {
      running = null;
      ready.program().await();
    }
  }

  /**
   * Measures a training program.
   *
   * @param steps how often it is to run
   * @param form which: that of the next step of this form
   * @param step trains on the next batch
   */
  List<Training.Measured> measure(int steps, Form form, Runnable step) {
    Ready ready;
    do {
      step.run();
      ready = java.util.Objects.requireNonNull(running, "a step runs a program");
      settle();
    } while (!ready.form().equals(form));
    return ready
        .program()
        .measure(
            steps,
            () -> {
              step.run();
              settle();
            });
  }

  /** Sets the sums of a set of figures to zero. */
  void reset(Figures.Split split) {
    settle();
    sums.getOrDefault(split, Map.of())
        .forEach((path, type) -> session.write(path, Literal.fill(type, i -> 0)));
  }

  /**
   * Reads the figures of a set, by their names without prefix.
   *
   * @throws NotFinite if the loss of a training step was not
   */
  Map<String, Double> figures(Figures.Split split) {
    settle();
    var reader =
        readers.computeIfAbsent(split, s -> compile("figures of " + s.text(), programs.read(s)));
    reader.run();
    if (split == Figures.Split.TRAIN) {
      long failed = scalar(reader, StateTable.FAILED, DType.I32).longAt(0);
      if (failed != 0) {
        throw new NotFinite(failed);
      }
    }
    var figures = new LinkedHashMap<String, Double>();
    for (var name : measured) {
      figures.put(name, scalar(reader, name, DType.F32).toDouble());
    }
    return figures;
  }

  private static Literal scalar(SessionProgram reader, String name, DType dtype) {
    return Literal.copyOf(TensorType.of(dtype), reader.host(name));
  }

  /** The loss of a step was infinite or not a number. */
  static final class NotFinite extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final long step;

    NotFinite(long step) {
      super("the loss of step " + step + " is not finite", null, false, false);
      this.step = step;
    }

    /** The first such step, from 1. */
    long step() {
      return step;
    }
  }

  /** Loss and metrics over examples, in their own order. */
  Map<String, Double> evaluate(Batches batches) {
    requireFields(batches);
    reset(Figures.Split.TEST);
    var inOrder = new Batches(batches.examples(), batches.size(), OptionalLong.empty());
    try (var feed = Feed.of(inOrder, 0, 0, 1, checks)) {
      for (int i = 0; i < inOrder.count(); i++) {
        var staged = feed.next();
        start(ready(Kind.EVALUATE, staged.form()), staged);
        feed.release();
      }
      settle();
    }
    return figures(Figures.Split.TEST);
  }

  /** The tables of the metrics that have some, over examples. */
  Map<String, Literal> tables(Batches batches) {
    evaluate(batches);
    var traced = programs.tables(Figures.Split.TEST);
    var tables = new LinkedHashMap<String, Literal>();
    if (traced.outputs().isEmpty()) {
      return tables;
    }
    try (var program = compile("tables", traced)) {
      program.run();
      for (int i = 0; i < traced.outputs().size(); i++) {
        var type = traced.graph().outputTypes().get(i);
        if (traced.outputs().get(i) instanceof Slot.Host(var name)) {
          tables.put(name, Literal.copyOf(type, program.host(name)));
        }
      }
    }
    return Collections.unmodifiableMap(tables);
  }

  /** Refuses examples of other fields than those the programs were made for. */
  void requireFields(Batches batches) {
    var found = Fields.of(batches.examples());
    if (!found.equals(programs.fields())) {
      throw new IllegalArgumentException(
          "examples: expected fields " + programs.fields() + " as in training, found " + found);
    }
  }

  /** Predictions for a batch. */
  List<Literal> predict(List<Literal> inputs) {
    int batch = requireInputs(inputs);
    for (var check : checks) {
      if (check.field() < inputs.size()) {
        check.require(inputs.get(check.field()).data(), batch);
      }
    }
    settle();
    var ready = ready(Kind.PREDICT, Form.whole(batch));
    for (int i = 0; i < inputs.size(); i++) {
      var target = ready.fields().get(i);
      MemorySegment.copy(inputs.get(i).data(), 0, target, 0, target.byteSize());
    }
    ready.program().run();
    var predictions = new ArrayList<Literal>();
    for (int i = 0; i < ready.results().size(); i++) {
      predictions.add(
          Literal.copyOf(ready.results().get(i), ready.program().host(Programs.prediction(i))));
    }
    return predictions;
  }

  /** Compiles what predicts batches of a size. */
  List<CompileReport> compilePrediction(int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException(
          "batch to predict: expected 1 or more examples, found " + batch);
    }
    settle();
    return ready(Kind.PREDICT, Form.whole(batch)).program().reports();
  }

  private int requireInputs(List<Literal> inputs) {
    var features = programs.fields().inputs();
    var first = inputs.isEmpty() ? Shape.scalar() : inputs.getFirst().type().shape();
    int batch = first.rank() == 0 ? 0 : first.dimension(0);
    var found = inputs.stream().map(Literal::type).toList();
    var expected = features.stream().map(feature -> feature.batch(Math.max(1, batch))).toList();
    if (!found.equals(expected)) {
      throw new IllegalArgumentException(
          "predict: expected "
              + expected
              + " for the fields "
              + features.stream().map(Feature::name).toList()
              + ", found "
              + found);
    }
    return batch;
  }

  private void forgetOldPredictions() {
    var all = compiled.stream().filter(ready -> ready.kind() == Kind.PREDICT).toList();
    for (var old : all.subList(0, Math.max(0, all.size() - PREDICTIONS))) {
      compiled.remove(old);
      old.program().close();
    }
  }

  /** All state by path: what a checkpoint holds. */
  SortedMap<String, Literal> state() {
    settle();
    var values = new TreeMap<String, Literal>();
    for (var path : programs.table().types().keySet()) {
      values.put(path, session.read(path));
    }
    return values;
  }

  /** Parameters and state of the model by path. */
  Map<String, Literal> parameters() {
    settle();
    var values = new TreeMap<String, Literal>();
    for (var path : programs.table().types().keySet()) {
      if (!StateTable.isInternal(path)) {
        values.put(path, session.read(path));
      }
    }
    return Collections.unmodifiableMap(values);
  }

  /** Sets some parameters or state of the model. */
  void load(Map<String, Literal> values) {
    load(new GivenWeights(values, false));
  }

  /** Sets parameters or state of the model. */
  void load(GivenWeights weights) {
    var fitting = weights.fitting(programs.table().types());
    settle();
    fitting.forEach(session::write);
  }

  /** Sets what was saved and the programs know. */
  private void restore(SavedState saved) {
    for (var path : programs.table().types().keySet()) {
      var value = saved.state().get(path);
      if (value != null) {
        session.write(path, value);
      }
    }
  }

  /** The factor on the learning rate from the next step on. */
  void rateFactor(double factor) {
    if (!Double.isFinite(factor) || factor < 0) {
      throw new IllegalArgumentException(
          "rate factor: expected a finite number of 0 or more, found " + factor);
    }
    settle();
    session.write(StateTable.RATE_FACTOR, Literal.scalar(DType.F32, factor));
  }

  /** What fields of a batch must be. */
  List<FieldCheck> checks() {
    return checks;
  }

  DeviceInfo device() {
    return session.device();
  }

  Programs programs() {
    return programs;
  }

  /** Where each node of the training step runs; of the prediction where nothing is trained. */
  List<Training.Placed> why() {
    return first().program().why();
  }

  List<CompileReport> reports() {
    return first().program().reports();
  }

  private Ready first() {
    if (compiled.isEmpty()) {
      ready(Kind.PREDICT, Form.whole(1));
    }
    return compiled.getFirst();
  }

  /** The tuning choices in force, of all programs. */
  SortedMap<String, String> choices() {
    var choices = new TreeMap<String, String>();
    for (var ready : compiled) {
      for (var report : ready.program().reports()) {
        choices.putAll(report.choices());
      }
    }
    return choices;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        settle();
      } catch (RuntimeException e) {
        // The failure of a step nobody waited for: closing has nothing to add to it.
        running = null;
      }
      try {
        session.close();
      } finally {
        open.close();
      }
    }
  }
}
