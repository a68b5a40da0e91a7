package dev.backplane.backend.cpu.kernel;

import dev.backplane.backend.cpu.warm.Succession;
import dev.backplane.graph.Node;
import dev.backplane.kit.fusion.Space;
import dev.backplane.kit.fusion.Step;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Clamp;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Compare;
import dev.backplane.op.Composite;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Convolution;
import dev.backplane.op.CustomCall;
import dev.backplane.op.Dot;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.Gather;
import dev.backplane.op.If;
import dev.backplane.op.Iota;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.Pad;
import dev.backplane.op.RandomBits;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceScatter;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Scan;
import dev.backplane.op.Scatter;
import dev.backplane.op.Select;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Slice;
import dev.backplane.op.Sort;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import dev.backplane.op.While;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compiles fusion groups to bytecode: hidden classes in the loader of this bundle, collected when
 * nothing runs them any more.
 *
 * <p>The scalar form takes every dtype. The vector form takes loops over f32 and what rides along
 * (bf16, 32-bit and 8-bit integers, bool); a loop with anything else stays scalar within a kernel
 * of vectors. Both forms have the same bits: they are written from the same expressions of IEEE
 * operations, and sums along a row always run in 16 lanes that are added up in a fixed order. Only
 * which of several NaNs comes out is not defined.
 */
public final class KernelCompiler {
  private static final long GREATEST = Integer.MAX_VALUE - 64;

  /** How the name of a form with vectors begins. */
  private static final String VECTOR = "vector";

  private KernelCompiler() {}

  /** Why a node cannot be part of a group; empty if it can. */
  public static Optional<String> refuses(Node node) {
    boolean known =
        switch (node.op()) {
          case Unary unary -> true;
          case Binary binary -> true;
          case Compare compare -> true;
          case Select select -> true;
          case Clamp clamp -> true;
          case Convert convert -> true;
          case BitcastConvert bitcast -> true;
          case Broadcast broadcast -> true;
          case Reshape reshape -> true;
          case Iota iota -> true;
          case Reduce reduce -> true;
          case Constant constant -> constant.value().isSplat();
          case Transpose _,
              Slice _,
              Pad _,
              Concatenate _,
              Reverse _,
              DynamicSlice _,
              DynamicUpdateSlice _,
              Gather _,
              Scatter _,
              Dot _,
              Convolution _,
              ArgReduce _,
              ReduceWindow _,
              SelectAndScatter _,
              Sort _,
              RandomBits _,
              Scan _,
              While _,
              If _,
              OptimizationBarrier _,
              CustomCall _,
              AllReduce _,
              AllGather _,
              ReduceScatter _,
              CollectivePermute _,
              Composite _ ->
              false;
        };
    if (!known) {
      return Optional.of(node.op().name() + " is not elementwise");
    }
    var space = Space.of(List.of(node));
    if (space.isEmpty()) {
      return Optional.of(
          node.op().name()
              + " of "
              + node.operands()
              + " needs more than rows and columns, or has no elements");
    }
    return space.get().rows() * space.get().columns() > GREATEST
        ? Optional.of(node.op().name() + " has more than " + GREATEST + " elements")
        : Optional.empty();
  }

  /**
   * Compiles a group.
   *
   * @param forms which may run; those of vectors do where the JVM runs with the module
   *     jdk.incubator.vector and the machine has vectors of 256 bits or more
   * @throws IllegalArgumentException if the group holds a node that {@link #refuses} refuses, or
   *     its nodes lie in no common space
   */
  public static Kernel compile(Step.Fused group, Forms forms) {
    return compile(group, forms, Pitches.NONE);
  }

  /** The same where rows of inputs and outputs may be parts of longer ones. */
  static Kernel compile(Step.Fused group, Forms forms, Pitches pitches) {
    for (var node : group.graph().nodes()) {
      refuses(node)
          .ifPresent(
              reason -> {
                throw new IllegalArgumentException(group.name() + ": " + reason);
              });
    }
    var space =
        Space.of(group.graph().nodes(), pitches.columns())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        group.name() + ": no common rows and columns: " + group.graph()));
    var plan = Planner.plan(group.graph(), space, pitches);
    boolean vectors = forms != Forms.SCALAR;
    var lanes = vectors ? VectorTypes.preferred() : Optional.<Integer>empty();
    var form = form(plan, vectors, lanes);
    // Where no loop has vectors their constants are left out too: they would load the Vector API.
    boolean hasVectors = form.startsWith(VECTOR);
    boolean cold = hasVectors && forms == Forms.VECTOR_ONCE_WARM;
    var written = RoutineWriter.write(plan, "Routine", lanes, hasVectors && !cold);
    var routine = define(written.bytes());
    var routines =
        cold
            ? Succession.of(
                group.name(),
                routine,
                () -> define(RoutineWriter.write(plan, "Vector", lanes, true).bytes()),
                vector -> new RoutineRehearsal(vector, group, written.scratchBytes()))
            : Succession.of(routine);
    return new GeneratedKernel(
        group,
        plan,
        routines,
        written.scratchBytes(),
        form,
        GeneratedKernel.rows(group, plan, written.strips()));
  }

  private static Routine define(byte[] bytes) {
    try {
      var type = MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass();
      return (Routine) type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the generated class cannot be linked", e);
    }
  }

  private static String form(Plan plan, boolean vectors, Optional<Integer> lanes) {
    if (!vectors) {
      return "scalar";
    }
    if (lanes.isEmpty()) {
      return "scalar: no vectors of 256 bits, or no --add-modules jdk.incubator.vector";
    }
    var refusals = new ArrayList<String>();
    int loops = 0;
    for (var phase : plan.phases()) {
      long columns = plan.space().columns();
      if (!phase.columns().isEmpty()) {
        loops++;
        ChunkWriter.refusal(phase.columns(), columns, true).ifPresent(refusals::add);
      }
      for (var pass : phase.sweep().map(Plan.Sweep::passes).orElse(List.of())) {
        loops++;
        ChunkWriter.refusal(pass, columns, plan.space().rows() == 1).ifPresent(refusals::add);
      }
    }
    if (loops == refusals.size()) {
      return refusals.isEmpty() ? "scalar: no loop" : "scalar: " + refusals.getFirst();
    }
    var width = VECTOR + 32 * lanes.get();
    return refusals.isEmpty()
        ? width
        : width
            + ", but of "
            + loops
            + " loops "
            + refusals.size()
            + " scalar: "
            + refusals.getFirst();
  }
}
