package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Extent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A part of a loop that becomes a method of its own. The JVM's first compiler gives up on methods
 * with many vector operations, and its interpreter keeps methods of more than 8,000 bytes for
 * itself: so a long loop body is cut, and what one part needs of an earlier one lies in memory, for
 * a strip of columns that stays in the cache.
 *
 * @param stores what it writes
 * @param folds what it gathers
 * @param given values of earlier parts by id of the lane, and where they lie
 */
record Chunk(List<Plan.Store> stores, List<Plan.Fold> folds, Map<Integer, Cell> given) {
  /** The columns for which one part runs before the next one does. */
  static final int STRIP = 1024;

  /** All lanes at the roots. */
  List<Lane> roots() {
    var roots = new ArrayList<Lane>();
    stores.forEach(store -> roots.add(store.value()));
    folds.forEach(fold -> roots.add(fold.updated()));
    return roots;
  }

  /**
   * Cuts a loop.
   *
   * @param limit the number of operations of a part
   * @param allocate memory of a strip for values of a register
   */
  static List<Chunk> split(Plan.Loop loop, int limit, Function<Register, Cell> allocate) {
    return new Splitter(loop, limit, allocate).split();
  }

  private static final class Splitter {
    private final Plan.Loop loop;
    private final int limit;
    private final Function<Register, Cell> allocate;
    private final Map<Integer, Integer> parts = new HashMap<>();
    private final Map<Integer, Lane> lanes = new LinkedHashMap<>();
    private final Set<Integer> counted = new HashSet<>();
    private final Map<Integer, Boolean> gathering = new HashMap<>();
    private final Map<Integer, Cell> kept = new HashMap<>();
    private int part;
    private int work;

    Splitter(Plan.Loop loop, int limit, Function<Register, Cell> allocate) {
      this.loop = loop;
      this.limit = limit;
      this.allocate = allocate;
    }

    List<Chunk> split() {
      loop.stores().forEach(store -> place(store.value()));
      for (var fold : loop.folds()) {
        place(fold.updated());
        // What is gathered is read and written by one part.
        together(fold.updated(), partOf(fold.updated()));
      }
      int lastRead = lastRead();
      int late = (int) loop.stores().stream().filter(store -> isLate(store, lastRead)).count();
      int perPart = Math.max(1, limit / 2);
      var stores = new ArrayList<List<Plan.Store>>();
      var folds = new ArrayList<List<Plan.Fold>>();
      for (int i = 0; i <= part + (late + perPart - 1) / perPart; i++) {
        stores.add(new ArrayList<>());
        folds.add(new ArrayList<>());
      }
      int moved = 0;
      for (var store : loop.stores()) {
        int at =
            isLate(store, lastRead)
                ? part + 1 + moved++ / perPart
                : Math.max(partOf(store.value()), lastRead);
        stores.get(at).add(store);
        keep(store.value(), at);
      }
      loop.folds().forEach(fold -> folds.get(partOf(fold.updated())).add(fold));
      for (var lane : lanes.values()) {
        lane.arguments().forEach(argument -> keep(argument, partOf(lane)));
      }
      kept.forEach(
          (id, cell) -> {
            var lane = Lookup.in(lanes, id);
            stores.get(partOf(lane)).add(new Plan.Store(lane, cell));
          });
      var chunks = new ArrayList<Chunk>();
      for (int i = 0; i < stores.size(); i++) {
        var given = new HashMap<Integer, Cell>();
        for (var entry : kept.entrySet()) {
          if (Lookup.in(parts, entry.getKey()) < i) {
            given.put(entry.getKey(), entry.getValue());
          }
        }
        chunks.add(new Chunk(stores.get(i), folds.get(i), given));
      }
      return chunks;
    }

    /**
     * An output may lie in the memory of an input that a later part still reads. Then it is written
     * behind all parts: there may be many such outputs, too many for one of these.
     */
    private boolean isLate(Plan.Store store, int lastRead) {
      return lanes.containsKey(store.value().id()) && partOf(store.value()) < lastRead;
    }

    private int partOf(Lane lane) {
      return parts.getOrDefault(lane.id(), 0);
    }

    /** Operands first; loads, numbers and uniform values are made anew in every part. */
    private void place(Lane lane) {
      if (!counted.add(lane.id())) {
        return;
      }
      lane.arguments().forEach(this::place);
      boolean computes = lane instanceof Lane.Apply || lane instanceof Lane.Call;
      if (work >= limit && computes) {
        part++;
        work = 0;
      }
      if (computes) {
        parts.put(lane.id(), part);
        lanes.put(lane.id(), lane);
        work++;
      } else if (lane instanceof Lane.Load || lane instanceof Lane.Index) {
        work++;
      }
    }

    private boolean together(Lane lane, int with) {
      var known = gathering.get(lane.id());
      if (known != null) {
        return known;
      }
      boolean gathers = lane instanceof Lane.Accumulated;
      for (var argument : lane.arguments()) {
        gathers |= together(argument, with);
      }
      if (gathers && parts.containsKey(lane.id())) {
        parts.put(lane.id(), with);
      }
      gathering.put(lane.id(), gathers);
      return gathers;
    }

    private int lastRead() {
      int last = 0;
      for (var lane : lanes.values()) {
        for (var argument : lane.arguments()) {
          if (argument instanceof Lane.Load load && load.cell().extent() != Extent.SCALAR) {
            last = Math.max(last, partOf(lane));
          }
        }
      }
      return last;
    }

    private void keep(Lane lane, int reader) {
      if (lanes.containsKey(lane.id()) && partOf(lane) < reader) {
        kept.computeIfAbsent(lane.id(), id -> allocate.apply(lane.register()));
      }
    }
  }
}
