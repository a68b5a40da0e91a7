package dev.backplane.runtime.trace;

import dev.backplane.extension.PartFailedException;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Composite;
import dev.backplane.op.Op;
import dev.backplane.op.OpDefinition;
import dev.backplane.runtime.extension.Foreign;
import dev.backplane.runtime.gradient.Gradient;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records a graph: every op applied to its tensors becomes a node. Belongs to one thread and ends
 * with {@link #finish}.
 *
 * <p>A trace is closed: it takes no tensors of other scopes. The one exception is a trace within an
 * eager scope for {@code valueAndGradient}: a tensor of that scope is <em>lifted</em>, that is it
 * becomes one more input, in the order of first use.
 */
public final class Trace implements Scope {
  private final String what;
  private final String model;
  private final Optional<Scope> parent;
  private final Recording recording = new Recording();
  private String origin = "";
  private boolean closed;
  private @Nullable ShapeException located;

  private final Map<List<Object>, OpDefinition> definitions = new HashMap<>();

  private final List<Tensor> lifted = new ArrayList<>();
  private final List<Value> liftedValues = new ArrayList<>();

  private Trace(String what, String model, String origin, Optional<Scope> parent) {
    this.what = what;
    this.model = model;
    this.origin = origin;
    this.parent = parent;
  }

  /** A trace of a function. */
  public static Trace begin() {
    return begin("");
  }

  /**
   * A trace of a model, whose name stands in messages: {@code …, in layer dense_1 of mnist-mlp}.
   *
   * @param model the name; empty for none
   */
  public static Trace begin(String model) {
    return new Trace("the traced program", model, "", Optional.empty());
  }

  /** A trace within another scope, whose tensors become inputs when they are used. */
  public static Trace lifting(String what, Scope parent) {
    return new Trace(what, "", "", Optional.of(parent));
  }

  /** A closed trace for a part of a program: a loop's body, an op's decomposition. */
  static Trace part(String what, String model, String origin) {
    return new Trace(what, model, origin, Optional.empty());
  }

  /** What a definition becomes for operands of the given types. */
  public static Composite composite(OpDefinition definition, List<TensorType> operands) {
    return Definitions.composite(definition, operands, "", "");
  }

  /** A new parameter of the program. */
  public Tensor input(TensorType type) {
    requireOpen();
    return new TracedTensor(this, recording.input(type));
  }

  /**
   * Records what the body does under an origin, the path of a layer. A shape error in it is told
   * where it happened.
   */
  public <T> T within(String origin, Supplier<T> body) {
    var outer = this.origin;
    this.origin = origin;
    try {
      return body.get();
    } catch (ShapeException e) {
      throw locate(e);
    } finally {
      this.origin = outer;
    }
  }

  /** The innermost place is the one that helps; those around it leave the message as it is. */
  private ShapeException locate(ShapeException e) {
    if (e == located || origin.isEmpty()) {
      return e;
    }
    var place = e.in("in layer " + origin + (model.isEmpty() ? "" : " of " + model));
    located = place;
    return place;
  }

  /**
   * The finished program. The trace takes nothing more.
   *
   * @param outputs tensors of this trace
   */
  public Graph finish(List<Tensor> outputs) {
    requireOpen();
    var values = outputs.stream().map(output -> own(output, "the results")).toList();
    closed = true;
    return recording.build(values);
  }

  /** Whether tensors of this scope may be used here, as they become inputs. */
  public boolean lifts(Scope scope) {
    return parent.isPresent() && parent.get() == scope;
  }

  /** The tensors that became inputs beside those asked for, in the order of these inputs. */
  public List<Tensor> lifted() {
    return List.copyOf(lifted);
  }

  @Override
  public List<Tensor> apply(Op op, List<Tensor> operands) {
    requireOpen();
    var values = operands.stream().map(operand -> own(operand, op.name())).toList();
    return recording.apply(op, values, origin).stream()
        .map(value -> (Tensor) new TracedTensor(this, value))
        .toList();
  }

  @Override
  public List<Tensor> apply(OpDefinition definition, List<Tensor> operands) {
    requireOpen();
    operands.forEach(operand -> own(operand, definition.name()));
    var types = operands.stream().map(Tensor::type).toList();
    var composite = Definitions.composite(definition, types, model, origin);
    requireOneMeaning(definition, composite, types);
    return apply(composite, operands);
  }

  /** Backends claim by name, version and attributes: these must mean one thing in a program. */
  private void requireOneMeaning(
      OpDefinition definition, Composite composite, List<TensorType> types) {
    var key = List.of(composite.name(), composite.version(), composite.attributes(), types);
    var before = definitions.putIfAbsent(key, definition);
    if (before == null
        || before.equals(definition)
        || composite(before, types).equals(composite(definition, types))) {
      return;
    }
    throw new PartFailedException(
        "two ops are named "
            + composite.name()
            + " version "
            + composite.version()
            + " and compute different things: "
            + before
            + " by "
            + Foreign.of(before)
            + " and "
            + definition
            + " by "
            + Foreign.of(definition)
            + "; tell them apart by name, version or attributes");
  }

  @Override
  public Graph trace(List<TensorType> inputs, Function<Tensors, Tensors> function) {
    requireOpen();
    return Definitions.part(
        "the body of a loop or branch", inputs, model, origin, (scope, x) -> function.apply(x));
  }

  @Override
  public ValueAndGradient valueAndGradient(Function<Tensors, Tensor> function, Tensors at) {
    requireOpen();
    var point = new ArrayList<Tensor>();
    var arguments = new ArrayList<Value>();
    for (var argument : at.list()) {
      // A name of its own, so that what the function does with its argument can be told from what
      // it does with the same tensor as a captured one.
      var alias = recording.alias(own(argument, "valueAndGradient"), origin);
      arguments.add(alias);
      point.add(new TracedTensor(this, alias));
    }
    var value = function.apply(new Tensors(point));
    var scalar = own(value, "the result of valueAndGradient's function");
    if (scalar.type().shape().rank() != 0 || !scalar.type().dtype().isFloating()) {
      throw new ShapeException(
          "valueAndGradient C1: the function must give one floating scalar, found "
              + scalar.type()
              + "; take its sum() or mean()");
    }
    var floating = arguments.stream().filter(a -> a.type().dtype().isFloating()).toList();
    var cotangents =
        recording.extend(builder -> Gradient.append(builder, scalar, floating)).iterator();
    var gradient = new ArrayList<Tensor>();
    for (var argument : arguments) {
      gradient.add(
          argument.type().dtype().isFloating()
              ? new TracedTensor(this, cotangents.next())
              : Ops.fill(this, argument.type(), 0));
    }
    return new ValueAndGradient(value, new Tensors(gradient));
  }

  /** The value of a tensor of this trace; tensors of other scopes are lifted or refused. */
  private Value own(Tensor tensor, String user) {
    if (tensor instanceof TracedTensor traced && traced.trace() == this) {
      return traced.value();
    }
    if (lifts(tensor.scope())) {
      int at = lifted.indexOf(tensor);
      if (at < 0) {
        lifted.add(tensor);
        liftedValues.add(recording.input(tensor.type()));
        at = lifted.size() - 1;
      }
      return liftedValues.get(at);
    }
    throw new IllegalArgumentException(
        user
            + ": the operand "
            + tensor
            + " does not belong to "
            + this
            + "; a traced function uses nothing but its arguments and constants made in their"
            + " scope: pass it as an argument (a capture of a branch, an invariant of a loop)");
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          this + " is finished: its tensors cannot be used any more; compute inside the function");
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return what + (model.isEmpty() ? "" : " of " + model);
  }
}
