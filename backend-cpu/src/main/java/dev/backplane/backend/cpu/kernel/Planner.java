package dev.backplane.backend.cpu.kernel;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Extent;
import dev.backplane.kit.fusion.Space;
import dev.backplane.op.Binary;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Clamp;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Iota;
import dev.backplane.op.Reduce;
import dev.backplane.op.Select;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Turns a scheduled group into the loops of a {@link Plan}. */
final class Planner {
  private final Graph graph;
  private final Space space;
  private final Pitches pitches;
  private final Schedule schedule;
  private final Lanes lanes = new Lanes();
  private final Elementwise elementwise = new Elementwise(lanes);
  private final Map<Value, Cell> cells = new HashMap<>();
  private final Map<Value, Cell> gathered = new HashMap<>();
  private final Map<Value, Plan.Accumulator> accumulators = new HashMap<>();
  private final List<Plan.Accumulator> numbered = new ArrayList<>();
  private long scratch;

  private Planner(Graph graph, Space space, Pitches pitches) {
    this.graph = graph;
    this.space = space;
    this.pitches = pitches;
    this.schedule = new Schedule(graph, space);
  }

  static Plan plan(Graph graph, Space space, Pitches pitches) {
    return new Planner(graph, space, pitches).plan();
  }

  /** Which loop an expression stands in. */
  private enum Level {
    SCALARS,
    COLUMNS,
    ROW,
    PASS
  }

  /** A loop: what an expression in it can see. */
  private record Region(Level level, int phase, int pass, Map<Value, Lane> made) {
    Region(Level level, int phase, int pass) {
      this(level, phase, pass, new HashMap<>());
    }
  }

  private Plan plan() {
    assignOutputs();
    assignScratch();
    var order = new InPlace(graph, pitches);
    var phases = new ArrayList<Plan.Phase>();
    for (int phase = 0; phase < schedule.phaseCount(); phase++) {
      phases.add(phase(phase, order));
    }
    return new Plan(
        space,
        phases,
        numbered,
        graph.inputs().size(),
        graph.outputs().size(),
        scratch,
        order.table(space, schedule::extent),
        merge());
  }

  /** Lane by lane and column by column, what was gathered over other rows. */
  private Plan.Phase merge() {
    var scalars = new ArrayList<Plan.Store>();
    var columns = new ArrayList<Plan.Store>();
    for (var value : schedule.computed()) {
      if (!schedule.isFold(value)) {
        continue;
      }
      var combiner = ((Reduce) schedule.producer(value).op()).combiner();
      var accumulator = accumulators.get(value);
      var sums = gathered.get(value);
      if (sums != null && extentOfFold(value) == Extent.FULL) {
        columns.add(merged(combiner, sums.dtype(), sums));
      } else if (accumulator != null
          && accumulator.to() == Extent.SCALAR
          && accumulator.from() != Extent.COLUMN) {
        var dtype = ScalarCode.memoryOf(accumulator.register());
        int lanes = accumulator.from() == Extent.ROW ? 1 : Plan.LANES;
        for (int lane = 0; lane < lanes; lane++) {
          long offset = accumulator.scratchOffset() + (long) lane * dtype.bytes();
          var cell = new Cell(sharedScratch(), offset, dtype, Extent.SCALAR);
          scalars.add(merged(combiner, value.type().dtype().accumulator(), cell));
        }
      }
    }
    return new Plan.Phase(scalars, new Plan.Loop(columns, List.of()), Optional.empty());
  }

  private Plan.Store merged(Combiner combiner, DType dtype, Cell cell) {
    var other = new Cell(cell.base() + 1, cell.offset(), cell.dtype(), cell.extent());
    return new Plan.Store(
        elementwise.binary(combiner.asBinary(), dtype, lanes.load(cell), lanes.load(other)), cell);
  }

  private int sharedScratch() {
    return graph.inputs().size() + graph.outputs().size();
  }

  /** The first output that shows a value is where the value lies. */
  private void assignOutputs() {
    for (int i = 0; i < graph.outputs().size(); i++) {
      var value = schedule.resolve(graph.outputs().get(i));
      if (schedule.isComputed(value)) {
        cells.putIfAbsent(value, outputCell(i, value));
      }
    }
  }

  private Cell outputCell(int index, Value value) {
    return new Cell(
        graph.inputs().size() + index,
        0,
        value.type().dtype(),
        schedule.extent(value),
        false,
        pitches.ofOutput(index));
  }

  private void assignScratch() {
    for (var value : schedule.computed()) {
      var extent = schedule.extent(value);
      var dtype = value.type().dtype();
      if (schedule.isFold(value) && extent == Extent.COLUMN) {
        gathered.put(value, allocate(dtype.accumulator(), extent, space.columns()));
      } else if (!cells.containsKey(value)) {
        boolean stored =
            switch (extent) {
              case FULL -> schedule.isKept(value);
              case ROW, COLUMN, SCALAR -> true;
            };
        if (stored) {
          cells.put(value, allocate(dtype, extent, space.size(extent)));
        }
      }
    }
    for (var value : schedule.computed()) {
      if (schedule.isFold(value) && extentOfFold(value) != Extent.SCALAR) {
        if (schedule.extent(value) != Extent.COLUMN) {
          accumulators.put(value, accumulator(value));
        }
      }
    }
  }

  private Extent extentOfFold(Value fold) {
    return schedule.extent(schedule.producer(fold).operands().getFirst());
  }

  private Cell allocate(DType dtype, Extent extent, long elements) {
    int base = graph.inputs().size() + graph.outputs().size();
    var cell = new Cell(base, scratch, dtype, extent);
    scratch += (elements * dtype.bytes() + 63) / 64 * 64;
    return cell;
  }

  private Plan.Accumulator accumulator(Value value) {
    var node = schedule.producer(value);
    var dtype = value.type().dtype();
    var combiner = ((Reduce) node.op()).combiner();
    var gathering = dtype.accumulator();
    var register = Register.of(gathering);
    int number = numbered.size();
    var from = extentOfFold(value);
    Lane total;
    if (from == Extent.ROW) {
      total = lanes.accumulated(register, number);
    } else {
      var partial = new ArrayList<Lane>();
      for (int i = 0; i < Plan.LANES; i++) {
        partial.add(lanes.partial(register, number, i));
      }
      // Lanes that no column goes to are left out.
      int used = (int) Math.min(Plan.LANES, space.columns());
      for (int half = Plan.LANES / 2; half > 0; half /= 2) {
        for (int i = 0; i + half < used; i++) {
          partial.set(
              i,
              elementwise.binary(
                  combiner.asBinary(), gathering, partial.get(i), partial.get(i + half)));
        }
        used = Math.min(used, half);
      }
      total = partial.getFirst();
    }
    boolean rows = schedule.extent(value) == Extent.ROW;
    var accumulator =
        new Plan.Accumulator(
            number,
            register,
            elementwise.identity(combiner, gathering),
            scratch,
            from,
            schedule.extent(value),
            elementwise.conversion().convert(gathering, dtype, total),
            rows ? Optional.empty() : Optional.of(cell(value)));
    scratch += Plan.LANES * 8;
    numbered.add(accumulator);
    return accumulator;
  }

  private Cell cell(Value value) {
    return Lookup.in(cells, value);
  }

  private Plan.Phase phase(int phase, InPlace order) {
    var scalars = new Region(Level.SCALARS, phase, 0);
    var columns = new Region(Level.COLUMNS, phase, 0);
    var row = new Region(Level.ROW, phase, Integer.MAX_VALUE);
    var scalarStores = new ArrayList<Plan.Store>();
    var columnStores = new ArrayList<Plan.Store>();
    var columnFolds = new ArrayList<Plan.Fold>();
    var rowStores = new ArrayList<Plan.Store>();
    var rowFolds = new ArrayList<Plan.Fold>();
    var passes = new TreeMap<Integer, Plan.Loop>();
    for (var value : schedule.computed()) {
      if (schedule.isFold(value)) {
        if (schedule.phase(value) == phase) {
          switch (extentOfFold(value)) {
            case FULL -> foldFull(value, phase, passes, columnStores);
            case ROW -> rowFolds.add(fold(value, row));
            case COLUMN -> columnFolds.add(fold(value, columns));
            case SCALAR -> throw new IllegalStateException("fold of one element: " + value);
          }
        }
        if (schedule.known(value) == phase && cells.containsKey(value)) {
          switch (schedule.extent(value)) {
            case ROW -> rowStores.add(store(value, row));
            case COLUMN -> columnStores.add(store(value, columns));
            case SCALAR, FULL -> {}
          }
        }
      } else if (schedule.phase(value) == phase && cells.containsKey(value)) {
        switch (schedule.extent(value)) {
          case FULL -> {
            var region = new Region(Level.PASS, phase, schedule.pass(value));
            pass(passes, schedule.pass(value)).stores().add(store(value, region));
          }
          case ROW -> rowStores.add(store(value, row));
          case COLUMN -> columnStores.add(store(value, columns));
          case SCALAR -> scalarStores.add(store(value, scalars));
        }
      }
    }
    copies(phase, scalarStores, columnStores, rowStores, passes);
    var sweep =
        passes.isEmpty() && rowStores.isEmpty() && rowFolds.isEmpty()
            ? Optional.<Plan.Sweep>empty()
            : Optional.of(new Plan.Sweep(List.copyOf(passes.values()), rowStores, rowFolds));
    var made = new Plan.Phase(scalarStores, new Plan.Loop(columnStores, columnFolds), sweep);
    order.add(phase, made);
    return made;
  }

  private static Plan.Loop pass(Map<Integer, Plan.Loop> passes, int pass) {
    return passes.computeIfAbsent(pass, p -> new Plan.Loop(new ArrayList<>(), new ArrayList<>()));
  }

  /** Outputs that are inputs, constants, or shown already by another output. */
  private void copies(
      int phase,
      List<Plan.Store> scalars,
      List<Plan.Store> columns,
      List<Plan.Store> rows,
      Map<Integer, Plan.Loop> passes) {
    for (int i = 0; i < graph.outputs().size(); i++) {
      var value = schedule.resolve(graph.outputs().get(i));
      var cell = outputCell(i, value);
      if (cell.equals(cells.get(value)) || schedule.known(value) != phase) {
        continue;
      }
      switch (cell.extent()) {
        case FULL -> {
          int pass = schedule.pass(value);
          var region = new Region(Level.PASS, phase, pass);
          pass(passes, pass).stores().add(new Plan.Store(lane(value, region), cell));
        }
        case ROW ->
            rows.add(
                new Plan.Store(lane(value, new Region(Level.ROW, phase, Integer.MAX_VALUE)), cell));
        case COLUMN ->
            columns.add(new Plan.Store(lane(value, new Region(Level.COLUMNS, phase, 0)), cell));
        case SCALAR ->
            scalars.add(new Plan.Store(lane(value, new Region(Level.SCALARS, phase, 0)), cell));
      }
    }
  }

  private Plan.Store store(Value value, Region region) {
    return new Plan.Store(lane(value, region), cell(value));
  }

  private Plan.Fold fold(Value value, Region region) {
    var accumulator = Lookup.in(accumulators, value);
    var sum = lanes.accumulated(accumulator.register(), accumulator.number());
    return new Plan.Fold(accumulator, combine(value, sum, region));
  }

  private Lane combine(Value value, Lane sum, Region region) {
    var node = schedule.producer(value);
    var operand = node.operands().getFirst();
    var dtype = value.type().dtype();
    return elementwise.binary(
        ((Reduce) node.op()).combiner().asBinary(),
        dtype.accumulator(),
        sum,
        lane(operand, region));
  }

  private void foldFull(
      Value value, int phase, Map<Integer, Plan.Loop> passes, List<Plan.Store> columnStores) {
    var region = new Region(Level.PASS, phase, schedule.pass(value));
    var loop = pass(passes, schedule.pass(value));
    if (schedule.extent(value) != Extent.COLUMN) {
      loop.folds().add(fold(value, region));
      return;
    }
    var sums = Lookup.in(gathered, value);
    var combiner = ((Reduce) schedule.producer(value).op()).combiner();
    columnStores.add(new Plan.Store(elementwise.identity(combiner, sums.dtype()), sums));
    loop.stores().add(new Plan.Store(combine(value, lanes.load(sums), region), sums));
  }

  /** The expression of a value in a loop. */
  private Lane lane(Value named, Region region) {
    var value = schedule.resolve(named);
    var made = region.made().get(value);
    if (made == null) {
      made = make(value, region);
      region.made().put(value, made);
    }
    return made;
  }

  private Lane make(Value value, Region region) {
    int input = graph.inputs().indexOf(value);
    if (input >= 0) {
      var extent = schedule.extent(value);
      var cell = new Cell(input, 0, value.type().dtype(), extent, false, pitches.ofInput(input));
      return at(lanes.load(cell), extent, region);
    }
    var node = schedule.producer(value);
    if (node.op() instanceof Constant constant) {
      return elementwise.conversion().constant(constant.value(), 0);
    }
    if (node.op() instanceof Iota iota) {
      return at(iota(iota, schedule.extent(value)), schedule.extent(value), region);
    }
    if (!schedule.isComputed(value)) {
      return lane(node.operands().getFirst(), region);
    }
    return at(computed(value, node, region), schedule.extent(value), region);
  }

  /** A computed value at its own level. */
  private Lane computed(Value value, Node node, Region region) {
    var extent = schedule.extent(value);
    boolean sameLoop =
        schedule.known(value) == region.phase()
            && switch (extent) {
              case FULL -> schedule.pass(value) == region.pass() || !schedule.isKept(value);
              case ROW -> true;
              case COLUMN -> region.level() == Level.COLUMNS;
              case SCALAR -> region.level() == Level.SCALARS;
            };
    if (schedule.isFold(value)) {
      return switch (extent) {
        case ROW -> sameLoop ? Lookup.in(accumulators, value).total() : lanes.load(cell(value));
        case COLUMN -> {
          var sums = Lookup.in(gathered, value);
          yield elementwise
              .conversion()
              .convert(sums.dtype(), value.type().dtype(), lanes.load(sums));
        }
        case SCALAR, FULL -> lanes.load(cell(value));
      };
    }
    boolean again = extent == Extent.FULL && !schedule.isKept(value);
    return sameLoop || again ? apply(node, inner(extent, region)) : lanes.load(cell(value));
  }

  /** Expressions of rows stand outside the pass that reads them. */
  private Region inner(Extent extent, Region region) {
    return extent == Extent.ROW && region.level() == Level.PASS
        ? new Region(Level.ROW, region.phase(), region.pass())
        : region;
  }

  /** An expression of some extent as seen from a loop: unchanged, or the same for all of it. */
  private Lane at(Lane lane, Extent extent, Region region) {
    boolean own =
        switch (region.level()) {
          case SCALARS -> true;
          case COLUMNS -> extent == Extent.COLUMN;
          case ROW -> extent == Extent.ROW;
          case PASS -> extent == Extent.FULL || extent == Extent.COLUMN;
        };
    return own ? lane : lanes.uniform(lane);
  }

  private Lane iota(Iota iota, Extent extent) {
    var shape = iota.type().shape();
    int inner = 1;
    for (int axis = iota.axis() + 1; axis < shape.rank(); axis++) {
      inner *= shape.dimension(axis);
    }
    int dimension = shape.dimension(iota.axis());
    Lane index;
    if (dimension == 1) {
      index = lanes.number(0);
    } else if (extent == Extent.FULL && inner == 1 && dimension == space.columns()) {
      index = lanes.index(Extent.COLUMN);
    } else if (extent == Extent.FULL && inner == space.columns() && dimension == space.rows()) {
      index = lanes.uniform(lanes.index(Extent.ROW));
    } else {
      index = lanes.index(extent);
      if (inner > 1) {
        index = lanes.call(Register.INT, "divide", index, lanes.number(inner));
      }
      if ((long) inner * dimension < shape.size()) {
        index = lanes.call(Register.INT, "remainder", index, lanes.number(dimension));
      }
    }
    return elementwise.conversion().convert(DType.I32, iota.type().dtype(), index);
  }

  private Lane apply(Node node, Region region) {
    var operands = node.operands().stream().map(operand -> lane(operand, region)).toList();
    var first = operands.getFirst();
    var dtype = node.operands().getFirst().type().dtype();
    return switch (node.op()) {
      case Broadcast broadcast -> first;
      case Unary unary -> elementwise.unary(unary.kind(), dtype, first);
      case Binary binary -> elementwise.binary(binary.kind(), dtype, first, operands.get(1));
      case Compare compare ->
          elementwise.compare(compare.direction(), dtype, first, operands.get(1));
      case Select select -> elementwise.select(first, operands.get(1), operands.get(2));
      case Clamp clamp -> elementwise.clamp(dtype, first, operands.get(1), operands.get(2));
      case Convert convert -> elementwise.conversion().convert(dtype, convert.dtype(), first);
      case BitcastConvert bitcast ->
          elementwise.conversion().bitcast(dtype, bitcast.dtype(), first);
      default -> throw new IllegalArgumentException(node.op() + " is not elementwise");
    };
  }
}
