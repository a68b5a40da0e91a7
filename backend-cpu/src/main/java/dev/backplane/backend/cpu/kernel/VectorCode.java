package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Extent;
import dev.backplane.tensor.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Writes lanes as calls of the Vector API, {@link VectorTypes#lanes()} elements at a time. The API
 * is named, never linked: this class loads where the module is absent.
 *
 * <p>Generated code calls the API directly, for only its own methods are inlined without limit, and
 * a vector that crosses a call that was not inlined is boxed. Numbers are broadcast into locals
 * before the loops; masks are static constants of the generated class.
 */
final class VectorCode {
  private final Frame frame;
  private final CodeBuilder code;
  private final ScalarCode scalars;
  private final VectorTypes types;
  private final long columns;
  private final Map<Integer, Integer> outer = new HashMap<>();
  private final Map<Integer, Integer> inner = new HashMap<>();
  private final Map<Integer, Integer> uses = new HashMap<>();
  private final Map<Integer, Cell> given = new HashMap<>();
  private int part;
  private boolean masked;

  VectorCode(Frame frame, ScalarCode scalars, VectorTypes types, long columns) {
    this.frame = frame;
    this.code = frame.code();
    this.scalars = scalars;
    this.types = types;
    this.columns = columns;
  }

  /** Why a lane has no vector form, its operands aside; empty if it has one. */
  static Optional<String> refuses(Lane lane) {
    boolean taken =
        switch (lane) {
          case Lane.Call call -> false;
          case Lane.Partial partial -> false;
          case Lane.Load load -> takes(load.cell().dtype());
          case Lane.Index index -> index.of() == Extent.COLUMN || index.of() == Extent.FULL;
          case Lane.Uniform uniform -> takes(uniform.register());
          case Lane.Constant constant -> takes(constant.register());
          case Lane.Accumulated accumulated -> takes(accumulated.register());
          case Lane.Apply apply -> takes(apply.register());
        };
    if (taken) {
      return Optional.empty();
    }
    var what =
        switch (lane) {
          case Lane.Call call -> call.method();
          case Lane.Load load -> load.cell().dtype().toString();
          case Lane.Index index -> "an index of " + index.of();
          case Lane.Constant c -> c.register().name().toLowerCase(Locale.ROOT);
          case Lane.Uniform u -> u.register().name().toLowerCase(Locale.ROOT);
          case Lane.Accumulated a -> a.register().name().toLowerCase(Locale.ROOT);
          case Lane.Partial p -> p.register().name().toLowerCase(Locale.ROOT);
          case Lane.Apply a -> a.register().name().toLowerCase(Locale.ROOT);
        };
    return Optional.of(what + " has no vector form");
  }

  private static boolean takes(Register register) {
    return register == Register.FLOAT || register == Register.INT || register == Register.MASK;
  }

  static boolean takes(DType dtype) {
    return switch (dtype) {
      case F32, BF16, I32, U32, I8, U8, BOOL -> true;
      case F64, F16, I64 -> false;
    };
  }

  /** Says that values lie in memory, by id of their lanes. */
  void give(Map<Integer, Cell> cells) {
    given.putAll(cells);
  }

  void count(Lane lane) {
    if (uses.merge(lane.id(), 1, Integer::sum) == 1 && !given.containsKey(lane.id())) {
      lane.arguments().forEach(this::count);
    }
  }

  /** Broadcasts a number or a uniform value into a local of the enclosing scope. */
  void prepare(Lane lane) {
    if (lane instanceof Lane.Constant || lane instanceof Lane.Uniform) {
      if (!outer.containsKey(lane.id())) {
        types.pushSpecies(code, lane.register());
        scalars.push(lane);
        broadcast(lane.register());
        outer.put(lane.id(), keep());
      }
    }
  }

  private int keep() {
    int local = frame.allocate(java.lang.classfile.TypeKind.REFERENCE);
    code.astore(local);
    return local;
  }

  /** Says which part of a block of 16 comes next, and whether only its first lanes count. */
  void begin(int part, boolean masked) {
    this.part = part;
    this.masked = masked;
  }

  /** Forgets the values of a block. */
  void end() {
    inner.clear();
  }

  /** Says that a lane's value is in a local. */
  void define(Lane lane, int local) {
    inner.put(lane.id(), local);
  }

  int local(Lane lane) {
    var known = inner.get(lane.id());
    if (known == null) {
      known = outer.get(lane.id());
    }
    if (known != null) {
      return known;
    }
    compute(lane);
    int local = keep();
    inner.put(lane.id(), local);
    return local;
  }

  void push(Lane lane) {
    boolean known = inner.containsKey(lane.id()) || outer.containsKey(lane.id());
    if (known || uses.getOrDefault(lane.id(), 2) > 1) {
      code.aload(local(lane));
    } else {
      compute(lane);
    }
  }

  private void compute(Lane lane) {
    var cell = given.get(lane.id());
    if (cell != null) {
      load(cell);
      return;
    }
    switch (lane) {
      case Lane.Load load -> load(load.cell());
      case Lane.Index index -> index(index.of());
      case Lane.Apply apply -> apply(apply);
      case Lane.Constant constant -> throw unprepared(lane);
      case Lane.Uniform uniform -> throw unprepared(lane);
      case Lane.Accumulated accumulated -> throw unprepared(lane);
      case Lane.Partial partial -> throw unprepared(lane);
      case Lane.Call call -> throw unprepared(lane);
    }
  }

  private static IllegalStateException unprepared(Lane lane) {
    return new IllegalStateException("not in a local before the loop: " + lane);
  }

  /** Pushes a vector of one number. */
  void pushBroadcast(Lane number) {
    types.pushSpecies(code, number.register());
    scalars.push(number);
    broadcast(number.register());
  }

  /** Reads a vector of an accumulator's lanes from memory into a local. */
  int fill(Cell lanes, int part) {
    begin(part, false);
    load(lanes);
    return keep();
  }

  /** Starts an accumulator's lanes in a local. */
  int start(Lane identity) {
    pushBroadcast(identity);
    return keep();
  }

  /** Writes a vector of an accumulator's lanes to memory. */
  void flush(int local, Cell lanes, int part) {
    begin(part, false);
    var lane = new Lane.Accumulated(-1, Register.of(lanes.dtype()), -1);
    define(lane, local);
    store(lane, lanes);
    end();
  }

  /** Turns species and number on the stack into a vector, or a mask. */
  void broadcast(Register register) {
    if (register == Register.MASK) {
      code.invokeinterface(
          VectorTypes.SPECIES,
          "maskAll",
          MethodTypeDesc.of(VectorTypes.MASK, ConstantDescs.CD_boolean));
    } else {
      var type = types.of(register);
      code.invokestatic(
          type, "broadcast", MethodTypeDesc.of(type, VectorTypes.SPECIES, Frame.type(register)));
    }
  }

  private void index(Extent of) {
    types.pushIota(code);
    if (of == Extent.FULL) {
      frame.pushRow();
      code.loadConstant((int) columns).imul();
      frame.pushColumn();
      code.iadd();
    } else {
      frame.pushColumn();
    }
    if (part > 0) {
      code.loadConstant(part * types.lanes()).iadd();
    }
    code.invokevirtual(
        VectorTypes.INT, "add", MethodTypeDesc.of(VectorTypes.INT, ConstantDescs.CD_int));
  }

  private void load(Cell cell) {
    var type = types.memory(cell.dtype());
    types.pushSpecies(code, cell.dtype());
    types.pushAll(code);
    frame.pushAddress(cell, part * types.lanes());
    types.pushOrder(code);
    if (masked) {
      types.pushTail(code, cell.dtype());
      code.invokestatic(type, "fromMemorySegment", VectorTypes.maskedLoad(type));
    } else {
      code.invokestatic(type, "fromMemorySegment", VectorTypes.load(type));
    }
    switch (cell.dtype()) {
      case F32, I32, U32 -> {}
      case I8 -> convert(type, "B2I", Register.INT);
      case U8 -> convert(type, "ZERO_EXTEND_B2I", Register.INT);
      case BF16 -> {
        convert(type, "ZERO_EXTEND_S2I", Register.INT);
        code.getstatic(VectorTypes.OPERATORS, "LSHL", VectorTypes.BINARY).loadConstant(16);
        lanewiseInt();
        bits(Register.INT);
      }
      case BOOL -> {
        code.getstatic(VectorTypes.OPERATORS, "NE", VectorTypes.COMPARISON).iconst_0();
        code.invokevirtual(
            type,
            "compare",
            MethodTypeDesc.of(VectorTypes.MASK, VectorTypes.COMPARISON, ConstantDescs.CD_byte));
        castMask(Register.FLOAT);
      }
      case F64, F16, I64 -> throw new IllegalStateException(cell + " has no vector form");
    }
  }

  /** Writes a value, which is in a local, to its place. */
  void store(Lane lane, Cell cell) {
    var type = types.memory(cell.dtype());
    if (cell.dtype() == DType.BOOL) {
      types.pushByte(code, 0);
      types.pushByte(code, 1);
      push(lane);
      castMask(cell.dtype());
      code.invokevirtual(type, "blend", VectorTypes.blend(type));
    } else {
      push(lane);
    }
    switch (cell.dtype()) {
      case F32, I32, U32, BOOL -> {}
      case I8, U8 -> narrow("I2B", cell.dtype());
      case BF16 -> {
        bits(Register.FLOAT);
        code.getstatic(VectorTypes.OPERATORS, "LSHR", VectorTypes.BINARY).loadConstant(16);
        lanewiseInt();
        narrow("I2S", cell.dtype());
      }
      case F64, F16, I64 -> throw new IllegalStateException(cell + " has no vector form");
    }
    types.pushAll(code);
    frame.pushAddress(cell, part * types.lanes());
    types.pushOrder(code);
    if (masked) {
      types.pushTail(code, cell.dtype());
    }
    code.invokevirtual(
        type, "intoMemorySegment", masked ? VectorTypes.MASKED_STORE : VectorTypes.STORE);
  }

  private void narrow(String conversion, DType dtype) {
    code.getstatic(VectorTypes.OPERATORS, conversion, VectorTypes.CONVERSION);
    types.pushSpecies(code, dtype);
    code.iconst_0();
    code.invokevirtual(VectorTypes.INT, "convertShape", VectorTypes.CONVERT);
    code.checkcast(types.memory(dtype));
  }

  private void convert(ClassDesc from, String conversion, Register to) {
    code.getstatic(VectorTypes.OPERATORS, conversion, VectorTypes.CONVERSION);
    types.pushSpecies(code, to);
    code.iconst_0();
    code.invokevirtual(from, "convertShape", VectorTypes.CONVERT);
    code.checkcast(types.of(to));
  }

  private void castMask(Register register) {
    types.pushSpecies(code, register);
    code.invokevirtual(VectorTypes.MASK, "cast", VectorTypes.CAST);
  }

  private void castMask(DType dtype) {
    types.pushSpecies(code, dtype);
    code.invokevirtual(VectorTypes.MASK, "cast", VectorTypes.CAST);
  }

  private void bits(Register from) {
    if (from == Register.FLOAT) {
      code.invokevirtual(
          VectorTypes.FLOAT, "reinterpretAsInts", MethodTypeDesc.of(VectorTypes.INT));
    } else {
      code.invokevirtual(
          VectorTypes.INT, "reinterpretAsFloats", MethodTypeDesc.of(VectorTypes.FLOAT));
    }
  }

  private void lanewiseInt() {
    code.invokevirtual(
        VectorTypes.INT,
        "lanewise",
        MethodTypeDesc.of(VectorTypes.INT, VectorTypes.BINARY, ConstantDescs.CD_int));
  }

  /** Takes into an accumulator's local what a block gave; lanes that do not count stay. */
  void fold(Plan.Fold fold, int local) {
    var register = fold.accumulator().register();
    if (!masked) {
      push(fold.updated());
    } else if (register == Register.MASK) {
      code.aload(local);
      types.pushTail(code, DType.F32);
      code.invokevirtual(VectorTypes.MASK, "not", MethodTypeDesc.of(VectorTypes.MASK));
      mask("and");
      push(fold.updated());
      types.pushTail(code, DType.F32);
      mask("and");
      mask("or");
    } else {
      var type = types.of(register);
      code.aload(local);
      push(fold.updated());
      types.pushTail(code, register == Register.INT ? DType.I32 : DType.F32);
      code.invokevirtual(type, "blend", VectorTypes.blend(type));
    }
    code.astore(local);
  }

  private void mask(String method) {
    code.invokevirtual(
        VectorTypes.MASK, method, MethodTypeDesc.of(VectorTypes.MASK, VectorTypes.MASK));
  }

  private void apply(Lane.Apply apply) {
    var arguments = apply.arguments();
    var register = arguments.getFirst().register();
    var instruction = apply.instruction();
    switch (instruction) {
      case SELECT -> {
        var type = types.of(apply.register());
        push(arguments.get(2));
        push(arguments.get(1));
        push(arguments.getFirst());
        if (apply.register() == Register.INT) {
          castMask(Register.INT);
        }
        code.invokevirtual(type, "blend", VectorTypes.blend(type));
      }
      case EQ, NE, LT, LE, GT, GE -> {
        var type = types.of(register);
        push(arguments.getFirst());
        code.getstatic(VectorTypes.OPERATORS, instruction.name(), VectorTypes.COMPARISON);
        push(arguments.get(1));
        code.invokevirtual(
            type,
            "compare",
            MethodTypeDesc.of(VectorTypes.MASK, VectorTypes.COMPARISON, VectorTypes.VECTOR));
        if (register == Register.INT) {
          castMask(Register.FLOAT);
        }
      }
      case SHIFT_LEFT -> operator("LSHL", apply);
      case SHIFT_RIGHT -> operator("ASHR", apply);
      case SHIFT_RIGHT_UNSIGNED -> operator("LSHR", apply);
      case XOR -> {
        if (register == Register.MASK) {
          method("xor", apply, VectorTypes.MASK, VectorTypes.MASK);
        } else {
          operator("XOR", apply);
        }
      }
      case ADD -> method("add", apply);
      case SUBTRACT -> method("sub", apply);
      case MULTIPLY -> method("mul", apply);
      case DIVIDE -> method("div", apply);
      case FMA -> method("fma", apply);
      case NEGATE -> method("neg", apply);
      case ABS -> method("abs", apply);
      case SQRT -> method("sqrt", apply);
      case MIN -> method("min", apply);
      case MAX -> method("max", apply);
      case AND -> method("and", apply);
      case OR -> method("or", apply);
      case NOT -> method("not", apply);
      case TO_FLOAT -> {
        push(arguments.getFirst());
        if (register == Register.INT) {
          convert(VectorTypes.INT, "I2F", Register.FLOAT);
        }
      }
      case TO_INT -> {
        push(arguments.getFirst());
        if (register == Register.FLOAT) {
          convert(VectorTypes.FLOAT, "F2I", Register.INT);
        }
      }
      case BITS -> {
        push(arguments.getFirst());
        bits(register);
      }
      case TO_DOUBLE, TO_LONG -> throw new IllegalStateException(apply + " has no vector form");
    }
  }

  private void method(String name, Lane.Apply apply) {
    var type = types.of(apply.register());
    method(name, apply, type, type == VectorTypes.MASK ? VectorTypes.MASK : VectorTypes.VECTOR);
  }

  private void method(String name, Lane.Apply apply, ClassDesc type, ClassDesc parameter) {
    apply.arguments().forEach(this::push);
    code.invokevirtual(
        type,
        name,
        MethodTypeDesc.of(
            type, java.util.Collections.nCopies(apply.arguments().size() - 1, parameter)));
  }

  private void operator(String name, Lane.Apply apply) {
    push(apply.arguments().getFirst());
    boolean bitwise = name.equals("XOR");
    code.getstatic(
        VectorTypes.OPERATORS, name, bitwise ? VectorTypes.ASSOCIATIVE : VectorTypes.BINARY);
    if (!bitwise && apply.arguments().get(1) instanceof Lane.Constant count) {
      code.loadConstant((int) count.bits());
      lanewiseInt();
    } else {
      push(apply.arguments().get(1));
      code.invokevirtual(
          VectorTypes.INT,
          "lanewise",
          MethodTypeDesc.of(VectorTypes.INT, VectorTypes.BINARY, VectorTypes.VECTOR));
    }
  }
}
