package dev.backplane.kit.host;

import dev.backplane.op.Op;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** What a host device computes. */
@FunctionalInterface
@ConsumerType
public interface Kernels {
  /**
   * The kernel of an op; empty where there is none, and the engine then runs the op elsewhere or,
   * if it is a composite, what it decomposes into. Asked of every node of every program: quick.
   *
   * @param op fits the operands
   * @param results the types that the op infers
   */
  Optional<Kernel> find(Op op, List<TensorType> operands, List<TensorType> results);
}
