package dev.backplane.function;

import dev.backplane.tensor.Literal;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** A function of tensors that is traced and compiled once for each list of argument types. */
@ProviderType
public interface Compiled extends AutoCloseable {
  /** Runs it on host values. Thread-safe. */
  List<Literal> call(List<Literal> arguments);

  /** Runs it on host values. */
  default List<Literal> call(Literal... arguments) {
    return call(List.of(arguments));
  }

  @Override
  void close();
}
