package dev.backplane.runtime.session;

import dev.backplane.Target;
import dev.backplane.graph.Graph;
import dev.backplane.runtime.device.Devices;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.SortedMap;

/** Owns the state buffers of a job, in one block, and the programs that share them. */
public final class Session implements AutoCloseable {
  private Session() {}

  /** Opens a device and allocates the state on it, zeroed. */
  public static Session open(Devices devices, Target target, SortedMap<String, TensorType> state) {
    throw new UnsupportedOperationException("lands next");
  }

  /** The value of a state. */
  public Literal read(String path) {
    throw new UnsupportedOperationException("lands next");
  }

  /** Sets the value of a state. */
  public void write(String path, Literal value) {
    throw new UnsupportedOperationException("lands next");
  }

  /** Compiles a program of this session. */
  public SessionProgram compile(String name, Graph graph, List<Slot> inputs, List<Slot> outputs) {
    throw new UnsupportedOperationException("lands next");
  }

  @Override
  public void close() {}
}
