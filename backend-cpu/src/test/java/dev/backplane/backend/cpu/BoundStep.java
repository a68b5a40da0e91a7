package dev.backplane.backend.cpu;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Device;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Workspace;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.List;

/** The step bound to buffers whose state is updated in place. */
final class BoundStep implements AutoCloseable {
  private final Workspace workspace = new Workspace();
  private final Executable executable;
  private final List<Buffer> arguments;
  private final Buffer loss;
  private final Execution execution;

  BoundStep(Device device, TrainStep step, boolean vectors) {
    executable = device.compile(step.program(vectors), workspace);
    arguments = device.allocate(step.graph().inputTypes());
    loss = device.allocate(List.of(step.graph().outputTypes().getFirst())).getFirst();
    var results = new ArrayList<>(List.of(loss));
    results.addAll(arguments.subList(TrainStep.STATE, arguments.size()));
    execution = executable.bind(arguments, results);
    reset(step);
  }

  /** Binds once more to the same buffers, and lets go of that. */
  void bindAgain() {
    var results = new ArrayList<>(List.of(loss));
    results.addAll(arguments.subList(TrainStep.STATE, arguments.size()));
    executable.bind(arguments, results).close();
  }

  void reset(TrainStep step) {
    for (int i = 0; i < arguments.size(); i++) {
      OnCpu.write(arguments.get(i), step.arguments().get(i));
    }
  }

  void run() {
    execution.start();
    execution.await();
  }

  List<Literal> state() {
    var state = new ArrayList<Literal>(List.of(OnCpu.read(loss)));
    arguments.subList(TrainStep.STATE, arguments.size()).forEach(b -> state.add(OnCpu.read(b)));
    return state;
  }

  @Override
  public void close() {
    execution.close();
    executable.close();
    workspace.close();
    arguments.forEach(Buffer::close);
    loss.close();
  }

  Literal loss() {
    return OnCpu.read(loss);
  }

  CompileReport report() {
    return executable.report();
  }
}
