package dev.backplane.tck;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Op;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One op on given values.
 *
 * @param name what to repeat it by, together with the seed: {@code Binary.ADD:f32:17}
 * @param op the op
 * @param inputs its operands; on a group of n replicas n times as many, replica by replica
 * @param replicas the number of replicas it is for
 */
public record Case(String name, Op op, List<Literal> inputs, int replicas) {
  /** Copies the inputs. */
  public Case {
    inputs = List.copyOf(inputs);
    if (inputs.size() % replicas != 0) {
      throw new IllegalArgumentException(
          name + ": " + inputs.size() + " inputs for " + replicas + " replicas");
    }
  }

  /** A case for one replica. */
  static Case of(Op op, Literal... inputs) {
    return new Case("", op, List.of(inputs), 1);
  }

  Case named(String newName) {
    return new Case(newName, op, inputs, replicas);
  }

  Case with(List<Literal> newInputs) {
    return new Case(name, op, newInputs, replicas);
  }

  /** The types of one replica's operands. */
  public List<TensorType> types() {
    return inputs.subList(0, inputs.size() / replicas).stream().map(Literal::type).toList();
  }

  /** A graph of this one op. */
  public Graph graph() {
    var builder = new Graph.Builder();
    List<Value> operands = types().stream().map(type -> builder.input(type)).toList();
    return builder.build(builder.apply(op, operands, "tck/" + name));
  }

  /** The operand of each replica at a position. */
  List<Literal> operand(int position) {
    int count = inputs.size() / replicas;
    return IntStream.range(0, replicas)
        .mapToObj(replica -> inputs.get(replica * count + position))
        .toList();
  }
}
