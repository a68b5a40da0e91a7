package dev.backplane.runtime.function;

import dev.backplane.Target;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.function.Compiled;
import dev.backplane.function.Traceable;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.extension.Owner;
import dev.backplane.runtime.job.OpenJob;
import dev.backplane.runtime.session.Session;
import dev.backplane.runtime.session.SessionProgram;
import dev.backplane.runtime.session.Slot;
import dev.backplane.runtime.trace.Trace;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A function that is traced and compiled once for each list of argument types. Calls with different
 * types share the device and run one after the other.
 *
 * <p>It has no state, so it moves by itself: when a backend comes that serves its device from now
 * on, or its own goes, what was compiled is let go, and the next call compiles it anew.
 */
public final class CompiledFunction implements Compiled {
  private final Devices devices;
  private final Traceable function;
  private final Target target;
  private final OpenJob job;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<List<TensorType>, Variant> variants = new HashMap<>();
  private final Runnable sweep = this::sweepWhenIdle;
  private volatile int seen;
  private boolean closed;

  /**
   * A function that is not compiled yet.
   *
   * @throws dev.backplane.NoSuchDeviceException if the target names none that can be used
   */
  public CompiledFunction(Devices devices, Traceable function, Target target) {
    // Found now, so that a misspelt device is reported where it is asked for.
    devices.find(target.device());
    this.devices = devices;
    this.function = function;
    this.target = target;
    job = devices.jobs().open("compiled function", target.device());
    job.pin(Owner.of(function.getClass()).use("the function"));
    devices.onChange(sweep);
  }

  /** The function for one list of argument types. */
  private record Variant(Session session, SessionProgram program, List<TensorType> results) {}

  @Override
  public List<Literal> call(List<Literal> arguments) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the compiled function is closed");
      }
      sweep();
      var types = arguments.stream().map(Literal::type).toList();
      var results = attempt(types, arguments, true);
      return results != null ? results : lastAttempt(types, arguments);
    } finally {
      lock.unlock();
      sweepWhenIdle();
    }
  }

  private List<Literal> lastAttempt(List<TensorType> types, List<Literal> arguments) {
    var results = attempt(types, arguments, false);
    if (results == null) {
      throw new IllegalStateException("an attempt that may not be repeated gave no results");
    }
    return results;
  }

  /**
   * Runs it once.
   *
   * @param again whether null may be given back where the backend went on the way: the caller tries
   *     again then, on what is there now
   */
  private @Nullable List<Literal> attempt(
      List<TensorType> types, List<Literal> arguments, boolean again) {
    var variant = variants.get(types);
    try {
      if (variant == null) {
        variant = compile(types);
        variants.put(types, variant);
      }
      return run(variant, arguments);
    } catch (DeviceLostException e) {
      // Whatever was lost, nothing of it can be used again.
      boolean gone = variant == null || variant.session().isLost();
      variants.remove(types);
      if (variant != null) {
        variant.session().close();
      }
      if (again && gone) {
        return null;
      }
      throw e;
    }
  }

  private static List<Literal> run(Variant variant, List<Literal> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      variant.program().host(argument(i)).copyFrom(arguments.get(i).data());
    }
    variant.program().run();
    var results = new ArrayList<Literal>();
    for (int i = 0; i < variant.results().size(); i++) {
      results.add(Literal.copyOf(variant.results().get(i), variant.program().host(result(i))));
    }
    return results;
  }

  /** Looks after what was compiled for backends that have gone or been superseded. */
  private void sweepWhenIdle() {
    while (seen != devices.changes() && lock.tryLock()) {
      try {
        sweep();
      } finally {
        lock.unlock();
      }
    }
  }

  private void sweep() {
    int now = devices.changes();
    if (seen == now) {
      return;
    }
    seen = now;
    variants
        .values()
        .removeIf(
            variant -> {
              boolean stale = variant.session().isSuperseded();
              if (stale) {
                variant.session().close();
              }
              return stale;
            });
  }

  private Variant compile(List<TensorType> types) {
    try (var trace = Trace.begin()) {
      List<Tensor> inputs = types.stream().map(trace::input).toList();
      var graph = trace.finish(function.apply(new Tensors(inputs)).list());
      var session = Session.open(devices, target, new TreeMap<>(), job);
      try {
        var program =
            session.compile(
                "the compiled function of " + types,
                graph,
                slots(types.size(), CompiledFunction::argument),
                slots(graph.outputs().size(), CompiledFunction::result));
        return new Variant(session, program, graph.outputTypes());
      } catch (RuntimeException | Error e) {
        session.close();
        throw e;
      }
    }
  }

  private static List<Slot> slots(int count, IntFunction<String> name) {
    return IntStream.range(0, count).mapToObj(i -> (Slot) new Slot.Host(name.apply(i))).toList();
  }

  private static String argument(int index) {
    return "argument " + index;
  }

  private static String result(int index) {
    return "result " + index;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      devices.noMoreOnChange(sweep);
      variants.values().forEach(variant -> variant.session().close());
      variants.clear();
      job.close();
    } finally {
      lock.unlock();
    }
  }
}
