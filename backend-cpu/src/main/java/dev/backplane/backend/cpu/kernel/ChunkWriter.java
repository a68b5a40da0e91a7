package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Extent;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes the method of a part of a loop over columns. Its parameters are the addresses, the row,
 * and the first and the last column but one; all columns of a call lie in one strip, or the loop
 * has one part only.
 */
final class ChunkWriter {
  private static final int ROW = 1;
  private static final int FROM = 2;
  private static final int TO = 3;
  private static final int PARAMETERS = 4;
  // Below this the JVM would take longer to compile vectors than they save.
  private static final int SHORT = 4 * Plan.LANES;

  private final Plan plan;
  private final Chunk chunk;
  private final CodeBuilder code;
  private final Frame frame;
  private final ScalarCode scalars;
  private final Optional<VectorCode> vectors;
  private final int parts;
  private final Set<Cell> cells = new LinkedHashSet<>();
  private final Set<Lane> outer = new LinkedHashSet<>();
  private final Map<Integer, Lane> accumulated = new HashMap<>();
  private final Map<Integer, int[]> gathering = new HashMap<>();

  /**
   * A writer of one method.
   *
   * @param uniforms where values of enclosing levels lie, by id of their lanes
   * @param types the vectors to use; empty for the scalar form
   */
  ChunkWriter(
      Plan plan,
      Chunk chunk,
      Map<Integer, Cell> uniforms,
      CodeBuilder code,
      Optional<VectorTypes> types) {
    this.plan = plan;
    this.chunk = chunk;
    this.code = code;
    this.frame = new Frame(code, PARAMETERS);
    long columns = plan.space().columns();
    this.scalars = new ScalarCode(frame, columns);
    this.vectors = types.map(known -> new VectorCode(frame, scalars, known, columns));
    this.parts = types.map(known -> Plan.LANES / known.lanes()).orElse(1);
    scalars.give(uniforms);
    if (vectors.isPresent()) {
      vectors.get().give(chunk.given());
    } else {
      scalars.give(chunk.given());
    }
    open(uniforms);
  }

  private void open(Map<Integer, Cell> uniforms) {
    var roots = chunk.roots();
    var seen = new HashSet<Integer>();
    roots.forEach(root -> collect(root, seen, uniforms));
    chunk.stores().forEach(store -> cells.add(store.cell()));
    for (var fold : chunk.folds()) {
      var lanes = lanes(plan, fold.accumulator());
      scalars.gatherIn(fold.accumulator().number(), lanes);
      cells.add(lanes);
    }
    cells.forEach(frame::base);
    if (plan.space().rows() > 1) {
      frame.row(ROW);
      cells.stream()
          .filter(cell -> cell.extent() == Extent.FULL)
          .forEach(cell -> frame.rowBase(cell, plan.space().columns()));
    }
    if (vectors.isPresent()) {
      roots.forEach(vectors.get()::count);
    } else {
      scalars.count(roots);
    }
  }

  /** The memory of an accumulator's lanes. */
  static Cell lanes(Plan plan, Plan.Accumulator accumulator) {
    return new Cell(
        plan.inputs() + plan.outputs(),
        accumulator.scratchOffset(),
        ScalarCode.memoryOf(accumulator.register()),
        Extent.SCALAR);
  }

  private void collect(Lane lane, Set<Integer> seen, Map<Integer, Cell> uniforms) {
    if (!seen.add(lane.id())) {
      return;
    }
    var cell = chunk.given().get(lane.id());
    if (cell != null) {
      cells.add(cell);
      return;
    }
    switch (lane) {
      case Lane.Load load -> cells.add(load.cell());
      case Lane.Uniform uniform -> {
        outer.add(lane);
        var kept = uniforms.get(uniform.outer().id());
        if (kept != null) {
          cells.add(kept);
        } else {
          collect(uniform.outer(), seen, uniforms);
        }
      }
      case Lane.Accumulated gathered -> accumulated.put(gathered.accumulator(), gathered);
      case Lane.Constant constant -> outer.add(lane);
      case Lane.Index index -> {}
      case Lane.Partial partial -> {}
      case Lane.Apply apply -> apply.arguments().forEach(a -> collect(a, seen, uniforms));
      case Lane.Call call -> call.arguments().forEach(a -> collect(a, seen, uniforms));
    }
  }

  /** The scalar form, for any columns. */
  void scalarLoop() {
    for (var lane : outer) {
      if (lane instanceof Lane.Uniform uniform) {
        scalars.local(uniform.outer());
      }
    }
    startScalarFolds();
    int column = frame.allocate(TypeKind.INT);
    frame.column(column);
    loop(
        column,
        1,
        () -> {
          var scope = scalars.scope();
          chunk.roots().forEach(scalars::local);
          for (var store : chunk.stores()) {
            frame.pushAddress(store.cell(), 0);
            scalars.push(store.value());
            frame.store(store.cell());
          }
          for (var fold : chunk.folds()) {
            int number = fold.accumulator().number();
            scalars.pushLane(number);
            scalars.push(fold.updated());
            frame.store(scalars.lanesOf(number));
          }
          scalars.leave(scope);
        });
    code.return_();
  }

  /** Folds of a row start at its first column. */
  private void startScalarFolds() {
    var starting =
        chunk.folds().stream()
            .map(Plan.Fold::accumulator)
            .filter(accumulator -> accumulator.to() == Extent.ROW)
            .toList();
    if (starting.isEmpty()) {
      return;
    }
    var started = code.newLabel();
    code.iload(FROM).ifne(started);
    for (var accumulator : starting) {
      start(frame, scalars, accumulator);
    }
    code.labelBinding(started);
  }

  /** Sets an accumulator's lanes in memory to where they start. */
  static void start(Frame frame, ScalarCode scalars, Plan.Accumulator accumulator) {
    var lanes = scalars.lanesOf(accumulator.number());
    var code = frame.code();
    int mark = frame.mark();
    int lane = frame.allocate(TypeKind.INT);
    var head = code.newLabel();
    var end = code.newLabel();
    code.iconst_0().istore(lane).labelBinding(head);
    code.iload(lane).loadConstant(Plan.LANES).if_icmpge(end);
    frame.pushAddress(lanes, 0);
    code.iload(lane).loadConstant(lanes.dtype().bytes()).imul().i2l().ladd();
    scalars.push(accumulator.identity());
    frame.store(lanes);
    code.iinc(lane, 1).goto_(head).labelBinding(end);
    frame.release(mark);
  }

  /** Writes the method that adds up an accumulator's lanes. */
  static void total(Plan plan, Plan.Accumulator accumulator, CodeBuilder code) {
    var frame = new Frame(code, 1);
    var scalars = new ScalarCode(frame, plan.space().columns());
    var lanes = lanes(plan, accumulator);
    scalars.gatherIn(accumulator.number(), lanes);
    frame.base(lanes);
    scalars.count(List.of(accumulator.total()));
    scalars.push(accumulator.total());
    code.return_(accumulator.total().register().kind());
  }

  private void loop(int local, int step, Runnable body) {
    var head = code.newLabel();
    var end = code.newLabel();
    code.iload(FROM).istore(local).labelBinding(head);
    code.iload(local).iload(TO).if_icmpge(end);
    body.run();
    code.iinc(local, step).goto_(head).labelBinding(end);
  }

  /**
   * The vector form for whole blocks of 16 columns.
   *
   * @param first whether no other call comes before this one in a row
   */
  void vectorLoop(boolean first) {
    prepare(first);
    int column = frame.allocate(TypeKind.INT);
    frame.column(column);
    loop(column, Plan.LANES, () -> unlessIdle(() -> block(Plan.LANES)));
    flush();
    code.return_();
  }

  /** The vector form for the last columns, fewer than 16. */
  void vectorRest(int count, boolean first) {
    prepare(first);
    frame.column(FROM);
    unlessIdle(() -> block(count));
    flush();
    code.return_();
  }

  /** Nothing is done for a row before the first: see {@link Routine#rehearse}. */
  private void unlessIdle(Runnable body) {
    var end = code.newLabel();
    code.iload(ROW).iflt(end);
    body.run();
    code.labelBinding(end);
  }

  private void prepare(boolean first) {
    var vector = vectors.orElseThrow();
    for (var lane : outer) {
      if (lane instanceof Lane.Uniform uniform) {
        scalars.local(uniform.outer());
      }
      vector.prepare(lane);
    }
    for (var fold : chunk.folds()) {
      var accumulator = fold.accumulator();
      var locals = new int[parts];
      for (int part = 0; part < parts; part++) {
        locals[part] =
            first && accumulator.to() == Extent.ROW
                ? vector.start(accumulator.identity())
                : vector.fill(scalars.lanesOf(accumulator.number()), part);
      }
      gathering.put(accumulator.number(), locals);
    }
  }

  private void flush() {
    for (var fold : chunk.folds()) {
      int number = fold.accumulator().number();
      for (int part = 0; part < parts; part++) {
        vectors
            .orElseThrow()
            .flush(Lookup.in(gathering, number)[part], scalars.lanesOf(number), part);
      }
    }
  }

  /** Some of 16 columns, in as many vectors as that takes. */
  private void block(int count) {
    var vector = vectors.orElseThrow();
    int lanes = Plan.LANES / parts;
    for (int part = 0; part < parts && part * lanes < count; part++) {
      int mark = frame.mark();
      vector.begin(part, count < (part + 1) * lanes);
      for (var fold : chunk.folds()) {
        int number = fold.accumulator().number();
        vector.define(Lookup.in(accumulated, number), Lookup.in(gathering, number)[part]);
      }
      chunk.roots().forEach(vector::local);
      chunk.stores().forEach(store -> vector.store(store.value(), store.cell()));
      for (var fold : chunk.folds()) {
        vector.fold(fold, Lookup.in(gathering, fold.accumulator().number())[part]);
      }
      vector.end();
      frame.release(mark);
    }
  }

  /**
   * Why a loop has no vector form; empty if it has one.
   *
   * @param single whether a call of the kernel runs it once
   */
  static Optional<String> refusal(Plan.Loop loop, long columns, boolean single) {
    if (columns < (single ? SHORT : 4)) {
      return Optional.of("only " + columns + " columns");
    }
    for (var store : loop.stores()) {
      if (!VectorCode.takes(store.cell().dtype())) {
        return Optional.of(store.cell().dtype() + " has no vector form");
      }
    }
    var roots = new ArrayList<Lane>();
    loop.stores().forEach(store -> roots.add(store.value()));
    loop.folds().forEach(fold -> roots.add(fold.updated()));
    var seen = new HashSet<Integer>();
    return roots.stream().flatMap(root -> refusal(root, seen).stream()).findFirst();
  }

  private static Optional<String> refusal(Lane lane, Set<Integer> seen) {
    if (!seen.add(lane.id())) {
      return Optional.empty();
    }
    var operand = lane.arguments().stream().flatMap(a -> refusal(a, seen).stream()).findFirst();
    return operand.isPresent() ? operand : VectorCode.refuses(lane);
  }

  /** The values of enclosing levels that a loop reads. */
  static List<Lane> uniforms(Plan.Loop loop) {
    var found = new LinkedHashSet<Lane>();
    var seen = new HashSet<Integer>();
    loop.stores().forEach(store -> uniforms(store.value(), found, seen));
    loop.folds().forEach(fold -> uniforms(fold.updated(), found, seen));
    return List.copyOf(found);
  }

  private static void uniforms(Lane lane, Set<Lane> found, Set<Integer> seen) {
    if (seen.add(lane.id())) {
      if (lane instanceof Lane.Uniform uniform) {
        found.add(uniform.outer());
      }
      lane.arguments().forEach(argument -> uniforms(argument, found, seen));
    }
  }
}
