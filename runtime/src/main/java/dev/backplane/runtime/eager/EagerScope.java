package dev.backplane.runtime.eager;

import dev.backplane.Target;
import dev.backplane.graph.Graph;
import dev.backplane.op.Constant;
import dev.backplane.op.Op;
import dev.backplane.op.OpDefinition;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.job.OpenJob;
import dev.backplane.runtime.placement.Placement;
import dev.backplane.runtime.placement.Site;
import dev.backplane.runtime.placement.Sites;
import dev.backplane.runtime.session.Assembly;
import dev.backplane.runtime.session.Endpoint;
import dev.backplane.runtime.session.HostAccess;
import dev.backplane.runtime.trace.Trace;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A scope that computes at once. Each op is a program of one node, compiled once for its operands'
 * types; the {@value #PROGRAMS} used last are kept. Serves one thread at a time.
 */
public final class EagerScope implements Scope {
  private static final int PROGRAMS = 512;

  private final OpenJob job;
  private final Sites sites;
  private final Target target;
  private final Map<Object, Assembly> programs = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<EagerTensor> live = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean closed;

  private EagerScope(OpenJob job, Sites sites, Target target) {
    this.job = job;
    this.sites = sites;
    this.target = target;
  }

  /** Opens a device to compute on. */
  public static EagerScope open(Devices devices, Target target) {
    var job = devices.jobs().open("eager scope", target.device());
    try {
      return new EagerScope(job, Sites.open(devices, target, job), target);
    } catch (RuntimeException | Error e) {
      job.close();
      throw e;
    }
  }

  /** What an op's program is kept under. */
  private record Call(Op op, List<TensorType> operands) {}

  @Override
  public List<Tensor> apply(Op op, List<Tensor> operands) {
    requireOpen();
    for (var operand : operands) {
      // Inside a function whose gradient is taken, captured tensors meet traced ones.
      if (operand.scope() instanceof Trace trace && trace.lifts(this)) {
        return trace.apply(op, operands);
      }
    }
    if (op instanceof Constant(var value)) {
      return List.of(write(value));
    }
    var arguments = operands.stream().map(operand -> own(operand, op.name())).toList();
    var types = operands.stream().map(Tensor::type).toList();
    return run(
        new Call(op, types),
        op.name(),
        () -> {
          var builder = new Graph.Builder();
          var inputs = types.stream().map(builder::input).toList();
          return builder.build(builder.apply(op, inputs, ""));
        },
        arguments);
  }

  @Override
  public List<Tensor> apply(OpDefinition definition, List<Tensor> operands) {
    requireOpen();
    for (var operand : operands) {
      if (operand.scope() instanceof Trace trace && trace.lifts(this)) {
        return trace.apply(definition, operands);
      }
    }
    var types = operands.stream().map(Tensor::type).toList();
    return apply(Trace.composite(definition, types), operands);
  }

  @Override
  public Graph trace(List<TensorType> inputs, Function<Tensors, Tensors> function) {
    requireOpen();
    try (var trace = Trace.begin()) {
      return trace.trace(inputs, function);
    }
  }

  @Override
  public ValueAndGradient valueAndGradient(Function<Tensors, Tensor> function, Tensors at) {
    requireOpen();
    var arguments = new ArrayList<EagerTensor>();
    at.list().forEach(tensor -> arguments.add(own(tensor, "valueAndGradient")));
    try (var trace = Trace.lifting("the function whose gradient is taken", this)) {
      var point = at.map(tensor -> trace.input(tensor.type()));
      var both = trace.valueAndGradient(function, point);
      var outputs = new ArrayList<Tensor>();
      outputs.add(both.value());
      outputs.addAll(both.gradient().list());
      var graph = trace.finish(outputs);
      trace.lifted().forEach(tensor -> arguments.add(own(tensor, "valueAndGradient")));
      var results = run(graph, "valueAndGradient", () -> graph, arguments);
      return new ValueAndGradient(
          results.getFirst(), new Tensors(results.subList(1, results.size())));
    }
  }

  private List<Tensor> run(
      Object key, String name, Supplier<Graph> graph, List<EagerTensor> arguments) {
    var program = programs.get(key);
    if (program == null) {
      var plan = Placement.place(name, graph.get(), sites, target.strict());
      program = Assembly.compile(plan, sites, target);
      programs.put(key, program);
      evict();
    }
    var device = sites.at(Site.CHOSEN);
    var results =
        device.allocate(program.outputTypes()).stream()
            .map(buffer -> new EagerTensor(this, buffer))
            .toList();
    try {
      program.run(sites, endpoints(arguments), endpoints(results));
    } catch (RuntimeException | Error e) {
      results.forEach(result -> result.buffer().close());
      throw e;
    }
    live.addAll(results);
    return List.copyOf(results);
  }

  private static List<Endpoint> endpoints(List<EagerTensor> tensors) {
    return tensors.stream()
        .map(tensor -> (Endpoint) new Endpoint.OnDevice(Site.CHOSEN, tensor.buffer()))
        .toList();
  }

  private void evict() {
    var oldest = programs.entrySet().iterator();
    while (programs.size() > PROGRAMS) {
      oldest.next().getValue().close();
      oldest.remove();
    }
  }

  private EagerTensor write(Literal value) {
    var buffer = sites.at(Site.CHOSEN).allocate(List.of(value.type())).getFirst();
    HostAccess.write(buffer, value);
    var tensor = new EagerTensor(this, buffer);
    live.add(tensor);
    return tensor;
  }

  Literal read(EagerTensor tensor) {
    requireOpen();
    return HostAccess.read(tensor.buffer());
  }

  void forget(EagerTensor tensor) {
    live.remove(tensor);
  }

  private EagerTensor own(Tensor tensor, String user) {
    if (tensor instanceof EagerTensor eager && eager.scope() == this) {
      eager.buffer();
      return eager;
    }
    throw new IllegalArgumentException(
        user
            + ": the operand "
            + tensor
            + " does not belong to "
            + this
            + (tensor.scope() instanceof Trace
                ? "; the body of a loop or branch uses nothing but its arguments: pass what it"
                    + " captures as captures or invariants"
                : "; bring its value here with scope.constant(tensor.read())"));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(this + " is closed: it and its tensors cannot be used");
    }
  }

  /** Frees its tensors and closes its device. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    List.copyOf(live).forEach(EagerTensor::close);
    closed = true;
    programs.values().forEach(Assembly::close);
    sites.close();
    job.close();
  }

  @Override
  public String toString() {
    return "the eager scope on " + target.device();
  }
}
