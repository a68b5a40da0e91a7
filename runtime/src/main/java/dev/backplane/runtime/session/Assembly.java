package dev.backplane.runtime.session;

import dev.backplane.Target;
import dev.backplane.Training;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Program;
import dev.backplane.graph.Value;
import dev.backplane.runtime.placement.Plan;
import dev.backplane.runtime.placement.Sites;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** A placed program with an executable for each part. Thread-safe, as executables are. */
public final class Assembly implements AutoCloseable {
  private final Plan plan;
  private final List<Handover> handovers;
  private final List<Executable> executables;

  private Assembly(Plan plan, List<Handover> handovers, List<Executable> executables) {
    this.plan = plan;
    this.handovers = handovers;
    this.executables = executables;
  }

  /** Compiles a program none of whose inputs is given up. */
  public static Assembly compile(Plan plan, Sites sites, Target target) {
    return compile(plan, List.of(), sites, target);
  }

  static Assembly compile(Plan plan, List<Handover> handovers, Sites sites, Target target) {
    var executables = new ArrayList<Executable>();
    try {
      for (int i = 0; i < plan.parts().size(); i++) {
        var part = plan.parts().get(i);
        var program =
            new Program(
                part.graph(),
                Handover.donations(i, part, handovers),
                target.numerics(),
                target.tuning());
        executables.add(sites.at(part.site()).compile(program));
      }
    } catch (RuntimeException | Error e) {
      executables.forEach(Executable::close);
      throw e;
    }
    return new Assembly(plan, List.copyOf(handovers), executables);
  }

  Plan plan() {
    return plan;
  }

  List<Handover> handovers() {
    return handovers;
  }

  Executable executable(int part) {
    return executables.get(part);
  }

  /** The types of the results. */
  public List<TensorType> outputTypes() {
    return Value.types(plan.outputs());
  }

  /** Runs it once on the given places, and waits. */
  public void run(Sites sites, List<Endpoint> inputs, List<Endpoint> outputs) {
    try (var wiring = new Wiring(this, sites, inputs, outputs)) {
      wiring.start();
      wiring.await();
    }
  }

  /** Where each node runs, and why. */
  public List<Training.Placed> why() {
    return plan.why();
  }

  /** How each part was compiled. */
  public List<CompileReport> reports() {
    return executables.stream().map(Executable::report).toList();
  }

  @Override
  public void close() {
    executables.forEach(Executable::close);
  }
}
