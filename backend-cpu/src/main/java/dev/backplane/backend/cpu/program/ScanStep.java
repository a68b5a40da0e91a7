package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Scan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * A {@link Scan}. Its body is compiled once and bound for each iteration, to the slices of scanned
 * operands and stacked results themselves; what is carried lies in a stacked result that shows it,
 * or in two places that take turns, at last in the result. So an iteration copies nothing.
 *
 * <p>The right operand of a contraction that is the same in every iteration, as a recurrent kernel
 * is, is brought into the layout that is read fastest before the first.
 *
 * <p>Of a long scan there would be too many bindings: it has two, which take turns, and copies the
 * slices.
 */
record ScanStep(Node node, Scan scan, Assembly body) implements OneNode {
  /** The steps that a scan may bind for all its iterations together. */
  static final long MOST_BINDINGS = 1 << 14;

  @Override
  public String name() {
    return "Scan×" + scan.length();
  }

  @Override
  public String implementation() {
    return "loop";
  }

  @Override
  public List<Assembly> bodies() {
    return List.of(body);
  }

  @Override
  public int times() {
    return scan.length();
  }

  @Override
  public int parts() {
    return scan.length() == 0 ? 1 : body.parts();
  }

  private boolean isLong() {
    return scan.length() > 2 && scan.length() * body.bindings() > MOST_BINDINGS;
  }

  @Override
  public long bindings() {
    return isLong() ? 2 * body.bindings() : scan.length() * body.bindings();
  }

  @Override
  public boolean waits() {
    return parts() > 1 && (isLong() || !body.runsOnWithoutWaiting(scan.carries()));
  }

  /** A carry is read by the first iteration only, and its result written by the last one only. */
  @Override
  public boolean inPlace(int write, int read) {
    return write == read && write < scan.carries() && scan.length() > 1;
  }

  private Value operand(int index) {
    return node.operands().get(index);
  }

  /** The slice that an iteration reads and writes. */
  private int slice(int iteration) {
    return scan.reverse() ? scan.length() - 1 - iteration : iteration;
  }

  /** The bytes of a slice of an operand or result. */
  private long slice(Value stack) {
    return stack.type().bytes() / Math.max(1, scan.length());
  }

  private int firstInvariant() {
    return scan.carries() + scan.scanned();
  }

  private static long block(long bytes) {
    return Libc.aligned(bytes + Libc.SLACK);
  }

  @Override
  public long scratchBytes() {
    long bytes = block(body.scratchBytes());
    for (int i = 0; i < scan.carries(); i++) {
      bytes += (isLong() ? 1 : 2) * block(operand(i).type().bytes());
    }
    if (isLong()) {
      for (int i = scan.carries(); i < firstInvariant(); i++) {
        bytes += block(slice(operand(i)));
      }
      for (int i = scan.carries(); i < node.results().size(); i++) {
        bytes += block(slice(node.results().get(i)));
      }
    }
    for (var packing : body.packings()) {
      bytes += block(packing.bytes());
    }
    return bytes;
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    if (scan.length() == 0) {
      return copies(reads, writes);
    }
    var programs = new ArrayList<BoundProgram>();
    try {
      var given = reads.clone();
      var instructions = new ArrayList<Instruction>();
      long rest = packed(programs, instructions, given, scratch);
      instructions.addAll(
          isLong()
              ? alternating(programs, given, writes, rest)
              : oneByOne(programs, given, writes, rest));
      return new Flow(new BoundProgram(instructions, programs), waits());
    } catch (RuntimeException e) {
      programs.forEach(BoundProgram::close);
      throw e;
    }
  }

  /**
   * Packs what the body wants packed before the first iteration.
   *
   * @param given the addresses of the operands, in which those of packed ones are replaced
   * @return the scratch memory that is left
   */
  private long packed(
      List<BoundProgram> programs, List<Instruction> instructions, long[] given, long scratch) {
    long block = scratch;
    var bound = new ArrayList<Bound>();
    var parts = new ArrayList<Integer>();
    for (var packing : body.packings()) {
      int operand = scan.body().inputs().indexOf(packing.operand());
      bound.add(packing.bind(given[operand], block));
      parts.add(packing.parts());
      given[operand] = block;
      block += block(packing.bytes());
    }
    if (!bound.isEmpty()) {
      var lines = new int[bound.size()];
      Arrays.fill(lines, Instruction.Strand.UNREPORTED);
      var program = BoundProgram.of(bound, parts, new int[bound.size()], lines);
      programs.add(program);
      instructions.addAll(program.instructions());
    }
    return block;
  }

  private Bound copies(long[] from, long[] to) {
    return Flow.copies(node.results().subList(0, scan.carries()), from, to);
  }

  private List<Instruction> oneByOne(
      List<BoundProgram> programs, long[] reads, long[] writes, long scratch) {
    var instructions = new ArrayList<Instruction>();
    var carried = reads.clone();
    for (int k = 0; k < scan.length(); k++) {
      int at = slice(k);
      var in = carried.clone();
      for (int i = scan.carries(); i < firstInvariant(); i++) {
        in[i] += at * slice(operand(i));
      }
      var out = writes.clone();
      long block = scratch + block(body.scratchBytes());
      for (int i = 0; i < scan.carries(); i++) {
        long bytes = block(operand(i).type().bytes());
        if (k < scan.length() - 1) {
          out[i] = stacked(i, k, writes).orElse(block + k % 2 * bytes);
        }
        carried[i] = out[i];
        block += 2 * bytes;
      }
      for (int i = scan.carries(); i < out.length; i++) {
        out[i] += at * slice(node.results().get(i));
      }
      var bound = body.bind(in, out, scratch);
      programs.add(bound);
      instructions.addAll(bound.instructions());
    }
    return instructions;
  }

  /**
   * The slice of a stacked result that shows a carry behind an iteration, or before the next one:
   * what is carried lies there then, and its copy is none.
   */
  private OptionalLong stacked(int carry, int iteration, long[] writes) {
    int shown = lastIndexOf(scan.body().inputs().get(carry));
    int at = slice(iteration + 1);
    if (shown < 0) {
      shown = lastIndexOf(scan.body().outputs().get(carry));
      at = slice(iteration);
    }
    return shown < 0
        ? OptionalLong.empty()
        : OptionalLong.of(writes[shown] + at * slice(node.results().get(shown)));
  }

  /** A stacked result that is a value of the body; -1 where there is none. */
  private int lastIndexOf(Value value) {
    int index = scan.body().outputs().lastIndexOf(value);
    return index < scan.carries() ? -1 : index;
  }

  private List<Instruction> alternating(
      List<BoundProgram> programs, long[] reads, long[] writes, long scratch) {
    // Even iterations read carries in the results' memory, odd ones in scratch memory.
    var here = new long[scan.carries()];
    var there = new long[scan.carries()];
    long block = scratch + block(body.scratchBytes());
    for (int i = 0; i < scan.carries(); i++) {
      here[i] = writes[i];
      there[i] = block;
      block += block(operand(i).type().bytes());
    }
    var in = reads.clone();
    var before = new ArrayList<SliceCopy>();
    for (int i = scan.carries(); i < firstInvariant(); i++) {
      in[i] = block;
      before.add(new SliceCopy(reads[i], block, slice(operand(i)), true));
      block += block(slice(operand(i)));
    }
    var out = writes.clone();
    var behind = new ArrayList<SliceCopy>();
    for (int i = scan.carries(); i < out.length; i++) {
      long bytes = slice(node.results().get(i));
      out[i] = block;
      behind.add(new SliceCopy(writes[i], block, bytes, false));
      block += block(bytes);
    }
    var counter = new Counter(scan.length());
    var even = half(programs, counter, before, with(in, here), with(out, there), behind, scratch);
    var odd = half(programs, counter, before, with(in, there), with(out, here), behind, scratch);
    var start = copies(reads, here);
    var end = copies(there, here);
    return Flow.loop(
        Instruction.Round.of(
            part -> {
              counter.reset();
              start.run(part);
            }),
        even,
        odd,
        Instruction.Round.of(end));
  }

  private static long[] with(long[] addresses, long[] carries) {
    var all = addresses.clone();
    System.arraycopy(carries, 0, all, 0, carries.length);
    return all;
  }

  private Flow.Half half(
      List<BoundProgram> programs,
      Counter counter,
      List<SliceCopy> before,
      long[] in,
      long[] out,
      List<SliceCopy> behind,
      long scratch) {
    var bound = body.bind(in, out, scratch);
    programs.add(bound);
    var iteration = new ArrayList<Instruction>();
    iteration.add(copies(before, counter));
    iteration.addAll(bound.instructions());
    iteration.add(copies(behind, counter));
    return new Flow.Half(List.of(), counter::next, iteration);
  }

  private Instruction copies(List<SliceCopy> copies, Counter counter) {
    var all = copies.toArray(SliceCopy[]::new);
    return Instruction.Round.of(
        _ -> {
          int at = scan.reverse() ? scan.length() - 1 - counter.at : counter.at;
          for (var copy : all) {
            copy.run(at);
          }
        });
  }

  @Override
  public void close() {
    body.close();
  }

  /** A slice of a stack and the block that stands for it. */
  private record SliceCopy(long stack, long block, long bytes, boolean in) {
    void run(int slice) {
      long at = stack + slice * bytes;
      Movements.copy(in ? at : block, in ? block : at, bytes);
    }
  }

  /** Counts iterations. */
  private static final class Counter {
    private final int length;
    private int at;

    Counter(int length) {
      this.length = length;
    }

    void reset() {
      at = -1;
    }

    boolean next() {
      return ++at < length;
    }
  }
}
