package dev.backplane.runtime.reference;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Program;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.graph.Graph;
import dev.backplane.op.AllGather;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.CustomCall;
import dev.backplane.op.Op;
import dev.backplane.op.ReduceScatter;
import dev.backplane.runtime.reference.Interpreter.Replicas;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A checked program; running it is interpreting it. */
final class ReferenceExecutable implements Executable {
  private final ReferenceDevice device;
  private final Program program;
  private final CompileReport report;
  private volatile boolean closed;

  ReferenceExecutable(ReferenceDevice device, Program program) {
    long begin = System.nanoTime();
    this.device = device;
    this.program = program;
    requireSupported(program.graph(), device.replicas());
    requireDonations(program);
    var kernels =
        program.graph().nodes().stream()
            .map(node -> new CompileReport.Kernel(node.op().name(), "interpreter", 1))
            .toList();
    this.report = new CompileReport(kernels, Map.of(), 0, System.nanoTime() - begin);
  }

  private static void requireSupported(Graph graph, int replicas) {
    for (var node : graph.nodes()) {
      if (node.op() instanceof CustomCall call) {
        throw Interpreter.customCall(call, node);
      }
      var refusal = refusal(node.op(), replicas);
      if (refusal.isPresent()) {
        throw new UnsupportedProgramException(
            "reference: "
                + node.op().name()
                + (node.origin().isEmpty() ? "" : " in layer " + node.origin())
                + ": "
                + refusal.get());
      }
      Interpreter.closedGraphs(node.op()).forEach(inner -> requireSupported(inner, replicas));
    }
  }

  /** Why an op cannot run on this many replicas, or because of what stands in its closed graphs. */
  static Optional<String> refusal(Op op, int replicas) {
    if (op instanceof CustomCall call) {
      return Optional.of("\"" + call.target() + "\" is known only to its own backend");
    }
    if (op instanceof AllGather gather && gather.replicas() != replicas) {
      return Optional.of("AllGather C2: made for " + gather.replicas() + ", run on " + replicas);
    }
    if (op instanceof ReduceScatter part && part.replicas() != replicas) {
      return Optional.of("ReduceScatter C2: made for " + part.replicas() + ", run on " + replicas);
    }
    if (op instanceof CollectivePermute permute
        && (permute.sources().stream().anyMatch(replica -> replica >= replicas)
            || permute.targets().stream().anyMatch(replica -> replica >= replicas))) {
      return Optional.of(
          "CollectivePermute sends from "
              + permute.sources()
              + " to "
              + permute.targets()
              + " in a group of "
              + replicas);
    }
    return Interpreter.closedGraphs(op).stream()
        .flatMap(graph -> graph.nodes().stream())
        .flatMap(node -> refusal(node.op(), replicas).stream())
        .findFirst();
  }

  private static void requireDonations(Program program) {
    var inputs = program.graph().inputTypes();
    var outputs = program.graph().outputTypes();
    program
        .donations()
        .resultOfArgument()
        .forEach(
            (argument, result) -> {
              boolean fits =
                  argument >= 0
                      && argument < inputs.size()
                      && result >= 0
                      && result < outputs.size()
                      && inputs.get(argument).equals(outputs.get(result));
              if (!fits) {
                throw new IllegalArgumentException(
                    "reference: compile: argument "
                        + argument
                        + " is donated to result "
                        + result
                        + ", but the arguments are "
                        + inputs
                        + " and the results "
                        + outputs);
              }
            });
  }

  @Override
  public Execution bind(List<Buffer> arguments, List<Buffer> results) {
    var from = own("argument", program.graph().inputTypes(), arguments);
    var to = own("result", program.graph().outputTypes(), results);
    requireDisjoint(from, to);
    return device.exclusively(
        () -> {
          requireOpen();
          from.forEach(ReferenceBuffer::requireOpen);
          to.forEach(ReferenceBuffer::requireOpen);
          return new ReferenceExecution(
              device, () -> requireReady(from, to), () -> run(from, to), () -> loseDonated(from));
        });
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("reference: the executable is closed");
    }
  }

  private void requireReady(List<ReferenceBuffer> arguments, List<ReferenceBuffer> results) {
    requireOpen();
    arguments.forEach(ReferenceBuffer::get);
    results.forEach(ReferenceBuffer::requireOpen);
  }

  private List<ReferenceBuffer> own(String what, List<TensorType> types, List<Buffer> buffers) {
    if (buffers.size() != types.size() * device.replicas()) {
      throw new IllegalArgumentException(
          "reference: bind: expected "
              + types.size() * device.replicas()
              + " "
              + what
              + "s, found "
              + buffers.size());
    }
    var own = new ArrayList<ReferenceBuffer>();
    for (int i = 0; i < buffers.size(); i++) {
      if (!(buffers.get(i) instanceof ReferenceBuffer mine && mine.isOf(device))) {
        throw new IllegalArgumentException(
            "reference: bind: " + what + " " + i + " is a buffer of another device");
      }
      var type = types.get(i % types.size());
      if (!mine.type().equals(type)) {
        throw new IllegalArgumentException(
            "reference: bind: " + what + " " + i + ": expected " + type + ", found " + mine.type());
      }
      own.add(mine);
    }
    return own;
  }

  /** A result may share the buffer of an argument only where that argument is donated to it. */
  private void requireDisjoint(List<ReferenceBuffer> arguments, List<ReferenceBuffer> results) {
    int inputs = program.graph().inputs().size();
    int outputs = program.graph().outputs().size();
    var donations = program.donations().resultOfArgument();
    var resultOf = new IdentityHashMap<ReferenceBuffer, Integer>();
    for (int i = 0; i < results.size(); i++) {
      if (resultOf.put(results.get(i), i) != null) {
        throw new IllegalArgumentException(
            "reference: bind: result " + i + " has the buffer of another result");
      }
    }
    var times = new IdentityHashMap<ReferenceBuffer, Integer>();
    arguments.forEach(argument -> times.merge(argument, 1, Integer::sum));
    for (int i = 0; i < arguments.size(); i++) {
      var buffer = arguments.get(i);
      var donatedTo = donations.get(i % inputs);
      if (donatedTo != null && times.getOrDefault(buffer, 0) > 1) {
        throw new IllegalArgumentException(
            "reference: bind: argument " + i + " is donated, but its buffer is passed twice");
      }
      var shared = resultOf.get(buffer);
      if (shared != null
          && (donatedTo == null || shared != i / inputs * outputs + donatedTo.intValue())) {
        throw new IllegalArgumentException(
            "reference: bind: result "
                + shared
                + " has the buffer of argument "
                + i
                + ", which is not donated to it");
      }
    }
  }

  private void run(List<ReferenceBuffer> arguments, List<ReferenceBuffer> results) {
    int replicas = device.replicas();
    var values = new ArrayList<List<Dense>>();
    int inputs = program.graph().inputs().size();
    for (int i = 0; i < inputs; i++) {
      var value = new ArrayList<Dense>();
      for (int replica = 0; replica < replicas; replica++) {
        value.add(arguments.get(replica * inputs + i).get());
      }
      values.add(value);
    }
    var computed = Interpreter.run(program.graph(), values, new Replicas(replicas, replicas));
    for (int i = 0; i < results.size(); i++) {
      results.get(i).set(computed.get(i % computed.size()).get(i / computed.size()));
    }
  }

  private void loseDonated(List<ReferenceBuffer> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      if (program.donations().resultOfArgument().containsKey(i % program.graph().inputs().size())) {
        arguments.get(i).lose();
      }
    }
  }

  @Override
  public CompileReport report() {
    return report;
  }

  @Override
  public void close() {
    closed = true;
  }
}
