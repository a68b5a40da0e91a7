package dev.backplane.runtime.train;

import dev.backplane.nn.Schedule;
import dev.backplane.nn.Update;
import dev.backplane.op.Unary;
import dev.backplane.runtime.extension.Foreign;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;

/** What an optimizer sees of one parameter. */
final class ParameterUpdate implements Update {
  private final ProgramTrace program;
  private final StateTable.Entry entry;
  private final Tensor parameter;
  private final Tensor gradient;

  ParameterUpdate(ProgramTrace program, StateTable.Entry entry, Tensor parameter, Tensor gradient) {
    this.program = program;
    this.entry = entry;
    this.parameter = parameter;
    this.gradient = gradient;
  }

  @Override
  public String path() {
    return entry.path();
  }

  @Override
  public String group() {
    return entry.group();
  }

  @Override
  public Tensor parameter() {
    return parameter;
  }

  @Override
  public Tensor gradient() {
    return gradient;
  }

  @Override
  public Tensor step() {
    return program.state(StateTable.UPDATES);
  }

  @Override
  public Tensor rate(Schedule schedule) {
    var rate = Foreign.call(schedule, "learning rate", () -> schedule.at(step()));
    if (!rate.type().equals(TensorType.of(DType.F32))) {
      throw new ShapeException(
          "rate C1: a schedule must give an f32 scalar, " + schedule + " gives " + rate.type());
    }
    return rate.mul(program.state(StateTable.RATE_FACTOR));
  }

  @Override
  public Tensor slot(String name, double initial) {
    var slot = StateTable.slot(path(), name);
    program.table().internal(slot, entry.type(), initial);
    return program.state(slot);
  }

  @Override
  public Update keep(String name, Tensor value) {
    var slot = StateTable.slot(path(), name);
    if (!program.table().has(slot)) {
      throw new ShapeException(
          "Update C1: keep of the slot \""
              + name
              + "\", which was not asked for: call slot(\""
              + name
              + "\") first");
    }
    program.keep(slot, value);
    return this;
  }

  /** By expm1, since 1 - beta^n of a beta near 1 loses most digits of an f32. */
  @Override
  public Tensor debias(double beta) {
    var updates = step().cast(DType.F32).add(1);
    return Ops.unary(Unary.Kind.EXPM1, updates.mul(Math.log(beta))).neg();
  }
}
