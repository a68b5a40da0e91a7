package dev.backplane.runtime;

import dev.backplane.Target;
import dev.backplane.function.Compiled;
import dev.backplane.function.Traceable;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.session.Session;
import dev.backplane.runtime.session.SessionProgram;
import dev.backplane.runtime.session.Slot;
import dev.backplane.runtime.trace.Trace;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A function that is traced and compiled once for each list of argument types. Calls with different
 * types share the device and run one after the other.
 */
final class CompiledFunction implements Compiled {
  private final Devices devices;
  private final Traceable function;
  private final Target target;
  private final Map<List<TensorType>, Variant> variants = new HashMap<>();
  private boolean closed;

  CompiledFunction(Devices devices, Traceable function, Target target) {
    // Found now, so that a misspelt device is reported where it is asked for.
    devices.find(target.device());
    this.devices = devices;
    this.function = function;
    this.target = target;
  }

  /** The function for one list of argument types. */
  private record Variant(Session session, SessionProgram program, List<TensorType> results) {}

  @Override
  public synchronized List<Literal> call(List<Literal> arguments) {
    if (closed) {
      throw new IllegalStateException("the compiled function is closed");
    }
    var types = arguments.stream().map(Literal::type).toList();
    var variant = variants.get(types);
    if (variant == null) {
      variant = compile(types);
      variants.put(types, variant);
    }
    for (int i = 0; i < arguments.size(); i++) {
      MemorySegment host = variant.program().host(argument(i));
      host.copyFrom(arguments.get(i).data());
    }
    variant.program().run();
    var results = new ArrayList<Literal>();
    for (int i = 0; i < variant.results().size(); i++) {
      results.add(Literal.copyOf(variant.results().get(i), variant.program().host(result(i))));
    }
    return results;
  }

  private Variant compile(List<TensorType> types) {
    try (var trace = Trace.begin()) {
      List<Tensor> inputs = types.stream().map(trace::input).toList();
      var graph = trace.finish(function.apply(new Tensors(inputs)).list());
      var session = Session.open(devices, target, new TreeMap<>());
      try {
        var program =
            session.compile(
                "the compiled function of " + types,
                graph,
                slots(types.size(), CompiledFunction::argument),
                slots(graph.outputs().size(), CompiledFunction::result));
        return new Variant(session, program, graph.outputTypes());
      } catch (RuntimeException e) {
        session.close();
        throw e;
      }
    }
  }

  private static List<Slot> slots(int count, java.util.function.IntFunction<String> name) {
    return IntStream.range(0, count).mapToObj(i -> (Slot) new Slot.Host(name.apply(i))).toList();
  }

  private static String argument(int index) {
    return "argument " + index;
  }

  private static String result(int index) {
    return "result " + index;
  }

  @Override
  public synchronized void close() {
    closed = true;
    variants.values().forEach(variant -> variant.session().close());
    variants.clear();
  }
}
