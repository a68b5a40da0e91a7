package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A step of a group some of whose inputs and outputs are columns of longer rows: to the program it
 * reads and writes those rows.
 *
 * @param step reads and writes the columns
 * @param cut by the step's read: the rows that it is columns of, where it is
 * @param put the same by its write
 * @param more the slices and concatenations that it stands for
 */
record ViewedStep(
    Planned step, Map<Integer, Views.Part> cut, Map<Integer, Views.Part> put, List<Node> more)
    implements Planned {
  /** The steps of a group as the program sees them. */
  static List<Planned> of(List<Planned> steps, Views.Viewed viewed) {
    var group = viewed.group();
    var all = new ArrayList<Planned>();
    for (var step : steps) {
      var cut = parts(step.reads(), group.inputs(), viewed.reads());
      var put = parts(step.writes(), group.outputs(), viewed.writes());
      all.add(
          cut.isEmpty() && put.isEmpty()
              ? step
              : new ViewedStep(step, cut, put, all.isEmpty() ? viewed.nodes() : List.of()));
    }
    return all;
  }

  /** By place in a step's list, the parts of longer rows in it. */
  private static Map<Integer, Views.Part> parts(
      List<Value> ofStep, List<Value> ofGroup, List<Optional<Views.Part>> all) {
    var parts = new HashMap<Integer, Views.Part>();
    int from = 0;
    for (int i = 0; i < ofStep.size(); i++) {
      // A value may be written more than once; a step's list has the order of the group's.
      int at = ofGroup.subList(from, ofGroup.size()).indexOf(ofStep.get(i));
      if (at >= 0) {
        var part = all.get(from + at);
        if (part.isPresent()) {
          parts.put(i, part.get());
        }
        from += at + 1;
      }
    }
    return parts;
  }

  @Override
  public String name() {
    return step.name();
  }

  @Override
  public String implementation() {
    return step.implementation();
  }

  @Override
  public List<Node> nodes() {
    return Stream.concat(step.nodes().stream(), more.stream()).toList();
  }

  @Override
  public List<Value> reads() {
    return whole(step.reads(), cut).distinct().toList();
  }

  @Override
  public List<Value> writes() {
    return whole(step.writes(), put).distinct().toList();
  }

  private static Stream<Value> whole(List<Value> values, Map<Integer, Views.Part> parts) {
    return IntStream.range(0, values.size()).mapToObj(i -> whole(values, parts, i));
  }

  private static Value whole(List<Value> values, Map<Integer, Views.Part> parts, int index) {
    var part = parts.get(index);
    return part == null ? values.get(index) : part.of();
  }

  @Override
  public int parts() {
    return step.parts();
  }

  @Override
  public Span read(int read, int part) {
    var value = reads().get(read);
    return inner(value, step.reads(), cut)
        .mapToObj(i -> span(step.read(i, part), step.reads().get(i), cut.get(i)))
        .reduce(ViewedStep::both)
        .orElseThrow();
  }

  @Override
  public Span written(int write, int part) {
    var value = writes().get(write);
    return inner(value, step.writes(), put)
        .mapToObj(i -> span(step.written(i, part), step.writes().get(i), put.get(i)))
        .reduce(ViewedStep::both)
        .orElseThrow();
  }

  /** The places in the step's list that are a value or columns of it. */
  private static IntStream inner(Value value, List<Value> values, Map<Integer, Views.Part> parts) {
    return IntStream.range(0, values.size()).filter(i -> whole(values, parts, i).equals(value));
  }

  /** The longer rows that these columns are of. */
  private static Span span(Span columns, Value value, Views.@Nullable Part part) {
    if (part == null) {
      return columns;
    }
    long row = value.type().bytes() / rows(value);
    long whole = part.of().type().bytes() / rows(value);
    return new Span(columns.from() / row * whole, (columns.to() + row - 1) / row * whole);
  }

  private static long rows(Value value) {
    return value.type().shape().size() / value.type().shape().last();
  }

  private static Span both(Span one, Span other) {
    return new Span(Math.min(one.from(), other.from()), Math.max(one.to(), other.to()));
  }

  @Override
  public boolean repeats(int write) {
    return inner(writes().get(write), step.writes(), put).allMatch(step::repeats);
  }

  @Override
  public boolean inPlace(int write, int read) {
    return inner(reads().get(read), step.reads(), cut)
        .allMatch(
            r ->
                inner(writes().get(write), step.writes(), put)
                    .allMatch(w -> !cut.containsKey(r) && step.inPlace(w, r)));
  }

  @Override
  public long scratchBytes() {
    return step.scratchBytes();
  }

  @Override
  public Span scratch(int part) {
    return step.scratch(part);
  }

  @Override
  public List<Cold> cold() {
    return step.cold();
  }

  @Override
  public Bound bind(long[] readAddresses, long[] writeAddresses, long scratch) {
    return step.bind(
        addresses(step.reads(), cut, reads(), readAddresses),
        addresses(step.writes(), put, writes(), writeAddresses),
        scratch);
  }

  private static long[] addresses(
      List<Value> values, Map<Integer, Views.Part> parts, List<Value> wholes, long[] given) {
    var addresses = new long[values.size()];
    for (int i = 0; i < addresses.length; i++) {
      var part = parts.get(i);
      addresses[i] =
          given[wholes.indexOf(whole(values, parts, i))] + (part == null ? 0 : part.offset());
    }
    return addresses;
  }

  @Override
  public void close() {
    step.close();
  }
}
