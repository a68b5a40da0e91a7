package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Extent;
import dev.backplane.kit.fusion.Space;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes a method of a phase: single values, the loop over rows, and the calls of the methods that
 * loop over columns.
 */
final class SweepWriter {
  static final MethodTypeDesc CHUNK =
      MethodTypeDesc.of(
          ConstantDescs.CD_void,
          ConstantDescs.CD_long.arrayType(),
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);

  static final MethodTypeDesc RANGE =
      MethodTypeDesc.of(
          ConstantDescs.CD_void,
          ConstantDescs.CD_long.arrayType(),
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);
  private static final int FROM = 1;
  private static final int TO = 2;

  /**
   * The methods that make up a loop over columns.
   *
   * @param whole for all columns up to {@code border}, in order
   * @param rest for the columns from there on, in order
   * @param border the columns that the first ones do
   */
  record Methods(List<String> whole, List<String> rest, int border) {}

  private final Plan plan;
  private final Space space;
  private final ClassDesc self;
  private final CodeBuilder code;
  private final Frame frame;
  private final ScalarCode scalars;
  private final Map<Integer, Cell> uniforms;
  private final Map<Plan.Loop, Methods> methods;
  private final Set<Cell> cells = new LinkedHashSet<>();
  private final Map<Integer, Integer> rowFolds = new HashMap<>();
  private final Map<Integer, Lane> accumulated = new HashMap<>();
  private final Set<Integer> written = new HashSet<>();
  private final Map<Integer, Boolean> ofRow = new HashMap<>();

  /**
   * A writer of one method.
   *
   * @param uniforms where loops over columns expect values of enclosing levels, by id of the lanes
   * @param methods of the loops over columns, by loop
   * @param parameters of the method: the addresses, and of a sweep the first row and the last but
   *     one
   */
  SweepWriter(
      Plan plan,
      ClassDesc self,
      CodeBuilder code,
      int parameters,
      Map<Integer, Cell> uniforms,
      Map<Plan.Loop, Methods> methods) {
    this.plan = plan;
    this.space = plan.space();
    this.self = self;
    this.code = code;
    this.frame = new Frame(code, parameters);
    this.scalars = new ScalarCode(frame, space.columns());
    this.uniforms = uniforms;
    this.methods = methods;
  }

  /** Code without a loop. */
  void scalars(List<Plan.Store> stores) {
    open(stores.stream().map(Plan.Store::value).toList(), stores, List.of());
    storeAll(stores);
    code.return_();
  }

  /** A loop over columns alone. */
  void columns(Plan.Loop loop) {
    open(List.of(), List.of(), List.of(loop));
    start(loop);
    giveUniforms(loop, false);
    call(loop, false);
    end(loop.folds(), Extent.SCALAR);
    code.return_();
  }

  /** The loop over some of the rows. */
  void sweep(Plan.Sweep sweep) {
    var roots = new ArrayList<Lane>();
    sweep.rowStores().forEach(store -> roots.add(store.value()));
    sweep.rowFolds().forEach(fold -> roots.add(fold.updated()));
    gatherIn(sweep.rowFolds());
    open(roots, sweep.rowStores(), sweep.passes());
    sweep.passes().forEach(this::start);
    sweep.rowFolds().forEach(this::startRowFold);
    prepareOnce(sweep, roots);
    if (space.rows() == 1) {
      row(sweep);
    } else {
      int row = frame.allocate(TypeKind.INT);
      frame.row(row);
      loop(row, () -> code.iload(FROM), () -> code.iload(TO), 1, () -> row(sweep));
    }
    for (var fold : sweep.rowFolds()) {
      var accumulator = fold.accumulator();
      var lanes = scalars.lanesOf(accumulator.number());
      frame.pushAddress(lanes, 0);
      code.loadLocal(accumulator.register().kind(), Lookup.in(rowFolds, accumulator.number()));
      frame.store(lanes);
    }
    code.return_();
  }

  /** What the folds over all rows come to. */
  void totals(Plan.Sweep sweep) {
    gatherIn(sweep.rowFolds());
    var roots = new ArrayList<Lane>();
    sweep.rowFolds().forEach(fold -> roots.add(fold.accumulator().total()));
    for (var fold : sweep.rowFolds()) {
      fold.accumulator().target().ifPresent(cells::add);
    }
    open(roots, List.of(), sweep.passes());
    for (var fold : sweep.rowFolds()) {
      var accumulator = fold.accumulator();
      var lanes = scalars.lanesOf(accumulator.number());
      int local = frame.allocate(accumulator.register().kind());
      frame.pushAddress(lanes, 0);
      frame.load(lanes);
      code.storeLocal(accumulator.register().kind(), local);
      scalars.define(Lookup.in(accumulated, accumulator.number()), local);
    }
    sweep.passes().forEach(loop -> end(loop.folds(), Extent.SCALAR));
    end(sweep.rowFolds(), Extent.SCALAR);
    code.return_();
  }

  private void gatherIn(List<Plan.Fold> folds) {
    for (var fold : folds) {
      var lanes = ChunkWriter.lanes(plan, fold.accumulator());
      scalars.gatherIn(fold.accumulator().number(), lanes);
      cells.add(lanes);
    }
  }

  private void open(List<Lane> lanes, List<Plan.Store> stores, List<Plan.Loop> loops) {
    var roots = new ArrayList<>(lanes);
    stores.forEach(store -> cells.add(store.cell()));
    for (var loop : loops) {
      roots.addAll(ChunkWriter.uniforms(loop));
      for (var fold : loop.folds()) {
        var accumulator = fold.accumulator();
        var gathered = ChunkWriter.lanes(plan, accumulator);
        scalars.gatherIn(accumulator.number(), gathered);
        cells.add(gathered);
        accumulator.target().ifPresent(cells::add);
        roots.add(accumulator.total());
      }
    }
    var seen = new HashSet<Integer>();
    roots.forEach(root -> collect(root, seen));
    cells.forEach(frame::base);
    scalars.count(roots);
  }

  private void collect(Lane lane, Set<Integer> seen) {
    if (!seen.add(lane.id())) {
      return;
    }
    var kept = uniforms.get(lane.id());
    if (kept != null) {
      cells.add(kept);
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

  private void loop(int local, Runnable from, Runnable to, int step, Runnable body) {
    var head = code.newLabel();
    var end = code.newLabel();
    from.run();
    code.istore(local).labelBinding(head).iload(local);
    to.run();
    code.if_icmpge(end);
    body.run();
    code.iinc(local, step).goto_(head).labelBinding(end);
  }

  /** Whether a value is another one in each row. */
  private boolean ofRow(Lane lane) {
    var known = ofRow.get(lane.id());
    if (known == null) {
      known =
          switch (lane) {
            case Lane.Load load -> load.cell().extent() == Extent.ROW;
            case Lane.Index index -> index.of() == Extent.ROW;
            case Lane.Uniform uniform -> ofRow(uniform.outer());
            case Lane.Partial partial -> true;
            case Lane.Accumulated gathered -> true;
            case Lane.Constant constant -> false;
            case Lane.Apply apply -> apply.arguments().stream().anyMatch(this::ofRow);
            case Lane.Call call -> call.arguments().stream().anyMatch(this::ofRow);
          };
      ofRow.put(lane.id(), known);
    }
    return known;
  }

  /** Values that are the same for all rows, before the first one. */
  private void prepareOnce(Plan.Sweep sweep, List<Lane> roots) {
    var all = new ArrayList<>(roots);
    for (var loop : sweep.passes()) {
      giveUniforms(loop, false);
      all.addAll(ChunkWriter.uniforms(loop));
    }
    var seen = new HashSet<Integer>();
    all.forEach(root -> keepSingle(root, seen));
  }

  private void keepSingle(Lane lane, Set<Integer> seen) {
    if (seen.add(lane.id())) {
      if (lane instanceof Lane.Uniform uniform && !ofRow(uniform)) {
        scalars.local(uniform.outer());
      }
      lane.arguments().forEach(argument -> keepSingle(argument, seen));
    }
  }

  /** Writes what a loop over columns reads of this level to where it looks for it. */
  private void giveUniforms(Plan.Loop loop, boolean ofRow) {
    for (var lane : ChunkWriter.uniforms(loop)) {
      var cell = uniforms.get(lane.id());
      if (cell != null && ofRow(lane) == ofRow && written.add(lane.id())) {
        scalars.local(lane);
        frame.pushAddress(cell, 0);
        scalars.push(lane);
        frame.store(cell);
      }
    }
  }

  private void row(Plan.Sweep sweep) {
    var scope = scalars.scope();
    for (var cell : cells) {
      if (cell.extent() == Extent.FULL) {
        frame.rowBase(cell, space.columns());
      }
    }
    for (var loop : sweep.passes()) {
      giveUniforms(loop, true);
      call(loop, space.rows() == 1);
      end(loop.folds(), Extent.ROW);
    }
    storeAll(sweep.rowStores());
    for (var fold : sweep.rowFolds()) {
      scalars.push(fold.updated());
      var accumulator = fold.accumulator();
      code.storeLocal(accumulator.register().kind(), Lookup.in(rowFolds, accumulator.number()));
    }
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
    rowFolds.put(accumulator.number(), local);
    scalars.define(Lookup.in(accumulated, accumulator.number()), local);
  }

  /** Folds over all rows start before the first one; those of a row where the loop starts. */
  private void start(Plan.Loop loop) {
    for (var fold : loop.folds()) {
      if (fold.accumulator().to() == Extent.SCALAR) {
        ChunkWriter.start(frame, scalars, fold.accumulator());
      }
    }
  }

  /** The name of the method that adds up an accumulator's lanes. */
  static String total(Plan.Accumulator accumulator) {
    return "total" + accumulator.number();
  }

  /** Sums up the lanes of the folds with results of an extent. */
  private void end(List<Plan.Fold> folds, Extent to) {
    for (var fold : folds) {
      var accumulator = fold.accumulator();
      if (accumulator.to() != to) {
        continue;
      }
      if (accumulator.from() != Extent.ROW) {
        // A method of its own: the JVM's first compiler takes no two of them in one.
        frame.pushAddresses();
        var kind = accumulator.total().register().kind();
        var result = Frame.type(accumulator.total().register());
        code.invokestatic(
            self, total(accumulator), MethodTypeDesc.of(result, ConstantDescs.CD_long.arrayType()));
        int local = frame.allocate(kind);
        code.storeLocal(kind, local);
        scalars.define(accumulator.total(), local);
      }
      if (accumulator.target().isPresent()) {
        int total = scalars.local(accumulator.total());
        frame.pushAddress(accumulator.target().get(), 0);
        code.loadLocal(accumulator.total().register().kind(), total);
        frame.store(accumulator.target().get());
      } else {
        scalars.local(accumulator.total());
      }
    }
  }

  /**
   * Calls the parts of a loop over columns, strip by strip where there are several.
   *
   * @param ranged whether it runs for the columns of the method's range only, not for all
   */
  private void call(Plan.Loop loop, boolean ranged) {
    if (loop.isEmpty()) {
      return;
    }
    var parts = Lookup.in(methods, loop);
    int border = parts.border();
    Runnable first = ranged ? () -> code.iload(FROM) : code::iconst_0;
    Runnable last =
        ranged
            ? () -> {
              code.iload(TO).loadConstant(border);
              min();
            }
            : () -> code.loadConstant(border);
    if (border > Chunk.STRIP && parts.whole().size() > 1) {
      for (var fold : loop.folds()) {
        if (fold.accumulator().to() == Extent.ROW) {
          ChunkWriter.start(frame, scalars, fold.accumulator());
        }
      }
      int from = frame.allocate(TypeKind.INT);
      int to = frame.allocate(TypeKind.INT);
      loop(
          from,
          first,
          last,
          Chunk.STRIP,
          () -> {
            code.iload(from).loadConstant(Chunk.STRIP).iadd();
            last.run();
            min();
            code.istore(to);
            for (var name : parts.whole()) {
              call(name, () -> code.iload(from), () -> code.iload(to));
            }
          });
    } else if (border > 0) {
      parts.whole().forEach(name -> call(name, first, last));
    }
    if (parts.rest().isEmpty()) {
      return;
    }
    var end = code.newLabel();
    if (ranged) {
      code.iload(TO).loadConstant(border).if_icmple(end);
    }
    for (var name : parts.rest()) {
      call(name, () -> code.loadConstant(border), () -> code.loadConstant((int) space.columns()));
    }
    code.labelBinding(end);
  }

  private void min() {
    min(code);
  }

  static void min(CodeBuilder code) {
    code.invokestatic(
        ClassDesc.of("java.lang.Math"),
        "min",
        MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int));
  }

  private void call(String name, Runnable from, Runnable to) {
    frame.pushAddresses();
    frame.pushRow();
    from.run();
    to.run();
    code.invokestatic(self, name, CHUNK);
  }
}
