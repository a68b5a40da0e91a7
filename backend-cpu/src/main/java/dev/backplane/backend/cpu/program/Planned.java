package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import java.util.List;

/**
 * A step of a program before it is bound to memory: what it reads, what it writes, and whether the
 * two may be one place.
 */
interface Planned extends AutoCloseable {
  /** What it computes, as reports name it. */
  String name();

  /** By what means at this moment: which form of it runs may change. */
  String implementation();

  /** The nodes of the graph that it covers; what only ends another step's work has none. */
  List<Node> nodes();

  /** The values it reads. */
  List<Value> reads();

  /** The values it writes, all of each. */
  List<Value> writes();

  /**
   * Into how many parts it is divided, each of which one thread runs while others run the others.
   * Fixed when it is planned, by {@link Target#parts} and the shapes alone: what bits come out may
   * depend on the number of parts, never on what runs when.
   *
   * <p>Between two steps the threads wait for each other only where a part of the one touches what
   * another part of the other writes, by {@link #read} and {@link #written}: steps that divide the
   * same rows the same way ({@link Division}) run one after the other without waiting.
   */
  default int parts() {
    return 1;
  }

  /**
   * What a part looks at of a value that is read; all of it unless said otherwise.
   *
   * @param read index into {@link #reads}
   */
  default Span read(int read, int part) {
    return Span.all(reads().get(read));
  }

  /**
   * What a part writes of a value; no two parts of a step write the same bytes, whatever this says.
   * All of it unless said otherwise, which is right also where it is no contiguous range.
   *
   * @param write index into {@link #writes}
   */
  default Span written(int write, int part) {
    return Span.all(writes().get(write));
  }

  /**
   * Whether its parts wait for each other on the way, as those of a loop may: then nothing else
   * runs in the rounds that it takes.
   */
  default boolean waits() {
    return false;
  }

  /** Whether every part writes all of a value, and all of them the same bits. */
  default boolean repeats(int write) {
    return false;
  }

  /** Scratch memory of its own while it runs, of all parts together. */
  long scratchBytes();

  /** What a part touches of the scratch memory; all of it unless said otherwise. */
  default Span scratch(int part) {
    return new Span(0, scratchBytes());
  }

  /**
   * Whether a value it writes may lie in the very memory of one that it reads: no element is read
   * after its place was written, by this part or another. Never, unless said otherwise.
   *
   * @param write index into {@link #writes}
   * @param read index into {@link #reads}
   */
  default boolean inPlace(int write, int read) {
    return false;
  }

  /** What of it has a faster form to come, of the same bits. */
  default List<Cold> cold() {
    return List.of();
  }

  /** What it wants of operands that {@link Lowering} was told it may ask this for. */
  default List<Packing> packings() {
    return List.of();
  }

  /** The programs inside it, which a loop or a branch has. */
  default List<Assembly> bodies() {
    return List.of();
  }

  /** How often it runs each of its {@link #bodies}, where that is known; else 1. */
  default int times() {
    return 1;
  }

  /** About how many bound steps a binding makes. */
  default long bindings() {
    return 1;
  }

  /** Binds it to addresses, in the order of reads and writes. */
  Bound bind(long[] reads, long[] writes, long scratch);

  /** Frees what it holds beyond its bindings. */
  @Override
  default void close() {}
}
