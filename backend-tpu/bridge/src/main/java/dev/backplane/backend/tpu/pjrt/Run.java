package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Runs a program again and again, without allocating on the heap: lists of arguments, results and
 * events that are filled in anew. Not thread-safe.
 *
 * <p>Types and shapes of the arguments are not checked by the plugin, which would read past their
 * ends or misunderstand them: whoever sets them has.
 */
public final class Run {
  private final Api api;
  private final int arguments;
  private final int results;
  private final MemorySegment in;
  private final MemorySegment out;
  private final MemorySegment events;
  private final MemorySegment block;

  /**
   * Lists for a program, as long as the arena.
   *
   * @param arguments how many arguments each replica has
   * @param kept indices of the arguments that keep their memory although the program would give it
   *     to a result
   */
  public Run(LoadedProgram program, Arena arena, int arguments, long[] kept) {
    api = program.api();
    this.arguments = arguments;
    results = program.outputs();
    int replicas = program.replicas();
    in = arena.allocate(8L * Math.max(1, replicas * arguments), 8);
    out = arena.allocate(8L * Math.max(1, replicas * results), 8);
    events = arena.allocate(8L * replicas, 8);
    var options = Block.of(arena, 144);
    Block.numbers(arena, options, 56, kept);
    block = Block.of(arena, 80, program.handle());
    block.set(ADDRESS, 24, options);
    block.set(ADDRESS, 32, lists(arena, in, replicas, arguments));
    block.set(JAVA_LONG, 40, replicas);
    block.set(JAVA_LONG, 48, arguments);
    block.set(ADDRESS, 56, lists(arena, out, replicas, results));
    block.set(ADDRESS, 64, events);
  }

  /** The addresses of each replica's part of a list. */
  private static MemorySegment lists(Arena arena, MemorySegment all, int replicas, int each) {
    var lists = arena.allocate(8L * replicas, 8);
    for (int i = 0; i < replicas; i++) {
      lists.setAtIndex(JAVA_LONG, i, all.address() + 8L * i * each);
    }
    return lists;
  }

  /** Sets an argument. */
  public void argument(int replica, int index, long buffer) {
    in.setAtIndex(JAVA_LONG, (long) replica * arguments + index, buffer);
  }

  /**
   * Submits it. Arguments may still be computed.
   *
   * @throws PjrtException if it cannot be submitted; then there are no results and no events
   */
  public void start() {
    api.call(Function.LOADED_EXECUTABLE_EXECUTE, block);
  }

  /** A result of the last start: a buffer that is the caller's, which may still be computed. */
  public long result(int replica, int index) {
    return out.getAtIndex(JAVA_LONG, (long) replica * results + index);
  }

  /** The event of the last start's end on a replica; the caller's, to be awaited. */
  public long event(int replica) {
    return events.getAtIndex(JAVA_LONG, replica);
  }
}
