package dev.backplane.backend.cpu.kernel;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Extent;
import dev.backplane.kit.fusion.Space;
import dev.backplane.kit.fusion.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A group that sweeps over its rows several times, as a batch normalization does for the mean, the
 * variance and the result, cut into a group for each sweep. What a sweep folded over its rows is
 * known only behind all of them, so that the rows of the whole cannot be divided, among threads or
 * into blocks that are summed up by themselves; those of each sweep can.
 */
public final class Stages {
  /** Rows × columns below which the waiting between stages costs more than dividing gains. */
  private static final long LEAST_ELEMENTS = 1 << 15;

  private final Step.Fused group;
  private final Schedule schedule;
  private final List<Integer> sweeps;

  private Stages(Step.Fused group, Schedule schedule, List<Integer> sweeps) {
    this.group = group;
    this.schedule = schedule;
    this.sweeps = sweeps;
  }

  /** The groups to run in this order; the group itself where it is not worth cutting. */
  public static List<Step.Fused> of(Step.Fused group) {
    return of(group, LEAST_ELEMENTS);
  }

  static List<Step.Fused> of(Step.Fused group, long least) {
    var space = Space.of(group.graph().nodes());
    if (space.isEmpty()
        || space.get().rows() == 1
        || space.get().rows() * space.get().columns() < least) {
      return List.of(group);
    }
    var schedule = new Schedule(group.graph(), space.get());
    var sweeps = sweeps(schedule);
    return sweeps.size() < 2
        ? List.of(group)
        : new Stages(group, schedule, sweeps).cut().orElse(List.of(group));
  }

  /** The phases with a loop over rows. */
  private static List<Integer> sweeps(Schedule schedule) {
    var sweeps = new TreeSet<Integer>();
    for (var value : schedule.computed()) {
      if (schedule.sweeps(value)) {
        sweeps.add(schedule.phase(value));
      }
    }
    return List.copyOf(sweeps);
  }

  /** Which sweep makes a value; what comes behind a sweep belongs to it. */
  private int stage(Value value) {
    var made = schedule.resolve(value);
    if (!schedule.isComputed(made)) {
      return 0;
    }
    boolean swept = schedule.sweeps(made);
    int phase = swept ? schedule.phase(made) : schedule.known(made);
    long before = sweeps.stream().filter(sweep -> swept ? sweep <= phase : sweep < phase).count();
    return (int) Math.max(0, before - 1);
  }

  /** From the last to the first: what a stage does not make itself, one before has to hand over. */
  private Optional<List<Step.Fused>> cut() {
    var wanted = new ArrayList<Set<Value>>();
    sweeps.forEach(_ -> wanted.add(new HashSet<>()));
    group.outputs().forEach(output -> wanted.get(stage(output)).add(output));
    var stages = new ArrayList<Step.Fused>();
    for (int stage = sweeps.size() - 1; stage >= 0; stage--) {
      var made = new HashSet<Node>();
      for (var value : wanted.get(stage)) {
        demand(value, stage, made, wanted);
      }
      var cut = group(stage, made, wanted.get(stage));
      if (Space.of(cut.graph().nodes()).isEmpty()) {
        return Optional.empty();
      }
      stages.addFirst(cut);
    }
    return Optional.of(stages);
  }

  private void demand(Value value, int stage, Set<Node> made, List<Set<Value>> wanted) {
    var producer = schedule.producerOf(value);
    if (producer.isEmpty() || made.contains(producer.get())) {
      return;
    }
    if (handedOver(value, stage)) {
      wanted.get(stage(value)).add(value);
      return;
    }
    made.add(producer.get());
    producer.get().operands().forEach(operand -> demand(operand, stage, made, wanted));
  }

  /** Whether a stage reads what another one wrote, rather than making it again. */
  private boolean handedOver(Value value, int stage) {
    return schedule.isComputed(value)
        && stage(value) < stage
        && (schedule.extent(value) != Extent.FULL
            || schedule.isKept(value)
            || group.outputs().contains(value));
  }

  private Step.Fused group(int stage, Set<Node> made, Set<Value> wanted) {
    var defined = new HashSet<Value>();
    var inputs = new ArrayList<Value>();
    var outputs = new ArrayList<Value>();
    var nodes = group.graph().nodes().stream().filter(made::contains).toList();
    for (var node : nodes) {
      for (var operand : node.operands()) {
        if (!defined.contains(operand) && !inputs.contains(operand)) {
          inputs.add(operand);
        }
      }
      defined.add(node.result());
      if (wanted.contains(node.result())) {
        outputs.add(node.result());
      }
    }
    var name = group.name() + "_" + (stage + 1);
    return new Step.Fused(new Graph(inputs, nodes, outputs), inputs, outputs, name);
  }
}
