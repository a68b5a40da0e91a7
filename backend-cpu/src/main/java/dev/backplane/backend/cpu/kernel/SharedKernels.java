package dev.backplane.backend.cpu.kernel;

import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The kernels of a program. Groups that compute the same, such as an optimizer's updates of
 * parameters of one shape, share what is compiled for the first of them: one class, warmed up once.
 * Not thread-safe.
 */
public final class SharedKernels {
  /** What is the same of groups that share a kernel: the graph with its values numbered anew. */
  private record Key(Graph graph, Forms forms, Pitches pitches) {}

  /** A kernel and the group that it was compiled for. */
  private record Compiled(Step.Fused group, Kernel kernel) {}

  private final Map<Key, Compiled> compiled = new HashMap<>();

  /** The kernel of a group, as {@link KernelCompiler#compile} makes it. */
  public Kernel of(Step.Fused group, Forms forms) {
    return of(group, forms, Pitches.NONE);
  }

  /** The same where rows of inputs and outputs may be parts of longer ones. */
  public Kernel of(Step.Fused group, Forms forms, Pitches pitches) {
    var key = new Key(renumbered(group.graph()), forms, pitches);
    var known = compiled.get(key);
    if (known != null) {
      return new Shared(group, known.group(), known.kernel());
    }
    var kernel = KernelCompiler.compile(group, forms, pitches);
    compiled.put(key, new Compiled(group, kernel));
    return kernel;
  }

  private static Graph renumbered(Graph graph) {
    var numbers = new HashMap<Value, Value>();
    var inputs = numbered(graph.inputs(), numbers);
    var nodes = new ArrayList<Node>();
    for (var node : graph.nodes()) {
      var operands = all(node.operands(), numbers);
      nodes.add(new Node(node.op(), operands, numbered(node.results(), numbers), ""));
    }
    return new Graph(inputs, nodes, all(graph.outputs(), numbers));
  }

  private static List<Value> numbered(List<Value> values, Map<Value, Value> numbers) {
    for (var value : values) {
      numbers.put(value, new Value(numbers.size(), value.type()));
    }
    return all(values, numbers);
  }

  private static List<Value> all(List<Value> values, Map<Value, Value> numbers) {
    return values.stream().map(value -> numbers.getOrDefault(value, value)).toList();
  }

  /**
   * Another group's kernel.
   *
   * @param group what it is used for
   * @param original what it was compiled for
   */
  private record Shared(Step.Fused group, Step.Fused original, Kernel kernel) implements Kernel {
    @Override
    public String name() {
      return group.name();
    }

    @Override
    public String form() {
      return kernel.form();
    }

    @Override
    public long scratchBytes() {
      return kernel.scratchBytes();
    }

    @Override
    public boolean inPlace(int input, int output) {
      return kernel.inPlace(input, output);
    }

    @Override
    public Rows rows() {
      return kernel.rows();
    }

    @Override
    public long rowBytes(Value value) {
      int input = group.inputs().indexOf(value);
      return kernel.rowBytes(
          input >= 0
              ? original.inputs().get(input)
              : original.outputs().get(group.outputs().indexOf(value)));
    }

    @Override
    public Written written(int output) {
      return kernel.written(output);
    }

    @Override
    public Bound bind(long[] inputAddresses, long[] outputAddresses, long scratchAddress) {
      return kernel.bind(inputAddresses, outputAddresses, scratchAddress);
    }

    @Override
    public Optional<Cold> cold() {
      return kernel.cold();
    }
  }
}
