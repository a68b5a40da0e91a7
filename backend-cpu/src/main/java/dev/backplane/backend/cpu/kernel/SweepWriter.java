package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Extent;
import dev.backplane.kit.fusion.Space;
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

/** Writes the loops of one method: over the rows, and over the columns of a row. */
final class SweepWriter {
  private final Plan plan;
  private final Space space;
  private final CodeBuilder code;
  private final Frame frame;
  private final ScalarCode scalars;
  private final Optional<VectorCode> vectors;
  private final int parts;
  private final Set<Cell> cells = new LinkedHashSet<>();
  private final Map<Integer, int[]> gathering = new HashMap<>();
  private final Map<Integer, Lane> accumulated = new HashMap<>();

  /**
   * A writer of one method.
   *
   * @param types the vectors to use; empty for the scalar form
   */
  SweepWriter(Plan plan, CodeBuilder code, Optional<VectorTypes> types) {
    this.plan = plan;
    this.space = plan.space();
    this.code = code;
    this.frame = new Frame(code);
    this.scalars = new ScalarCode(frame, space.columns());
    this.vectors = types.map(known -> new VectorCode(frame, scalars, known, space.columns()));
    this.parts = types.map(known -> Plan.LANES / known.lanes()).orElse(1);
  }

  /** Code without a loop. */
  void scalars(List<Plan.Store> stores) {
    var roots = stores.stream().map(Plan.Store::value).toList();
    open(roots, stores, List.of());
    storeAll(stores);
    code.return_();
  }

  /** A loop over columns alone. */
  void columns(Plan.Loop loop) {
    open(roots(loop), loop.stores(), loop.folds());
    startFolds(List.of(loop), Extent.SCALAR);
    pass(loop, new HashSet<>());
    endFolds(loop.folds(), Extent.SCALAR);
    code.return_();
  }

  /** The loop over rows. */
  void sweep(Plan.Sweep sweep) {
    var roots = new ArrayList<Lane>();
    var stores = new ArrayList<>(sweep.rowStores());
    var folds = new ArrayList<>(sweep.rowFolds());
    for (var loop : sweep.passes()) {
      roots.addAll(roots(loop));
      stores.addAll(loop.stores());
      folds.addAll(loop.folds());
    }
    sweep.rowStores().forEach(store -> roots.add(store.value()));
    sweep.rowFolds().forEach(fold -> roots.add(fold.updated()));
    open(roots, stores, folds);
    startFolds(sweep.passes(), Extent.SCALAR);
    sweep.rowFolds().forEach(this::startRowFold);
    prepareOnce(sweep);
    if (space.rows() == 1) {
      row(sweep);
    } else {
      int row = frame.allocate(TypeKind.INT);
      frame.row(row);
      loop(row, 0, space.rows(), 1, () -> row(sweep));
    }
    sweep.passes().forEach(loop -> endFolds(loop.folds(), Extent.SCALAR));
    endFolds(sweep.rowFolds(), Extent.SCALAR);
    code.return_();
  }

  private static List<Lane> roots(Plan.Loop loop) {
    var roots = new ArrayList<Lane>();
    loop.stores().forEach(store -> roots.add(store.value()));
    loop.folds().forEach(fold -> roots.add(fold.updated()));
    return roots;
  }

  /** Computes base addresses, and says where folds gather. */
  private void open(List<Lane> roots, List<Plan.Store> stores, List<Plan.Fold> folds) {
    var seen = new HashSet<Integer>();
    roots.forEach(root -> collect(root, seen));
    stores.forEach(store -> cells.add(store.cell()));
    int scratch = plan.inputs() + plan.outputs();
    for (var fold : folds) {
      var accumulator = fold.accumulator();
      collect(accumulator.total(), seen);
      accumulator.target().ifPresent(cells::add);
      if (accumulator.from() != Extent.ROW) {
        var lanes =
            new Cell(
                scratch,
                accumulator.scratchOffset(),
                ScalarCode.memoryOf(accumulator.register()),
                Extent.SCALAR);
        scalars.gatherIn(accumulator.number(), lanes);
        cells.add(lanes);
      }
    }
    cells.forEach(frame::base);
    var counted = new ArrayList<>(roots);
    folds.forEach(fold -> counted.add(fold.accumulator().total()));
    scalars.count(counted);
    vectors.ifPresent(vector -> roots.forEach(vector::count));
  }

  private void collect(Lane lane, Set<Integer> seen) {
    if (!seen.add(lane.id())) {
      return;
    }
    switch (lane) {
      case Lane.Load load -> cells.add(load.cell());
      case Lane.Uniform uniform -> collect(uniform.outer(), seen);
      case Lane.Accumulated gathered -> accumulated.put(gathered.accumulator(), gathered);
      case Lane.Constant constant -> {}
      case Lane.Index index -> {}
      case Lane.Partial partial -> {}
      case Lane.Apply apply -> apply.arguments().forEach(a -> collect(a, seen));
      case Lane.Call call -> call.arguments().forEach(a -> collect(a, seen));
    }
  }

  private void loop(int local, long from, long to, int step, Runnable body) {
    var head = code.newLabel();
    var end = code.newLabel();
    code.loadConstant((int) from).istore(local).labelBinding(head);
    code.iload(local).loadConstant((int) to).if_icmpge(end);
    body.run();
    code.iinc(local, step).goto_(head).labelBinding(end);
  }

  private boolean vectorized(Plan.Loop loop) {
    return vectors.isPresent() && refusal(loop, space).isEmpty();
  }

  /** Why a loop has no vector form; empty if it has one. */
  static Optional<String> refusal(Plan.Loop loop, Space space) {
    if (space.columns() < 4) {
      return Optional.of("rows of " + space.columns());
    }
    for (var store : loop.stores()) {
      if (!VectorCode.takes(store.cell().dtype())) {
        return Optional.of(store.cell().dtype() + " has no vector form");
      }
    }
    for (var root : roots(loop)) {
      var found = refusal(root);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> refusal(Lane lane) {
    if (VectorCode.takes(lane)) {
      return Optional.empty();
    }
    return lane.arguments().stream()
        .map(SweepWriter::refusal)
        .flatMap(Optional::stream)
        .findFirst()
        .or(
            () ->
                Optional.of(
                    switch (lane) {
                      case Lane.Call call -> call.method() + " has no vector form";
                      case Lane.Load load -> load.cell().dtype() + " has no vector form";
                      case Lane.Index index -> "an index of " + index.of();
                      case Lane.Constant c -> c.register() + " has no vector form";
                      case Lane.Uniform u -> u.register() + " has no vector form";
                      case Lane.Accumulated a -> a.register() + " has no vector form";
                      case Lane.Partial p -> p.register() + " has no vector form";
                      case Lane.Apply a -> a.register() + " has no vector form";
                    }));
  }

  /** Whether a value is another one in each row. */
  private static boolean ofRow(Lane lane) {
    return switch (lane) {
      case Lane.Load load -> load.cell().extent() == Extent.ROW;
      case Lane.Index index -> index.of() == Extent.ROW;
      case Lane.Uniform uniform -> ofRow(uniform.outer());
      case Lane.Partial partial -> true;
      case Lane.Accumulated gathered -> true;
      case Lane.Constant constant -> false;
      case Lane.Apply apply -> apply.arguments().stream().anyMatch(SweepWriter::ofRow);
      case Lane.Call call -> call.arguments().stream().anyMatch(SweepWriter::ofRow);
    };
  }

  /** Values that are the same for all rows, before the first one. */
  private void prepareOnce(Plan.Sweep sweep) {
    for (var loop : sweep.passes()) {
      prepare(loop, false, new HashSet<>());
    }
    var uniforms = new LinkedHashSet<Lane.Uniform>();
    sweep.rowStores().forEach(store -> uniforms(store.value(), uniforms, new HashSet<>()));
    sweep.rowFolds().forEach(fold -> uniforms(fold.updated(), uniforms, new HashSet<>()));
    for (var uniform : uniforms) {
      if (!ofRow(uniform)) {
        scalars.local(uniform.outer());
      }
    }
  }

  private void prepare(Plan.Loop loop, boolean ofRow, Set<Lane> prepared) {
    var uniforms = new LinkedHashSet<Lane.Uniform>();
    var seen = new HashSet<Integer>();
    roots(loop).forEach(root -> uniforms(root, uniforms, seen));
    for (var uniform : uniforms) {
      if (ofRow(uniform) == ofRow) {
        nested(uniform.outer());
        scalars.local(uniform.outer());
        if (vectorized(loop)) {
          vectors.get().prepare(uniform);
          prepared.add(uniform);
        }
      }
    }
    if (!ofRow && vectorized(loop)) {
      var constants = new LinkedHashSet<Lane>();
      var visited = new HashSet<Integer>();
      roots(loop).forEach(root -> constants(root, constants, visited));
      constants.forEach(vectors.get()::prepare);
    }
  }

  /** Uniform values inside a uniform value, such as a single number in that of a row. */
  private void nested(Lane lane) {
    var inside = new LinkedHashSet<Lane.Uniform>();
    uniforms(lane, inside, new HashSet<>());
    inside.forEach(uniform -> scalars.local(uniform.outer()));
  }

  private static void uniforms(Lane lane, Set<Lane.Uniform> found, Set<Integer> seen) {
    if (seen.add(lane.id())) {
      if (lane instanceof Lane.Uniform uniform) {
        found.add(uniform);
      }
      lane.arguments().forEach(argument -> uniforms(argument, found, seen));
    }
  }

  private static void constants(Lane lane, Set<Lane> found, Set<Integer> seen) {
    if (seen.add(lane.id())) {
      if (lane instanceof Lane.Constant) {
        found.add(lane);
      }
      lane.arguments().forEach(argument -> constants(argument, found, seen));
    }
  }

  private void row(Plan.Sweep sweep) {
    var scope = scalars.scope();
    for (var cell : cells) {
      if (cell.extent() == Extent.FULL) {
        frame.rowBase(cell, space.columns());
      }
    }
    var prepared = new HashSet<Lane>();
    for (var loop : sweep.passes()) {
      prepare(loop, true, prepared);
      startFolds(List.of(loop), Extent.ROW);
      pass(loop, prepared);
      endFolds(loop.folds(), Extent.ROW);
    }
    storeAll(sweep.rowStores());
    for (var fold : sweep.rowFolds()) {
      scalars.push(fold.updated());
      var register = fold.accumulator().register();
      code.storeLocal(register.kind(), Lookup.in(gathering, fold.accumulator().number())[0]);
    }
    vectors.ifPresent(vector -> prepared.forEach(vector::forget));
    vectors.ifPresent(VectorCode::end);
    scalars.leave(scope);
  }

  private void storeAll(List<Plan.Store> stores) {
    stores.forEach(store -> scalars.local(store.value()));
    for (var store : stores) {
      frame.pushAddress(store.cell(), 0);
      scalars.push(store.value());
      frame.store(store.cell());
    }
  }

  private void startRowFold(Plan.Fold fold) {
    var accumulator = fold.accumulator();
    int local = frame.allocate(accumulator.register().kind());
    scalars.push(accumulator.identity());
    code.storeLocal(accumulator.register().kind(), local);
    gathering.put(accumulator.number(), new int[] {local});
    scalars.define(Lookup.in(accumulated, accumulator.number()), local);
  }

  /** Sets the lanes of the folds with results of an extent to where they start. */
  private void startFolds(List<Plan.Loop> loops, Extent to) {
    for (var loop : loops) {
      for (var fold : loop.folds()) {
        var accumulator = fold.accumulator();
        if (accumulator.to() == to) {
          if (vectorized(loop)) {
            startVectors(accumulator);
          } else {
            for (int i = 0; i < Plan.LANES; i++) {
              var lanes = scalars.lanesOf(accumulator.number());
              frame.pushAddress(lanes, i);
              scalars.push(accumulator.identity());
              frame.store(lanes);
            }
          }
        }
      }
    }
  }

  private void startVectors(Plan.Accumulator accumulator) {
    var vector = vectors.orElseThrow();
    var locals = new int[parts];
    for (int part = 0; part < parts; part++) {
      vector.pushBroadcast(accumulator.identity());
      locals[part] = frame.allocate(TypeKind.REFERENCE);
      code.astore(locals[part]);
    }
    gathering.put(accumulator.number(), locals);
  }

  /** Sums up the lanes of the folds with results of an extent. */
  private void endFolds(List<Plan.Fold> folds, Extent to) {
    for (var fold : folds) {
      var accumulator = fold.accumulator();
      if (accumulator.to() != to) {
        continue;
      }
      var locals = gathering.get(accumulator.number());
      if (locals != null && accumulator.from() != Extent.ROW) {
        var lanes = scalars.lanesOf(accumulator.number());
        for (int part = 0; part < parts; part++) {
          vectors.orElseThrow().flush(locals[part], lanes, part);
        }
      }
      if (accumulator.target().isPresent()) {
        frame.pushAddress(accumulator.target().get(), 0);
        scalars.push(accumulator.total());
        frame.store(accumulator.target().get());
      } else {
        scalars.local(accumulator.total());
      }
    }
  }

  private void pass(Plan.Loop loop, Set<Lane> prepared) {
    if (loop.isEmpty()) {
      return;
    }
    if (space.rows() == 1 || prepared.isEmpty()) {
      prepare(loop, false, new HashSet<>());
    }
    if (vectorized(loop)) {
      vectorPass(loop);
    } else {
      scalarPass(loop);
    }
  }

  private void scalarPass(Plan.Loop loop) {
    int column = frame.allocate(TypeKind.INT);
    frame.column(column);
    loop(
        column,
        0,
        space.columns(),
        1,
        () -> {
          var scope = scalars.scope();
          roots(loop).forEach(scalars::local);
          for (var store : loop.stores()) {
            frame.pushAddress(store.cell(), 0);
            scalars.push(store.value());
            frame.store(store.cell());
          }
          for (var fold : loop.folds()) {
            int number = fold.accumulator().number();
            scalars.pushLane(number);
            scalars.push(fold.updated());
            frame.store(scalars.lanesOf(number));
          }
          scalars.leave(scope);
        });
  }

  private void vectorPass(Plan.Loop loop) {
    long whole = space.columns() / Plan.LANES * Plan.LANES;
    int rest = (int) (space.columns() - whole);
    int column = frame.allocate(TypeKind.INT);
    frame.column(column);
    if (whole == Plan.LANES) {
      code.iconst_0().istore(column);
      block(loop, Plan.LANES);
    } else if (whole > 0) {
      loop(column, 0, whole, Plan.LANES, () -> block(loop, Plan.LANES));
    }
    if (rest > 0) {
      code.loadConstant((int) whole).istore(column);
      block(loop, rest);
    }
  }

  /** Some of 16 columns, in as many vectors as that takes. */
  private void block(Plan.Loop loop, int count) {
    var vector = vectors.orElseThrow();
    int lanes = Plan.LANES / parts;
    for (int part = 0; part < parts && part * lanes < count; part++) {
      int mark = frame.mark();
      vector.begin(part, count < (part + 1) * lanes);
      for (var fold : loop.folds()) {
        int number = fold.accumulator().number();
        vector.define(Lookup.in(accumulated, number), Lookup.in(gathering, number)[part]);
      }
      roots(loop).forEach(vector::local);
      loop.stores().forEach(store -> vector.store(store.value(), store.cell()));
      for (var fold : loop.folds()) {
        vector.fold(fold, Lookup.in(gathering, fold.accumulator().number())[part]);
      }
      vector.end();
      frame.release(mark);
    }
  }
}
