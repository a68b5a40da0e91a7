package dev.backplane.runtime.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Target;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.graph.Graph;
import dev.backplane.op.Attributes;
import dev.backplane.op.Binary;
import dev.backplane.op.Composite;
import dev.backplane.op.CustomCall;
import dev.backplane.op.OpDefinition;
import dev.backplane.op.Sort;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.reference.ReferenceBackend;
import dev.backplane.runtime.testing.NarrowBackend;
import dev.backplane.runtime.trace.Trace;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.HashSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static Graph graph(UnaryOperator<Tensor> function) {
    var trace = Trace.begin();
    return trace.finish(List.of(function.apply(trace.input(TensorType.f32(4)))));
  }

  private static Plan place(NarrowBackend backend, Graph graph, boolean strict) {
    try (var devices = new Devices()) {
      devices.add(new ReferenceBackend());
      devices.add(backend);
      try (var sites =
          Sites.open(devices, Target.of("narrow"), devices.jobs().open("test", "narrow"))) {
        return Placement.place("the test's program", graph, sites, strict);
      }
    }
  }

  private static Tensor sort(Tensor x) {
    return x.apply(new Sort(0, 1, false));
  }

  @Test
  void isOnePartWhereTheDeviceRunsEverything() {
    var plan = place(new NarrowBackend("Binary", "Unary"), graph(x -> x.exp().add(x)), true);
    assertEquals(1, plan.parts().size());
    assertEquals(Site.CHOSEN, plan.parts().getFirst().site());
  }

  @Test
  void cutsIntoPartsThatAreConvex() {
    // Two independent sorts between elementwise work: they go into one part.
    var plan =
        place(
            new NarrowBackend("Binary", "Unary", "Constant", "Broadcast"),
            graph(
                x -> {
                  var a = sort(x.exp());
                  var b = sort(x.neg());
                  return a.add(b).add(x);
                }),
            false);
    assertEquals(
        List.of(Site.CHOSEN, Site.REFERENCE, Site.CHOSEN),
        plan.parts().stream().map(Part::site).toList());
    var available = new HashSet<>(plan.inputs());
    for (var part : plan.parts()) {
      assertTrue(available.containsAll(part.graph().inputs()), "a part waits for a later one");
      available.addAll(part.graph().outputs());
    }
    assertTrue(available.containsAll(plan.outputs()));
    assertEquals(2, plan.parts().get(1).graph().nodes().size());
  }

  @Test
  void makesConstantsAnewInsteadOfSendingThem() {
    var plan =
        place(
            new NarrowBackend("Binary", "Constant", "Broadcast"),
            graph(x -> sort(x.add(1)).add(1)),
            false);
    assertEquals(3, plan.parts().size());
    assertEquals(1, plan.parts().getLast().graph().inputs().size());
  }

  @Test
  void refusesWhatItMayNotSendElsewhere() {
    var graph = Trace.begin();
    var x = graph.input(TensorType.f32(4));
    var y = graph.within("ranking_1", () -> sort(x.exp()));
    var program = graph.finish(List.of(y));
    var failure =
        assertThrows(
            UnsupportedProgramException.class,
            () -> place(new NarrowBackend("Unary"), program, true));
    assertEquals(
        "narrow does not run 1 of 2 nodes of the test's program, and a strict target forbids the"
            + " reference device:\n  Sort of ranking_1: not on narrow: it has no kernel for Sort",
        failure.getMessage());
  }

  @Test
  void saysWhyNoDeviceRunsANode() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(4));
    var call = new CustomCall("acme.magic", Attributes.none(), List.of(TensorType.f32(4)));
    var program = trace.finish(trace.apply(call, List.of(x)));
    var failure =
        assertThrows(
            UnsupportedProgramException.class,
            () -> place(new NarrowBackend("Unary"), program, false));
    assertTrue(
        failure
            .getMessage()
            .startsWith(
                "the test's program: CustomCall runs on no device; not on narrow: it has no kernel"
                    + " for CustomCall; not on reference: "),
        failure.getMessage());
  }

  private record Doubled() implements OpDefinition {
    @Override
    public String name() {
      return "acme.doubled";
    }

    @Override
    public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
      return List.of(operands.getFirst().add(operands.getFirst()));
    }
  }

  private static Graph doubled() {
    return graph(x -> x.scope().apply(new Doubled(), List.of(x)).getFirst().neg());
  }

  @Test
  void leavesCompositesToTheDeviceThatClaimsThem() {
    var plan = place(new NarrowBackend("acme.doubled", "Unary"), doubled(), true);
    assertTrue(
        plan.parts().getFirst().graph().nodes().stream()
            .anyMatch(node -> node.op() instanceof Composite));
  }

  @Test
  void decomposesCompositesThatTheDeviceDoesNotClaim() {
    var plan = place(new NarrowBackend("Binary", "Unary"), doubled(), true);
    assertEquals(
        List.of("Binary", "Unary"),
        plan.parts().getFirst().graph().nodes().stream().map(node -> node.op().name()).toList());
    assertTrue(
        plan.why().stream()
            .anyMatch(
                placed ->
                    placed.op().equals("acme.doubled")
                        && placed.reason().equals("decomposed: it claims no acme.doubled")));
  }

  @Test
  void movesALoopWhole() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(5, 4));
    var start = trace.input(TensorType.f32(4));
    var out =
        Ops.scan(
            Tensors.of(start),
            Tensors.of(x),
            Tensors.of(),
            false,
            body ->
                Tensors.of(
                    body.get(0)
                        .scope()
                        .apply(new Doubled(), List.of(body.get(0).add(body.get(1))))
                        .getFirst()));
    var plan =
        place(new NarrowBackend("Binary", "Unary"), trace.finish(List.of(out.get(0).neg())), false);
    assertEquals(
        List.of(Site.REFERENCE, Site.CHOSEN), plan.parts().stream().map(Part::site).toList());
    assertEquals("Scan", plan.parts().getFirst().graph().nodes().getFirst().op().name());
  }

  @Test
  void showsABackendNothingNewerThanItKnows() {
    var old = new NarrowBackend(0, "Binary", "Unary");
    var plan = place(old, graph(x -> x.add(x)), false);
    assertTrue(old.asked.isEmpty());
    assertEquals(Site.REFERENCE, plan.parts().getFirst().site());
    assertEquals(
        "not on narrow: it knows primitive set 0, the op needs 1; update its bundle",
        plan.why().getFirst().reason());
    assertFalse(new Binary(Binary.Kind.ADD).since() < 1);
  }
}
