package dev.backplane.runtime.reference;

import static dev.backplane.runtime.reference.Golden.bools;
import static dev.backplane.runtime.reference.Golden.counting;
import static dev.backplane.runtime.reference.Golden.floats;
import static dev.backplane.runtime.reference.Golden.gives;
import static dev.backplane.runtime.reference.Golden.run;
import static dev.backplane.runtime.reference.Golden.wholes;
import static dev.backplane.tensor.DType.F32;
import static dev.backplane.tensor.DType.I32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.graph.Graph;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.Attributes;
import dev.backplane.op.Binary;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Composite;
import dev.backplane.op.CustomCall;
import dev.backplane.op.If;
import dev.backplane.op.Op;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.ReduceScatter;
import dev.backplane.op.Scan;
import dev.backplane.op.Unary;
import dev.backplane.op.While;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ControlTest {
  private static final Op ADD = new Binary(Binary.Kind.ADD);
  private static final Op MULTIPLY = new Binary(Binary.Kind.MULTIPLY);
  private static final TensorType SCALAR = TensorType.f32();

  /** carry + scanned · invariant; stacks the product. */
  private static Graph body() {
    var builder = new Graph.Builder();
    var carry = builder.input(SCALAR);
    var slice = builder.input(SCALAR);
    var invariant = builder.input(SCALAR);
    var product = builder.apply(MULTIPLY, slice, invariant);
    return builder.build(List.of(builder.apply(ADD, carry, product), product));
  }

  private static Literal scalar(double value) {
    return floats(F32, Shape.scalar(), value);
  }

  @Test
  void scanCarriesSlicesAndStacks() {
    var x = floats(F32, 1, 2, 3);
    var forward = Golden.all(new Scan(body(), 3, 1, 1, false), scalar(100), x, scalar(10));
    gives(forward.get(0), Shape.scalar(), 160);
    gives(forward.get(1), 10, 20, 30);
  }

  @Test
  void aReversedScanKeepsThePlacesOfItsSlices() {
    var builder = new Graph.Builder();
    var carry = builder.input(SCALAR);
    var slice = builder.input(SCALAR);
    var next = builder.apply(ADD, builder.apply(MULTIPLY, carry, carry), slice);
    var square = builder.build(List.of(next, carry));
    // c = 1; slice 3: 1 + 3 = 4; slice 2: 16 + 2 = 18; slice 1: 324 + 1 = 325.
    var found = Golden.all(new Scan(square, 3, 1, 1, true), scalar(1), floats(F32, 1, 2, 3));
    gives(found.get(0), Shape.scalar(), 325);
    gives(found.get(1), 18, 4, 1);
  }

  @Test
  void aScanOfLengthZeroGivesItsCarriesAndNothingStacked() {
    var found =
        Golden.all(new Scan(body(), 0, 1, 1, false), scalar(5), counting(F32, 0), scalar(1));
    gives(found.get(0), Shape.scalar(), 5);
    gives(found.get(1), Shape.of(0));
  }

  /** Doubles its carry while it is below the limit. */
  private static While doubling() {
    var condition = new Graph.Builder();
    var x = condition.input(SCALAR);
    var limit = condition.input(SCALAR);
    var below = condition.apply(new Compare(Compare.Direction.LT), x, limit);
    var body = new Graph.Builder();
    var carry = body.input(SCALAR);
    body.input(SCALAR);
    return new While(
        condition.build(List.of(below)), body.build(List.of(body.apply(ADD, carry, carry))), 1);
  }

  @Test
  void whileRunsUntilItsConditionFails() {
    gives(run(doubling(), scalar(3), scalar(20)), Shape.scalar(), 24);
    gives(run(doubling(), scalar(30), scalar(20)), Shape.scalar(), 30);
  }

  private static Graph unary(Op op, TensorType type) {
    var builder = new Graph.Builder();
    var x = builder.input(type);
    return builder.build(builder.apply(op, List.of(x), ""));
  }

  @Test
  void onlyTheChosenBranchRuns() {
    var negate = unary(new Unary(Unary.Kind.NEGATE), SCALAR);
    var call = unary(new CustomCall("acme", Attributes.none(), List.of(SCALAR)), SCALAR);
    var yes = bools(true);
    var condition = Literal.copyOf(TensorType.of(dev.backplane.tensor.DType.BOOL), yes.data());
    gives(run(new If(negate, call), condition, scalar(2)), Shape.scalar(), -2);
    var refused =
        assertThrows(
            UnsupportedProgramException.class,
            () -> run(new If(call, negate), condition, scalar(2)));
    assertTrue(refused.getMessage().contains("\"acme\""), refused.getMessage());
  }

  @Test
  void aCompositeIsItsDecomposition() {
    var swish =
        new Composite(
            "acme.twice",
            1,
            Attributes.none(),
            unary(new Unary(Unary.Kind.NEGATE), SCALAR),
            Optional.empty());
    gives(run(swish, scalar(4)), Shape.scalar(), -4);
  }

  @Test
  void aBarrierChangesNothing() {
    var both = Golden.all(new OptimizationBarrier(), scalar(1), counting(I32, 2));
    gives(both.get(0), Shape.scalar(), 1);
    gives(both.get(1), 0, 1);
  }

  private static List<Literal> replicas(Op op, Literal... operands) {
    var graph = Golden.graph(op, operands[0]);
    var found = Interpreter.runReplicas(graph, Stream.of(operands).map(List::of).toList());
    return found.stream().map(List::getFirst).toList();
  }

  @Test
  void replicasMeetAtCollectives() {
    var a = floats(F32, 1, 2);
    var b = floats(F32, 10, 20);
    for (var sum : replicas(new AllReduce(Combiner.ADD), a, b)) {
      gives(sum, 11, 22);
    }
    for (var whole : replicas(new AllGather(0, 2), a, b)) {
      gives(whole, 1, 2, 10, 20);
    }
    var parts = replicas(new ReduceScatter(Combiner.MAXIMUM, 0, 2), a, floats(F32, 0, 20));
    gives(parts.get(0), 1);
    gives(parts.get(1), 20);
    var moved = replicas(new CollectivePermute(List.of(0), List.of(1)), a, b);
    gives(moved.get(0), 0, 0);
    gives(moved.get(1), 1, 2);
  }

  @Test
  void replicasThatPartMeetAgainButNotInBetween() {
    var graph = Golden.graph(doubling(), scalar(0), scalar(0));
    var found =
        Interpreter.runReplicas(
            graph, List.of(List.of(scalar(1), scalar(8)), List.of(scalar(3), scalar(100))));
    assertEquals(
        List.of(8.0, 192.0),
        List.of(found.get(0).getFirst().toDouble(), found.get(1).getFirst().toDouble()));
    var sum = unary(new AllReduce(Combiner.ADD), SCALAR);
    var negate = unary(new Unary(Unary.Kind.NEGATE), SCALAR);
    var bool = TensorType.of(dev.backplane.tensor.DType.BOOL);
    var yes = Literal.fill(bool, i -> 1);
    var no = Literal.fill(bool, i -> 0);
    var branch = Golden.graph(new If(sum, negate), yes, scalar(1));
    var refused =
        assertThrows(
            UnsupportedProgramException.class,
            () ->
                Interpreter.runReplicas(
                    branch, List.of(List.of(yes, scalar(1)), List.of(no, scalar(2)))));
    assertTrue(refused.getMessage().contains("1 of 2 replicas"), refused.getMessage());
  }

  @Test
  void inputsOfTheWrongTypeAreRefused() {
    var graph = unary(new Unary(Unary.Kind.NEGATE), SCALAR);
    var refused =
        assertThrows(
            IllegalArgumentException.class, () -> Interpreter.run(graph, List.of(wholes(I32, 1))));
    assertTrue(refused.getMessage().contains("f32[]"), refused.getMessage());
  }
}
