package dev.backplane.backend.cpu.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A convolution of f32 by oneDNN, in one of the three directions that training needs. */
public final class NativeConvolution implements AutoCloseable {
  /** Which of source, weights and destination is computed from the other two. */
  public enum Direction {
    /** The destination. */
    FORWARD,
    /** The gradient of the source. */
    DATA,
    /** The gradient of the weights. */
    WEIGHTS
  }

  /** An operand in memory: extents and element strides of its logical axes. */
  public record Operand(long[] extents, long[] strides) {}

  /**
   * A convolution.
   *
   * @param source axes batch, feature, spatial …
   * @param weights axes output feature, input feature, spatial …; groups before them, if any
   * @param destination axes batch, feature, spatial …
   * @param strides per spatial axis
   * @param dilations per spatial axis: 0 for none
   * @param before padding per spatial axis, not negative
   * @param behind padding per spatial axis, not negative
   * @param bias whether a bias is added to the destination; forward only
   * @param operations of floating-point numbers
   */
  public record Form(
      Direction direction,
      Operand source,
      Operand weights,
      Operand destination,
      long[] strides,
      long[] dilations,
      long[] before,
      long[] behind,
      boolean bias,
      double operations) {
    Operand result() {
      return switch (direction) {
        case FORWARD -> destination;
        case DATA -> source;
        case WEIGHTS -> weights;
      };
    }
  }

  /** An operand that lies elsewhere in another layout while the convolution runs. */
  record Moved(Primitive reorder, long bytes) {
    long room() {
      return Libc.aligned(bytes);
    }
  }

  private final Form form;
  private final Primitive main;
  private final Optional<Moved> source;
  private final Optional<Moved> weights;
  private final Optional<Moved> destination;

  NativeConvolution(
      Form form,
      Primitive main,
      Optional<Moved> source,
      Optional<Moved> weights,
      Optional<Moved> destination) {
    this.form = form;
    this.main = main;
    this.source = source;
    this.weights = weights;
    this.destination = destination;
  }

  /** What oneDNN calls the implementation it chose. */
  public String implementation() {
    boolean moves = source.isPresent() || destination.isPresent();
    return main.implementation() + (moves ? "+reorder" : "");
  }

  /** Scratch memory a call needs. */
  public long scratchBytes() {
    long bytes = 0;
    for (var moved : List.of(source, weights, destination)) {
      bytes += moved.map(m -> m.room() + Libc.aligned(m.reorder().scratchBytes())).orElse(0L);
    }
    return bytes + Libc.aligned(main.scratchBytes());
  }

  /**
   * Binds a call.
   *
   * @param bias read only where the convolution has a bias
   */
  public Call bind(OneDnn.Stream stream, long from, long kernel, long bias, long to, long scratch) {
    return new Call(stream, from, kernel, bias, to, scratch);
  }

  @Override
  public void close() {
    main.close();
    for (var moved : List.of(source, weights, destination)) {
      moved.ifPresent(m -> m.reorder().close());
    }
  }

  /** A call bound to its memory: runs without allocating. */
  public final class Call implements AutoCloseable {
    private final List<Primitive.Call> calls = new ArrayList<>();
    private final Primitive.Call[] inOrder;
    private long free;

    private Call(OneDnn.Stream stream, long from, long kernel, long bias, long to, long scratch) {
      free = scratch;
      try {
        long sourceAt = place(source, from);
        long weightsAt = place(weights, kernel);
        long destinationAt = place(destination, to);
        before(stream, source, form.source(), from, sourceAt);
        before(stream, weights, form.weights(), kernel, weightsAt);
        before(stream, destination, form.destination(), to, destinationAt);
        calls.add(
            form.bias()
                ? main.bind(stream, free, sourceAt, weightsAt, destinationAt, bias)
                : main.bind(stream, free, sourceAt, weightsAt, destinationAt));
        free += Libc.aligned(main.scratchBytes());
        behind(stream, source, form.source(), sourceAt, from);
        behind(stream, weights, form.weights(), weightsAt, kernel);
        behind(stream, destination, form.destination(), destinationAt, to);
      } catch (RuntimeException e) {
        close();
        throw e;
      }
      inOrder = calls.toArray(Primitive.Call[]::new);
    }

    private long place(Optional<Moved> moved, long given) {
      if (moved.isEmpty()) {
        return given;
      }
      long place = free;
      free += moved.get().room();
      return place;
    }

    private void before(
        OneDnn.Stream stream, Optional<Moved> moved, Operand operand, long from, long to) {
      if (operand != form.result()) {
        reorder(stream, moved.map(Moved::reorder).orElse(null), from, to);
      }
    }

    private void behind(
        OneDnn.Stream stream, Optional<Moved> moved, Operand operand, long from, long to) {
      if (operand == form.result()) {
        reorder(stream, moved.map(Moved::reorder).orElse(null), from, to);
      }
    }

    private void reorder(OneDnn.Stream stream, @Nullable Primitive reorder, long from, long to) {
      if (reorder != null) {
        calls.add(reorder.bind(stream, free, from, to));
        free += Libc.aligned(reorder.scratchBytes());
      }
    }

    /** Runs it on the calling thread. */
    public void run() {
      for (var call : inOrder) {
        call.run();
      }
    }

    @Override
    public void close() {
      calls.forEach(Primitive.Call::close);
    }
  }
}
