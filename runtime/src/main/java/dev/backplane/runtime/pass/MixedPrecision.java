package dev.backplane.runtime.pass;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Composite;
import dev.backplane.op.Convert;
import dev.backplane.op.Convolution;
import dev.backplane.op.Dot;
import dev.backplane.op.If;
import dev.backplane.op.Op;
import dev.backplane.op.Precision;
import dev.backplane.op.Primitive;
import dev.backplane.op.Scan;
import dev.backplane.op.While;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Lets contractions and convolutions of f32 multiply in bf16: their operands are converted, their
 * sums and results stay f32, and so does everything else: state, reductions, normalizations,
 * losses, gradients, updates. bf16 has the exponents of f32, so that no gradient vanishes for want
 * of range and no loss is scaled (Kalamkar et al., A Study of BFLOAT16 for Deep Learning Training,
 * 2019).
 *
 * <p>A composite in which something is multiplied is replaced by what it is made of; a device that
 * claims it by name would compute it in f32.
 */
public final class MixedPrecision {
  private final Graph.Builder builder = new Graph.Builder();
  private final Map<Value, Value> narrowed = new HashMap<>();
  private final Predicate<String> selected;

  private MixedPrecision(Predicate<String> selected) {
    this.selected = selected;
  }

  /**
   * Converts the operands.
   *
   * @param selected the origins of the nodes that it is to be done to
   */
  public static Graph bf16(Graph graph, Predicate<String> selected) {
    return rewrite(graph, "", selected);
  }

  private static Graph rewrite(Graph graph, String origin, Predicate<String> selected) {
    var writer = new MixedPrecision(selected);
    var inputs = graph.inputTypes().stream().map(writer.builder::input).toList();
    return writer.builder.build(writer.inline(graph, inputs, origin));
  }

  private List<Value> inline(Graph graph, List<Value> arguments, String origin) {
    var mapped = new HashMap<Value, Value>();
    for (int i = 0; i < arguments.size(); i++) {
      mapped.put(graph.inputs().get(i), arguments.get(i));
    }
    for (var node : graph.nodes()) {
      var operands = node.operands().stream().map(v -> get(mapped, v)).toList();
      var at = node.origin().isEmpty() ? origin : node.origin();
      var results =
          selected.test(at)
              ? write(node.op(), operands, at)
              : builder.apply(node.op(), operands, at);
      for (int i = 0; i < results.size(); i++) {
        mapped.put(node.results().get(i), results.get(i));
      }
    }
    return graph.outputs().stream().map(v -> get(mapped, v)).toList();
  }

  private static Value get(Map<Value, Value> mapped, Value value) {
    return Objects.requireNonNull(mapped.get(value), () -> "no value for " + value);
  }

  private List<Value> write(Op op, List<Value> operands, String origin) {
    return switch (op) {
      case Dot dot when multiplies(dot, operands) ->
          builder.apply(narrow(dot), narrow(operands, origin), origin);
      case Convolution convolution when multiplies(convolution, operands) ->
          builder.apply(narrow(convolution), narrow(operands, origin), origin);
      case Scan scan -> scan(scan, operands, origin);
      case While(Graph condition, Graph body, int carries) ->
          builder.apply(
              new While(
                  rewrite(condition, origin, selected), rewrite(body, origin, selected), carries),
              operands,
              origin);
      case If(Graph then, Graph otherwise) ->
          builder.apply(
              new If(rewrite(then, origin, selected), rewrite(otherwise, origin, selected)),
              operands,
              origin);
      case Composite composite when multiplies(composite.decomposition()) ->
          inline(composite.decomposition(), operands, origin);
      case Primitive primitive -> builder.apply(primitive, operands, origin);
      case Composite composite -> builder.apply(composite, operands, origin);
    };
  }

  private static boolean multiplies(Op op, List<Value> operands) {
    return switch (op) {
      case Dot _, Convolution _ -> operands.getFirst().type().dtype() == DType.F32;
      case Scan scan -> multiplies(scan.body());
      case While loop -> multiplies(loop.condition()) || multiplies(loop.body());
      case If(Graph then, Graph otherwise) -> multiplies(then) || multiplies(otherwise);
      case Composite composite -> multiplies(composite.decomposition());
      case Primitive _ -> false;
    };
  }

  private static boolean multiplies(Graph graph) {
    return graph.nodes().stream().anyMatch(node -> multiplies(node.op(), node.operands()));
  }

  private static Dot narrow(Dot op) {
    return new Dot(
        op.leftBatch(),
        op.rightBatch(),
        op.leftContract(),
        op.rightContract(),
        DType.F32,
        Precision.FULL);
  }

  private static Convolution narrow(Convolution op) {
    return new Convolution(
        op.windows(),
        op.input(),
        op.kernel(),
        op.output(),
        op.featureGroups(),
        op.batchGroups(),
        DType.F32,
        Precision.FULL);
  }

  /** A value that is multiplied in several places is converted once. */
  private List<Value> narrow(List<Value> operands, String origin) {
    return operands.stream()
        .map(
            operand ->
                narrowed.computeIfAbsent(
                    operand,
                    value ->
                        builder.apply(new Convert(DType.BF16), List.of(value), origin).getFirst()))
        .toList();
  }

  /**
   * What the body of a loop only ever converts is converted before the loop: a kernel once and not
   * in each iteration.
   */
  private List<Value> scan(Scan scan, List<Value> operands, String origin) {
    var body = rewrite(scan.body(), origin, selected);
    var early = new ArrayList<Value>();
    var given = new ArrayList<>(operands);
    for (int i = scan.carries(); i < operands.size(); i++) {
      var input = body.inputs().get(i);
      if (isOnlyNarrowed(body, input)) {
        early.add(input);
        given.set(i, narrow(List.of(operands.get(i)), origin).getFirst());
      }
    }
    var op =
        new Scan(
            takingNarrow(body, early),
            scan.length(),
            scan.carries(),
            scan.scanned(),
            scan.reverse());
    return builder.apply(op, given, origin);
  }

  private static boolean isNarrowing(Node node) {
    return node.op() instanceof Convert(DType dtype)
        && dtype == DType.BF16
        && node.operands().getFirst().type().dtype() == DType.F32;
  }

  private static boolean isOnlyNarrowed(Graph body, Value input) {
    var uses = body.nodes().stream().filter(node -> node.operands().contains(input)).toList();
    return !uses.isEmpty()
        && uses.stream().allMatch(MixedPrecision::isNarrowing)
        && !body.outputs().contains(input);
  }

  /** The same graph, given some inputs as bf16. */
  private static Graph takingNarrow(Graph body, List<Value> early) {
    if (early.isEmpty()) {
      return body;
    }
    var builder = new Graph.Builder();
    var mapped = new HashMap<Value, Value>();
    for (var input : body.inputs()) {
      var type = input.type();
      var taken = early.contains(input) ? new TensorType(DType.BF16, type.shape()) : type;
      mapped.put(input, builder.input(taken));
    }
    for (var node : body.nodes()) {
      if (isNarrowing(node) && early.contains(node.operands().getFirst())) {
        mapped.put(node.result(), get(mapped, node.operands().getFirst()));
        continue;
      }
      var operands = node.operands().stream().map(v -> get(mapped, v)).toList();
      var results = builder.apply(node.op(), operands, node.origin());
      for (int i = 0; i < results.size(); i++) {
        mapped.put(node.results().get(i), results.get(i));
      }
    }
    return builder.build(body.outputs().stream().map(v -> get(mapped, v)).toList());
  }
}
