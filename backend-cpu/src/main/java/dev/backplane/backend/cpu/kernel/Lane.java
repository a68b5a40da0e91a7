package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Extent;
import java.util.List;

/**
 * A value in the body of a loop, as an expression over memory, indexes and constants. The scalar
 * and the vector form are written from the same expressions, which is why they give the same bits.
 * Made by {@link Lanes}, which gives equal expressions the same id.
 */
sealed interface Lane {
  /** Unique among the lanes of one kernel. */
  int id();

  /** What it is. */
  Register register();

  /** The expressions it is computed from, in the same loop. */
  default List<Lane> arguments() {
    return List.of();
  }

  /**
   * A number.
   *
   * @param bits as of {@code floatToRawIntBits}, {@code doubleToRawLongBits}, or the integer
   */
  record Constant(int id, Register register, long bits) implements Lane {}

  /** The element of a cell at the current index. */
  record Load(int id, Register register, Cell cell) implements Lane {}

  /**
   * The index itself within an extent: of the row, the column, or row · columns + column; an int.
   */
  record Index(int id, Extent of) implements Lane {
    @Override
    public Register register() {
      return Register.INT;
    }
  }

  /** A value of an enclosing level, the same for the whole loop. */
  record Uniform(int id, Lane outer) implements Lane {
    @Override
    public Register register() {
      return outer.register();
    }
  }

  /** What a fold has gathered so far in the current lane. */
  record Accumulated(int id, Register register, int accumulator) implements Lane {}

  /** What a fold gathered in one of its lanes, after the loop. */
  record Partial(int id, Register register, int accumulator, int lane) implements Lane {}

  /** An instruction's result. */
  record Apply(int id, Register register, Instruction instruction, List<Lane> arguments)
      implements Lane {}

  /** The result of a static method of {@link Scalars}; there is no vector form of it. */
  record Call(int id, Register register, String method, List<Lane> arguments) implements Lane {}
}
