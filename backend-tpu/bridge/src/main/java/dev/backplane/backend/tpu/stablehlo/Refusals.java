package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Composite;
import dev.backplane.op.Convolution;
import dev.backplane.op.CustomCall;
import dev.backplane.op.Dot;
import dev.backplane.op.If;
import dev.backplane.op.Op;
import dev.backplane.op.RandomBits;
import dev.backplane.op.ReduceScatter;
import dev.backplane.op.Scan;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.While;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Why a platform does not run an op. */
final class Refusals {
  /** What is numbered with 32 bits inside. */
  private static final long MOST = Integer.MAX_VALUE - 8;

  private final Platform platform;

  Refusals(Platform platform) {
    this.platform = platform;
  }

  Optional<String> of(Op op, List<TensorType> operands) {
    return switch (op) {
      case CustomCall call ->
          Optional.of(
              "CustomCall of \""
                  + call.target()
                  + "\" means nothing here; make it a Composite, which carries what it means");
      case Composite composite -> inside(composite.decomposition());
      case Scan scan -> inside(scan.body());
      case While loop ->
          first(diverging(loop.condition()), diverging(loop.body()), inside(loop.condition()))
              .or(() -> inside(loop.body()));
      case If branch ->
          first(diverging(branch.then()), diverging(branch.otherwise()), inside(branch.then()))
              .or(() -> inside(branch.otherwise()));
      case Dot _, Convolution _ -> wideProduct(op, operands.getFirst());
      case RandomBits bits -> tooLarge(op, bits.shape().size());
      case SelectAndScatter _ -> tooLarge(op, operands.getFirst().shape().size());
      case AllGather gather -> group(op, gather.replicas());
      case ReduceScatter scatter -> group(op, scatter.replicas());
      case CollectivePermute permute -> outside(permute);
      default -> Optional.empty();
    };
  }

  @SafeVarargs
  private static Optional<String> first(Optional<String>... reasons) {
    return Stream.of(reasons).flatMap(Optional::stream).findFirst();
  }

  private Optional<String> inside(Graph graph) {
    return graph.nodes().stream()
        .flatMap(node -> of(node.op(), Value.types(node.operands())).stream())
        .findFirst();
  }

  private Optional<String> wideProduct(Op op, TensorType operand) {
    return platform.isTpu() && operand.dtype() == DType.I64
        ? Optional.of(
            op.name() + " of i64: a TPU does not multiply integers of 64 bits; convert them to i32")
        : Optional.empty();
  }

  private static Optional<String> tooLarge(Op op, long elements) {
    return elements > MOST
        ? Optional.of(op.name() + " of " + elements + " elements: the most is " + MOST)
        : Optional.empty();
  }

  private Optional<String> group(Op op, int stated) {
    return stated == platform.replicas()
        ? Optional.empty()
        : Optional.of(
            op.name()
                + " C2: it is for "
                + stated
                + " replicas, the group has "
                + platform.replicas());
  }

  private Optional<String> outside(CollectivePermute op) {
    int most =
        Stream.concat(op.sources().stream(), op.targets().stream())
            .mapToInt(Integer::intValue)
            .max()
            .orElse(0);
    return most < platform.replicas()
        ? Optional.empty()
        : Optional.of(
            "CollectivePermute names replica " + most + " in a group of " + platform.replicas());
  }

  /** Replicas whose conditions differ would wait for each other in a collective for ever. */
  private Optional<String> diverging(Graph graph) {
    if (platform.replicas() == 1) {
      return Optional.empty();
    }
    return graph.nodes().stream()
        .flatMap(node -> collective(node.op()).stream())
        .findFirst()
        .map(
            name ->
                name
                    + " under a condition, which may differ between replicas: take it out, or run"
                    + " both sides and select");
  }

  private static Optional<String> collective(Op op) {
    return switch (op) {
      case AllReduce _, AllGather _, ReduceScatter _, CollectivePermute _ -> Optional.of(op.name());
      case Scan scan -> collective(scan.body());
      case While loop -> first(collective(loop.condition()), collective(loop.body()));
      case If branch -> first(collective(branch.then()), collective(branch.otherwise()));
      case Composite composite -> collective(composite.decomposition());
      default -> Optional.empty();
    };
  }

  private static Optional<String> collective(Graph graph) {
    return graph.nodes().stream().flatMap(node -> collective(node.op()).stream()).findFirst();
  }
}
