package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Extent;
import dev.backplane.kit.fusion.Space;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a kernel does, loop by loop, without saying in which form.
 *
 * @param space rows and columns
 * @param phases one after the other
 * @param accumulators of all folds; an accumulator's number is its place
 * @param inputs the number of inputs
 * @param outputs the number of outputs
 * @param scratchBytes memory for what crosses loops, 64-byte aligned
 * @param inPlace by input and output: whether they may be the same memory
 * @param merge takes into the folds of the last sweep what another call gathered in them for other
 *     rows, whose scratch memory is the last address; it has no sweep
 */
record Plan(
    Space space,
    List<Phase> phases,
    List<Accumulator> accumulators,
    int inputs,
    int outputs,
    long scratchBytes,
    List<List<Boolean>> inPlace,
    Phase merge) {

  /** The number of lanes in which folds along columns gather, whatever the width of vectors. */
  static final int LANES = 16;

  /** The phase that ends with the last sweep; the last phase where there is none. */
  int lastSweep() {
    int last = phases.size() - 1;
    while (last > 0 && phases.get(last).sweep().isEmpty()) {
      last--;
    }
    return phases.get(last).sweep().isPresent() ? last : phases.size() - 1;
  }

  /**
   * Whether calls for some of the rows each, one after the other or at once, do the work of one for
   * all of them: nothing but what follows the only sweep reads what was folded over rows.
   */
  boolean divides() {
    return phases.stream().filter(phase -> phase.sweep().isPresent()).count() == 1;
  }

  /** The places of the addresses that are written up to the last sweep. */
  Set<Integer> writtenBySweep() {
    var written = new HashSet<Integer>();
    for (var phase : phases.subList(0, lastSweep() + 1)) {
      phase.scalars().forEach(store -> written.add(store.cell().base()));
      phase.columns().stores().forEach(store -> written.add(store.cell().base()));
      phase.columns().folds().forEach(fold -> written.addAll(fold.accumulator().written()));
      if (phase.sweep().isPresent()) {
        var sweep = phase.sweep().get();
        sweep.rowStores().forEach(store -> written.add(store.cell().base()));
        sweep
            .passes()
            .forEach(loop -> loop.stores().forEach(store -> written.add(store.cell().base())));
      }
    }
    return written;
  }

  /** Whether the folds of the last sweep have to be taken together, or anything comes behind it. */
  boolean finishes() {
    var last = phases.get(lastSweep());
    boolean folds =
        last.sweep().isPresent() && (last.sweep().get().folds(Extent.SCALAR).findAny().isPresent());
    return folds || lastSweep() < phases.size() - 1;
  }

  /**
   * First single values, then a loop over columns, then a sweep over rows.
   *
   * @param scalars code without a loop
   * @param columns the loop over columns; empty if it does nothing
   * @param sweep the loop over rows; empty if it does nothing
   */
  record Phase(List<Store> scalars, Loop columns, Optional<Sweep> sweep) {}

  /**
   * A loop over rows: for each, the passes over its columns, then what there is once a row.
   *
   * @param passes loops over the columns of a row, in order
   * @param rowStores values of rows, all folds of the row being known
   * @param rowFolds folds over rows
   */
  record Sweep(List<Loop> passes, List<Store> rowStores, List<Fold> rowFolds) {
    /** The folds with results of an extent. */
    Stream<Fold> folds(Extent to) {
      return Stream.concat(
              passes.stream().flatMap(loop -> loop.folds().stream()), rowFolds.stream())
          .filter(fold -> fold.accumulator().to() == to);
    }
  }

  /**
   * A loop over columns.
   *
   * @param stores what is written in each iteration
   * @param folds what is gathered
   */
  record Loop(List<Store> stores, List<Fold> folds) {
    boolean isEmpty() {
      return stores.isEmpty() && folds.isEmpty();
    }
  }

  /**
   * Writes a value.
   *
   * @param value what
   * @param cell where
   */
  record Store(Lane value, Cell cell) {}

  /**
   * Gathers a value.
   *
   * @param accumulator in what
   * @param updated what has been gathered with the value of this iteration
   */
  record Fold(Accumulator accumulator, Lane updated) {}

  /**
   * What a fold gathers in. Along columns it has {@link #LANES} lanes: column c goes to lane c mod
   * 16, and in the end lane i takes in lane i + 8 if that was used, then i + 4, i + 2, i + 1. Over
   * rows it has one.
   *
   * @param number its place in the plan's list
   * @param register what it holds
   * @param identity what it starts with
   * @param scratchOffset where its lanes lie in scratch memory, 16 · 8 bytes
   * @param from the extent of what is gathered
   * @param to the extent of the result: each row starts anew, or not
   * @param total the result, of the partial sums
   * @param target where a result of extent SCALAR is written; empty for one of rows
   */
  record Accumulator(
      int number,
      Register register,
      Lane identity,
      long scratchOffset,
      Extent from,
      Extent to,
      Lane total,
      Optional<Cell> target) {
    private Set<Integer> written() {
      return target.map(cell -> Set.of(cell.base())).orElse(Set.of());
    }
  }
}
