package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Extent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Makes lanes; equal expressions become one. Not thread-safe. */
final class Lanes {
  private final Map<String, Lane> known = new HashMap<>();

  private Lane intern(String key, IntFunction<Lane> make) {
    var lane = known.get(key);
    if (lane == null) {
      lane = make.apply(known.size());
      known.put(key, lane);
    }
    return lane;
  }

  Lane number(float value) {
    return constant(Register.FLOAT, Float.floatToRawIntBits(value));
  }

  Lane number(double value) {
    return constant(Register.DOUBLE, Double.doubleToRawLongBits(value));
  }

  Lane number(int value) {
    return constant(Register.INT, value);
  }

  Lane number(long value) {
    return constant(Register.LONG, value);
  }

  Lane truth(boolean value) {
    return constant(Register.MASK, value ? 1 : 0);
  }

  private Lane constant(Register register, long bits) {
    return intern("#" + register + bits, id -> new Lane.Constant(id, register, bits));
  }

  /** A small whole number in a register of floats or integers. */
  Lane number(Register register, int value) {
    return switch (register) {
      case FLOAT -> number((float) value);
      case DOUBLE -> number((double) value);
      case INT -> number(value);
      case LONG -> number((long) value);
      case MASK -> truth(value != 0);
    };
  }

  Lane load(Cell cell) {
    return intern("load " + cell, id -> new Lane.Load(id, Register.of(cell.dtype()), cell));
  }

  Lane index(Extent of) {
    return intern("index " + of, id -> new Lane.Index(id, of));
  }

  Lane uniform(Lane outer) {
    return outer instanceof Lane.Constant
        ? outer
        : intern("uniform " + outer.id(), id -> new Lane.Uniform(id, outer));
  }

  Lane accumulated(Register register, int accumulator) {
    return intern(
        "accumulated " + accumulator, id -> new Lane.Accumulated(id, register, accumulator));
  }

  Lane partial(Register register, int accumulator, int lane) {
    return intern(
        "partial " + accumulator + " " + lane,
        id -> new Lane.Partial(id, register, accumulator, lane));
  }

  Lane call(Register register, String method, Lane... arguments) {
    var list = List.of(arguments);
    return intern(register + method + ids(list), id -> new Lane.Call(id, register, method, list));
  }

  Lane apply(Instruction instruction, Lane... arguments) {
    var list = List.of(arguments);
    var register =
        switch (instruction) {
          case EQ, NE, LT, LE, GT, GE, NOT -> Register.MASK;
          case TO_FLOAT -> Register.FLOAT;
          case TO_DOUBLE -> Register.DOUBLE;
          case TO_INT -> Register.INT;
          case TO_LONG -> Register.LONG;
          case SELECT -> list.get(1).register();
          case BITS -> bits(list.getFirst().register());
          case ADD, SUBTRACT, MULTIPLY, DIVIDE, FMA, NEGATE, ABS, SQRT, MIN, MAX, AND, OR, XOR ->
              list.getFirst().register();
          case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_UNSIGNED -> list.getFirst().register();
        };
    return intern(instruction + ids(list), id -> new Lane.Apply(id, register, instruction, list));
  }

  private static Register bits(Register register) {
    return switch (register) {
      case FLOAT -> Register.INT;
      case INT -> Register.FLOAT;
      case DOUBLE -> Register.LONG;
      case LONG -> Register.DOUBLE;
      case MASK -> throw new IllegalArgumentException("a truth value has no bits");
    };
  }

  private static String ids(List<Lane> lanes) {
    return lanes.stream().map(lane -> " " + lane.id()).collect(Collectors.joining());
  }

  Lane add(Lane x, Lane y) {
    return apply(Instruction.ADD, x, y);
  }

  Lane subtract(Lane x, Lane y) {
    return apply(Instruction.SUBTRACT, x, y);
  }

  Lane multiply(Lane x, Lane y) {
    return apply(Instruction.MULTIPLY, x, y);
  }

  Lane divide(Lane x, Lane y) {
    return apply(Instruction.DIVIDE, x, y);
  }

  Lane fma(Lane x, Lane y, Lane z) {
    return apply(Instruction.FMA, x, y, z);
  }

  Lane select(Lane mask, Lane x, Lane y) {
    return apply(Instruction.SELECT, mask, x, y);
  }

  Lane and(Lane x, Lane y) {
    return apply(Instruction.AND, x, y);
  }

  Lane or(Lane x, Lane y) {
    return apply(Instruction.OR, x, y);
  }

  Lane xor(Lane x, Lane y) {
    return apply(Instruction.XOR, x, y);
  }

  Lane not(Lane mask) {
    return apply(Instruction.NOT, mask);
  }

  Lane bits(Lane x) {
    return apply(Instruction.BITS, x);
  }
}
