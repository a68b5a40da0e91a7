package dev.backplane.runtime.trace;

import dev.backplane.extension.PartFailedException;
import dev.backplane.graph.Graph;
import dev.backplane.op.Composite;
import dev.backplane.op.CompositeGradient;
import dev.backplane.op.OpDefinition;
import dev.backplane.op.OpDefinition.OwnGradient;
import dev.backplane.runtime.extension.Foreign;
import dev.backplane.runtime.extension.Owner;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Turns definitions, which are code, into composites, which are data. */
final class Definitions {
  private Definitions() {}

  /** Traces a function of nothing but its arguments into a closed graph. */
  static Graph part(
      String what,
      List<TensorType> inputs,
      String model,
      String origin,
      BiFunction<Scope, Tensors, Tensors> function) {
    var trace = Trace.part(what, model, origin);
    var arguments = inputs.stream().map(trace::input).toList();
    return trace.finish(function.apply(trace, new Tensors(arguments)).list());
  }

  /** The composite of a definition for operands of the given types. */
  static Composite composite(
      OpDefinition definition, List<TensorType> operands, String model, String origin) {
    var name = name(definition);
    var decomposition =
        part(
            "the decomposition of " + name,
            operands,
            model,
            origin,
            (scope, x) ->
                new Tensors(
                    Foreign.call(
                        definition,
                        "the decomposition of " + name,
                        () -> definition.decompose(scope, x.list()))));
    return new Composite(
        name,
        definition.version(),
        definition.attributes(),
        decomposition,
        definition
            .gradient()
            .map(own -> gradient(definition, own, decomposition.outputTypes(), operands)));
  }

  /** Backends claim composites by name: nobody else's op may pass for one of Backplane's own. */
  private static String name(OpDefinition definition) {
    var name = definition.name();
    if (!name.contains(".") && !Owner.of(definition.getClass()).isOurs()) {
      throw new PartFailedException(
          "op \""
              + name
              + "\" by "
              + Foreign.of(definition)
              + ": the name must begin with its vendor, such as acme."
              + name
              + "; names without a dot are Backplane's own, and backends claim ops by name");
    }
    return name;
  }

  private static CompositeGradient gradient(
      OpDefinition definition,
      OwnGradient own,
      List<TensorType> results,
      List<TensorType> operands) {
    var name = definition.name();
    var forward =
        part(
            "the forward pass of " + name,
            operands,
            "",
            "",
            (scope, x) ->
                new Tensors(
                    Foreign.call(
                        definition,
                        "the forward pass of " + name,
                        () -> own.forward(scope, x.list()))));
    var given = forward.outputTypes();
    if (given.size() < results.size() || !given.subList(0, results.size()).equals(results)) {
      throw new ShapeException(
          "CompositeGradient C1: the forward pass of "
              + name
              + " by "
              + Foreign.of(definition)
              + " must give the results and then the residuals: expected "
              + results
              + " first, found "
              + given);
    }
    var residuals = given.subList(results.size(), given.size());
    var inputs = new ArrayList<>(operands);
    inputs.addAll(results);
    inputs.addAll(residuals);
    inputs.addAll(results);
    var backward =
        part(
            "the backward pass of " + name,
            inputs,
            "",
            "",
            (scope, x) ->
                Foreign.call(
                    definition,
                    "the backward pass of " + name,
                    () ->
                        backward(
                            own,
                            scope,
                            x.list(),
                            operands.size(),
                            results.size(),
                            residuals.size())));
    var expected = operands.stream().filter(type -> type.dtype().isFloating()).toList();
    if (!backward.outputTypes().equals(expected)) {
      throw new ShapeException(
          "CompositeGradient C2: the backward pass of "
              + name
              + " by "
              + Foreign.of(definition)
              + " must give one cotangent for each floating operand: expected "
              + expected
              + ", found "
              + backward.outputTypes());
    }
    return new CompositeGradient(
        part(definition, ".forward", forward), part(definition, ".backward", backward));
  }

  private static Tensors backward(
      OwnGradient own, Scope scope, List<Tensor> all, int operands, int results, int residuals) {
    int residualsAt = operands + results;
    int cotangentsAt = residualsAt + residuals;
    return new Tensors(
        own.backward(
            scope,
            all.subList(0, operands),
            all.subList(operands, residualsAt),
            all.subList(residualsAt, cotangentsAt),
            all.subList(cotangentsAt, all.size())));
  }

  private static Composite part(OpDefinition definition, String suffix, Graph decomposition) {
    return new Composite(
        definition.name() + suffix,
        definition.version(),
        definition.attributes(),
        decomposition,
        Optional.empty());
  }
}
