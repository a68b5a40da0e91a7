package dev.backplane.backend.cpu.program;

import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Program;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.kernel.SharedKernels;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.work.Work;
import dev.backplane.tensor.Literal;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A compiled program: steps in order, and a place for every value they touch. Bound to buffers and
 * scratch memory it is a list of calls.
 */
public final class Assembly implements AutoCloseable {
  private final List<Planned> steps;
  private final StoragePlan storage;
  private final int[] rounds;

  /** Of each step the first of its lines in the report, and behind them all their number. */
  private final int[] lines;

  private final Map<Value, Long> constantOffsets = new HashMap<>();
  private final long constants;
  private final long nanos;
  private boolean closed;

  private Assembly(
      List<Planned> steps, StoragePlan storage, Map<Value, Literal> literals, long started) {
    this.steps = steps;
    this.storage = storage;
    rounds = storage.rounds();
    constants = prepare(literals);
    lines = new int[steps.size() + 1];
    for (int i = 0; i < steps.size(); i++) {
      var bodies = steps.get(i).bodies();
      int own = bodies.isEmpty() ? 1 : bodies.stream().mapToInt(Assembly::lines).sum();
      lines[i + 1] = lines[i] + own;
    }
    nanos = System.nanoTime() - started;
  }

  /** A step has one line, a loop or a branch those of its bodies. */
  private static void report(Planned step, List<CompileReport.Kernel> kernels) {
    if (step.bodies().isEmpty()) {
      kernels.add(kernel(step));
      return;
    }
    var origins = origins(step.nodes());
    for (var body : step.bodies()) {
      for (var kernel : body.report().kernels()) {
        kernels.add(
            new CompileReport.Kernel(
                step.name() + " " + kernel.name(),
                kernel.implementation(),
                kernel.nodes(),
                kernel.origin().isEmpty() ? origins : kernel.origin(),
                step.times() * kernel.flops(),
                step.times() * kernel.bytes()));
      }
    }
  }

  private static CompileReport.Kernel kernel(Planned step) {
    var nodes = step.nodes();
    return new CompileReport.Kernel(
        step.name(),
        step.parts() == 1 ? step.implementation() : step.implementation() + " ×" + step.parts(),
        nodes.size(),
        origins(nodes),
        nodes.stream().mapToLong(Work::flops).sum(),
        Work.bytes(step.reads(), step.writes()));
  }

  private static String origins(List<Node> nodes) {
    var origins = nodes.stream().map(Node::origin).filter(origin -> !origin.isEmpty()).distinct();
    return origins.collect(Collectors.joining(","));
  }

  /** Compiles a program, divided into as many parts as it has work for. */
  public static Assembly of(Program program, Target target) {
    var divided = target.forWork(Estimate.nanos(program.graph()));
    return divided(program, divided, new SharedKernels(), Set.of());
  }

  /**
   * Compiles a program, or the body of a loop, divided into the parts of the target.
   *
   * @param packable inputs that whoever binds it packs if a step asks for it: {@link #packings}
   */
  static Assembly divided(
      Program program, Target target, SharedKernels kernels, Set<Value> packable) {
    long started = System.nanoTime();
    var lowered = Lowering.lower(program, target, kernels, packable);
    try {
      var storage = StoragePlan.of(program, lowered);
      return new Assembly(storage.steps(), storage, lowered.constants(), started);
    } catch (RuntimeException e) {
      lowered.steps().forEach(Planned::close);
      throw e;
    }
  }

  private long prepare(Map<Value, Literal> literals) {
    long bytes = 0;
    for (var entry : literals.entrySet()) {
      constantOffsets.put(entry.getKey(), bytes);
      bytes += Libc.aligned(entry.getKey().type().bytes());
    }
    if (bytes == 0) {
      return 0;
    }
    long block = Libc.allocate(bytes);
    if (block == 0) {
      throw new dev.backplane.backend.OutOfDeviceMemoryException(
          "cpu: no room for " + bytes + " bytes of constants");
    }
    for (var entry : literals.entrySet()) {
      var data = entry.getValue().data();
      long to = block + constantOffsets.getOrDefault(entry.getKey(), 0L);
      MemorySegment.copy(data, 0, Libc.ALL, to, data.byteSize());
    }
    return block;
  }

  /** How it was compiled, and which forms of its steps run at this moment. */
  public CompileReport report() {
    var kernels = new ArrayList<CompileReport.Kernel>();
    steps.forEach(step -> report(step, kernels));
    return new CompileReport(kernels, Map.of(), storage.scratchBytes(), nanos);
  }

  /** How many kernels the report has. */
  public int lines() {
    return lines[steps.size()];
  }

  /**
   * What has a faster form to come, inside loops too, that with most work first; what steps share
   * stands there once.
   */
  public List<Cold> cold() {
    var work = new LinkedHashMap<Cold, Double>();
    addWork(work, 1);
    return work.entrySet().stream()
        .sorted(Map.Entry.<Cold, Double>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  private void addWork(Map<Cold, Double> work, double times) {
    for (var step : steps) {
      double nanos = times * step.nodes().stream().mapToDouble(Estimate::nanos).sum();
      step.cold().forEach(cold -> work.merge(cold, nanos, Double::sum));
      step.bodies().forEach(body -> body.addWork(work, times * step.times()));
    }
  }

  /** The greatest number of parts of its steps. */
  int parts() {
    return steps.stream().mapToInt(Planned::parts).max().orElse(1);
  }

  /** How often the parts wait for each other in one run, at least; 1 where they never do. */
  int rounds() {
    return rounds.length == 0 ? 1 : 1 + rounds[rounds.length - 1];
  }

  /** Whether the parts wait for each other in one run. */
  boolean waits() {
    return rounds() > 1 || steps.stream().anyMatch(Planned::waits);
  }

  /** As {@link StoragePlan#runsOnWithoutWaiting}. */
  boolean runsOnWithoutWaiting(int carries) {
    return storage.runsOnWithoutWaiting(carries);
  }

  /** The inputs that have to be packed; their addresses are those of the packed ones. */
  List<Packing> packings() {
    return steps.stream().flatMap(step -> step.packings().stream()).toList();
  }

  /** About how many bound steps a binding makes. */
  long bindings() {
    return 1 + steps.stream().mapToLong(Planned::bindings).sum();
  }

  /** Scratch memory it needs. */
  public long scratchBytes() {
    return storage.scratchBytes();
  }

  /**
   * Binds it.
   *
   * @param arguments addresses of the arguments
   * @param results addresses of the results
   * @param scratch address of {@link #scratchBytes} bytes
   */
  public BoundProgram bind(long[] arguments, long[] results, long scratch) {
    var bound = new ArrayList<Bound>();
    try {
      for (int i = 0; i < steps.size(); i++) {
        var step = steps.get(i);
        var reads = addresses(step.reads(), arguments, results, scratch);
        var writes = addresses(step.writes(), arguments, results, scratch);
        bound.add(step.bind(reads, writes, scratch + storage.stepScratch(i)));
      }
    } catch (RuntimeException e) {
      bound.forEach(Bound::close);
      throw e;
    }
    var parts = steps.stream().map(Planned::parts).toList();
    return BoundProgram.of(bound, parts, rounds, lines);
  }

  private long[] addresses(List<Value> values, long[] arguments, long[] results, long scratch) {
    return values.stream()
        .mapToLong(
            value ->
                switch (storage.place(value)) {
                  case Place.Argument(int index) -> arguments[index];
                  case Place.Result(int index) -> results[index];
                  case Place.Scratch(long offset) -> scratch + offset;
                  case Place.Prepared(Value root) ->
                      constants + constantOffsets.getOrDefault(root, 0L);
                })
        .toArray();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      steps.forEach(Planned::close);
      if (constants != 0) {
        Libc.free(constants);
      }
    }
  }
}
