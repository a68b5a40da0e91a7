package dev.backplane.backend.cpu.scatter;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.backplane.op.Scatter;
import dev.backplane.tensor.BFloat16;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Float16;
import java.lang.foreign.MemorySegment;

/** Updates in plain Java, for every dtype; low-precision floats round after each. */
record ScalarSlices(DType dtype) implements Slices {
  /** Shorter runs are cheaper element by element. */
  private static final long BULK_BYTES = 64;

  @Override
  public String form() {
    return "scalar";
  }

  @Override
  public void combine(Scatter.Mode mode, long update, long to, long run) {
    int width = dtype.bytes();
    if (mode == Scatter.Mode.ASSIGN && run * width >= BULK_BYTES) {
      MemorySegment.copy(ALL, update, ALL, to, run * width);
      return;
    }
    for (long i = 0; i < run; i++) {
      long from = update + i * width;
      long at = to + i * width;
      switch (dtype) {
        case F64 ->
            ALL.set(
                JAVA_DOUBLE,
                at,
                floating(mode, ALL.get(JAVA_DOUBLE, at), ALL.get(JAVA_DOUBLE, from)));
        case F32 ->
            ALL.set(
                JAVA_FLOAT, at, floating(mode, ALL.get(JAVA_FLOAT, at), ALL.get(JAVA_FLOAT, from)));
        case BF16 -> {
          short old = ALL.get(JAVA_SHORT, at);
          short other = ALL.get(JAVA_SHORT, from);
          float result = floating(mode, BFloat16.value(old), BFloat16.value(other));
          ALL.set(JAVA_SHORT, at, mode == Scatter.Mode.ASSIGN ? other : BFloat16.bits(result));
        }
        case F16 -> {
          short old = ALL.get(JAVA_SHORT, at);
          short other = ALL.get(JAVA_SHORT, from);
          float result = floating(mode, Float16.value(old), Float16.value(other));
          ALL.set(JAVA_SHORT, at, mode == Scatter.Mode.ASSIGN ? other : Float16.bits(result));
        }
        case I64 ->
            ALL.set(JAVA_LONG, at, whole(mode, ALL.get(JAVA_LONG, at), ALL.get(JAVA_LONG, from)));
        case I32 ->
            ALL.set(
                JAVA_INT, at, (int) whole(mode, ALL.get(JAVA_INT, at), ALL.get(JAVA_INT, from)));
        case U32 ->
            ALL.set(
                JAVA_INT,
                at,
                (int)
                    whole(
                        mode,
                        ALL.get(JAVA_INT, at) & 0xffffffffL,
                        ALL.get(JAVA_INT, from) & 0xffffffffL));
        case I8 ->
            ALL.set(
                JAVA_BYTE,
                at,
                (byte) whole(mode, ALL.get(JAVA_BYTE, at), ALL.get(JAVA_BYTE, from)));
        case U8, BOOL ->
            ALL.set(
                JAVA_BYTE,
                at,
                (byte)
                    whole(mode, ALL.get(JAVA_BYTE, at) & 0xffL, ALL.get(JAVA_BYTE, from) & 0xffL));
      }
    }
  }

  static float floating(Scatter.Mode mode, float old, float update) {
    return switch (mode) {
      case ASSIGN -> update;
      case ADD -> old + update;
      case MULTIPLY -> old * update;
      case MAXIMUM -> Math.max(old, update);
      case MINIMUM -> Math.min(old, update);
    };
  }

  private static double floating(Scatter.Mode mode, double old, double update) {
    return switch (mode) {
      case ASSIGN -> update;
      case ADD -> old + update;
      case MULTIPLY -> old * update;
      case MAXIMUM -> Math.max(old, update);
      case MINIMUM -> Math.min(old, update);
    };
  }

  private static long whole(Scatter.Mode mode, long old, long update) {
    return switch (mode) {
      case ASSIGN -> update;
      case ADD -> old + update;
      case MULTIPLY -> old * update;
      case MAXIMUM -> Math.max(old, update);
      case MINIMUM -> Math.min(old, update);
    };
  }
}
