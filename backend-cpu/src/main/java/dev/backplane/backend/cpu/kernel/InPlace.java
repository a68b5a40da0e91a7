package dev.backplane.backend.cpu.kernel;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Extent;
import dev.backplane.kit.fusion.Space;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds which output may lie in the memory of which input: both have elements of one width and one
 * extent, their rows have no gaps, and the input is read in no loop after the one that writes the
 * output. Within a loop every element is read before it is written.
 */
final class InPlace {
  private static final int PASSES = 1 << 20;

  private final Graph graph;
  private final Pitches pitches;
  private final Map<Integer, Long> lastRead = new HashMap<>();
  private final Map<Integer, Long> firstWrite = new HashMap<>();
  private final Set<Integer> seen = new HashSet<>();

  InPlace(Graph graph, Pitches pitches) {
    this.graph = graph;
    this.pitches = pitches;
  }

  /** Takes note of a phase; phases are added in order. */
  void add(int phase, Plan.Phase loops) {
    long time = (long) phase * PASSES;
    loops.scalars().forEach(store -> note(store, (long) phase * PASSES));
    note(loops.columns(), time + 1);
    if (loops.sweep().isPresent()) {
      var sweep = loops.sweep().get();
      long pass = time + 2;
      for (var loop : sweep.passes()) {
        note(loop, pass++);
      }
      for (var loop : sweep.passes()) {
        for (var fold : loop.folds()) {
          wrote(fold, time + PASSES - 1);
        }
      }
      for (var store : sweep.rowStores()) {
        note(store, pass);
      }
      for (var fold : sweep.rowFolds()) {
        seen.clear();
        reads(fold.updated(), pass);
        wrote(fold, time + PASSES - 1);
      }
    }
  }

  private void note(Plan.Loop loop, long time) {
    loop.stores().forEach(store -> note(store, time));
    for (var fold : loop.folds()) {
      seen.clear();
      reads(fold.updated(), time);
      wrote(fold, time);
    }
  }

  private void note(Plan.Store store, long time) {
    seen.clear();
    reads(store.value(), time);
    firstWrite.merge(store.cell().base(), time, Math::min);
  }

  private void wrote(Plan.Fold fold, long time) {
    fold.accumulator().target().ifPresent(cell -> firstWrite.merge(cell.base(), time, Math::min));
  }

  private void reads(Lane lane, long time) {
    if (!seen.add(lane.id())) {
      return;
    }
    if (lane instanceof Lane.Load load) {
      lastRead.merge(load.cell().base(), time, Math::max);
    }
    if (lane instanceof Lane.Uniform uniform) {
      reads(uniform.outer(), time);
    }
    lane.arguments().forEach(argument -> reads(argument, time));
  }

  List<List<Boolean>> table(Space space, Function<Value, Extent> extent) {
    var table = new ArrayList<List<Boolean>>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      var input = graph.inputs().get(i);
      var row = new ArrayList<Boolean>();
      for (int o = 0; o < graph.outputs().size(); o++) {
        var output = graph.outputs().get(o);
        long read = lastRead.getOrDefault(i, -1L);
        long written = firstWrite.getOrDefault(graph.inputs().size() + o, -1L);
        row.add(
            pitches.ofInput(i) == 0
                && pitches.ofOutput(o) == 0
                && input.type().dtype().bytes() == output.type().dtype().bytes()
                && extent.apply(input) == extent.apply(output)
                && space.size(extent.apply(input)) == output.type().shape().size()
                && read <= written);
      }
      table.add(List.copyOf(row));
    }
    return List.copyOf(table);
  }
}
