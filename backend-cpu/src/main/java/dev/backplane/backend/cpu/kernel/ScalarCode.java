package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Extent;
import dev.backplane.tensor.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes lanes as ordinary bytecode, one element at a time. */
final class ScalarCode {
  private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
  private static final ClassDesc SCALARS = Frame.desc(Scalars.class);

  private final Frame frame;
  private final CodeBuilder code;
  private final long columns;
  private final Map<Integer, Integer> locals = new HashMap<>();
  private final Map<Integer, Integer> uses = new HashMap<>();
  private final Map<Integer, Cell> gathering = new HashMap<>();
  private final Map<Integer, Cell> given = new HashMap<>();

  ScalarCode(Frame frame, long columns) {
    this.frame = frame;
    this.code = frame.code();
    this.columns = columns;
  }

  /** The memory in which an accumulator's lanes lie, lane 0 first. */
  void gatherIn(int accumulator, Cell lanes) {
    gathering.put(accumulator, lanes);
  }

  /** Says that values lie in memory, by id of their lanes. */
  void give(Map<Integer, Cell> cells) {
    given.putAll(cells);
  }

  /** The memory in which an accumulator's lanes lie. */
  Cell lanesOf(int accumulator) {
    return Lookup.in(gathering, accumulator);
  }

  /** What is known at a place in the method. */
  record Scope(int mark, Map<Integer, Integer> locals) {}

  Scope scope() {
    return new Scope(frame.mark(), Map.copyOf(locals));
  }

  void leave(Scope scope) {
    frame.release(scope.mark());
    locals.keySet().retainAll(scope.locals().keySet());
  }

  /** Counts how often each lane is read, so that what is read once stays on the stack. */
  void count(Collection<Lane> roots) {
    uses.clear();
    roots.forEach(this::count);
  }

  private void count(Lane lane) {
    if (uses.merge(lane.id(), 1, Integer::sum) == 1 && !given.containsKey(lane.id())) {
      lane.arguments().forEach(this::count);
      if (lane instanceof Lane.Uniform uniform) {
        count(uniform.outer());
      }
    }
  }

  /** Computes a lane into a local, unless it is in one. */
  int local(Lane lane) {
    var known = locals.get(lane.id());
    if (known != null) {
      return known;
    }
    compute(lane);
    int local = frame.allocate(lane.register().kind());
    code.storeLocal(lane.register().kind(), local);
    locals.put(lane.id(), local);
    return local;
  }

  /** Says that a lane's value is in a local. */
  void define(Lane lane, int local) {
    locals.put(lane.id(), local);
  }

  /** Pushes a lane's value. */
  void push(Lane lane) {
    boolean simple = lane instanceof Lane.Constant || lane instanceof Lane.Index;
    if (locals.containsKey(lane.id())
        || !simple && uses.getOrDefault(lane.id(), 2) > 1 && !(lane instanceof Lane.Uniform)) {
      code.loadLocal(lane.register().kind(), local(lane));
    } else {
      compute(lane);
    }
  }

  private void compute(Lane lane) {
    var cell = given.get(lane.id());
    if (cell != null) {
      frame.pushAddress(cell, 0);
      frame.load(cell);
      return;
    }
    switch (lane) {
      case Lane.Constant constant -> constant(constant);
      case Lane.Load load -> {
        frame.pushAddress(load.cell(), 0);
        frame.load(load.cell());
      }
      case Lane.Index index -> index(index.of());
      case Lane.Uniform uniform -> push(uniform.outer());
      case Lane.Accumulated accumulated -> {
        pushLane(accumulated.accumulator());
        frame.load(lanesOf(accumulated.accumulator()));
      }
      case Lane.Partial partial -> {
        var lanes = lanesOf(partial.accumulator());
        frame.pushAddress(lanes, partial.lane());
        frame.load(lanes);
      }
      case Lane.Call call -> {
        call.arguments().forEach(this::push);
        var parameters = new ArrayList<ClassDesc>();
        call.arguments().forEach(argument -> parameters.add(Frame.type(argument.register())));
        code.invokestatic(
            SCALARS,
            call.method(),
            MethodTypeDesc.of(Frame.type(call.register()), List.copyOf(parameters)));
      }
      case Lane.Apply apply -> apply(apply);
    }
  }

  /** Pushes the address of the accumulator's lane for the current column. */
  void pushLane(int accumulator) {
    var lanes = lanesOf(accumulator);
    frame.pushAddress(lanes, 0);
    frame.pushColumn();
    code.loadConstant(Plan.LANES - 1).iand().i2l();
    code.loadConstant((long) lanes.dtype().bytes()).lmul().ladd();
  }

  private void index(Extent of) {
    switch (of) {
      case ROW -> frame.pushRow();
      case COLUMN -> frame.pushColumn();
      case FULL -> {
        frame.pushRow();
        code.loadConstant((int) columns).imul();
        frame.pushColumn();
        code.iadd();
      }
      case SCALAR -> code.iconst_0();
    }
  }

  private void constant(Lane.Constant constant) {
    switch (constant.register()) {
      case FLOAT -> code.loadConstant(Float.intBitsToFloat((int) constant.bits()));
      case DOUBLE -> code.loadConstant(Double.longBitsToDouble(constant.bits()));
      case INT, MASK -> code.loadConstant((int) constant.bits());
      case LONG -> code.loadConstant(constant.bits());
    }
  }

  private void apply(Lane.Apply apply) {
    var arguments = apply.arguments();
    var instruction = apply.instruction();
    if (instruction == Instruction.SELECT) {
      select(arguments);
      return;
    }
    arguments.forEach(this::push);
    var register = arguments.getFirst().register();
    if (instruction.compares()) {
      compare(instruction, register);
      return;
    }
    switch (register) {
      case FLOAT -> floating(instruction);
      case DOUBLE -> doubles(instruction);
      case INT -> ints(instruction);
      case LONG -> longs(instruction);
      case MASK -> masks(instruction);
    }
  }

  /** Both alternatives are computed before the branch: nothing is known in one branch only. */
  private void select(List<Lane> arguments) {
    var kind = arguments.get(1).register().kind();
    int first = local(arguments.get(1));
    int second = local(arguments.get(2));
    push(arguments.getFirst());
    var otherwise = code.newLabel();
    var end = code.newLabel();
    code.ifeq(otherwise).loadLocal(kind, first).goto_(end);
    code.labelBinding(otherwise).loadLocal(kind, second).labelBinding(end);
  }

  private void compare(Instruction instruction, Register register) {
    boolean below = instruction == Instruction.LT || instruction == Instruction.LE;
    switch (register) {
      // NaN must compare false: below anything it counts as above, and the other way round.
      case FLOAT -> {
        if (below) {
          code.fcmpg();
        } else {
          code.fcmpl();
        }
      }
      case DOUBLE -> {
        if (below) {
          code.dcmpg();
        } else {
          code.dcmpl();
        }
      }
      case LONG -> code.lcmp();
      case INT, MASK -> {}
    }
    var holds = code.newLabel();
    var end = code.newLabel();
    code.branch(branch(instruction, register == Register.INT || register == Register.MASK), holds);
    code.iconst_0().goto_(end).labelBinding(holds).iconst_1().labelBinding(end);
  }

  private static Opcode branch(Instruction instruction, boolean ints) {
    return switch (instruction) {
      case EQ -> ints ? Opcode.IF_ICMPEQ : Opcode.IFEQ;
      case NE -> ints ? Opcode.IF_ICMPNE : Opcode.IFNE;
      case LT -> ints ? Opcode.IF_ICMPLT : Opcode.IFLT;
      case LE -> ints ? Opcode.IF_ICMPLE : Opcode.IFLE;
      case GT -> ints ? Opcode.IF_ICMPGT : Opcode.IFGT;
      case GE -> ints ? Opcode.IF_ICMPGE : Opcode.IFGE;
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, FMA, NEGATE, ABS, SQRT, MIN, MAX, AND, OR, XOR, NOT ->
          throw missing(instruction, "a comparison");
      case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_UNSIGNED, SELECT, BITS ->
          throw missing(instruction, "a comparison");
      case TO_FLOAT, TO_DOUBLE, TO_INT, TO_LONG -> throw missing(instruction, "a comparison");
    };
  }

  private static IllegalStateException missing(Instruction instruction, String what) {
    return new IllegalStateException(instruction + " is not defined as " + what);
  }

  private void math(String method, ClassDesc type, int parameters) {
    code.invokestatic(
        MATH, method, MethodTypeDesc.of(type, java.util.Collections.nCopies(parameters, type)));
  }

  private void floating(Instruction instruction) {
    var type = ConstantDescs.CD_float;
    switch (instruction) {
      case ADD -> code.fadd();
      case SUBTRACT -> code.fsub();
      case MULTIPLY -> code.fmul();
      case DIVIDE -> code.fdiv();
      case FMA -> math("fma", type, 3);
      case NEGATE -> code.fneg();
      case ABS -> math("abs", type, 1);
      case SQRT -> {
        code.f2d();
        math("sqrt", ConstantDescs.CD_double, 1);
        code.d2f();
      }
      case MIN -> math("min", type, 2);
      case MAX -> math("max", type, 2);
      case TO_FLOAT -> {}
      case TO_DOUBLE -> code.f2d();
      case TO_INT -> code.f2i();
      case TO_LONG -> code.f2l();
      case BITS ->
          code.invokestatic(
              ClassDesc.of("java.lang.Float"),
              "floatToRawIntBits",
              MethodTypeDesc.of(ConstantDescs.CD_int, type));
      case AND, OR, XOR, NOT, SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_UNSIGNED ->
          throw missing(instruction, "an operation on floats");
      case EQ, NE, LT, LE, GT, GE, SELECT -> throw missing(instruction, "arithmetic");
    }
  }

  private void doubles(Instruction instruction) {
    var type = ConstantDescs.CD_double;
    switch (instruction) {
      case ADD -> code.dadd();
      case SUBTRACT -> code.dsub();
      case MULTIPLY -> code.dmul();
      case DIVIDE -> code.ddiv();
      case FMA -> math("fma", type, 3);
      case NEGATE -> code.dneg();
      case ABS -> math("abs", type, 1);
      case SQRT -> math("sqrt", type, 1);
      case MIN -> math("min", type, 2);
      case MAX -> math("max", type, 2);
      case TO_FLOAT -> code.d2f();
      case TO_DOUBLE -> {}
      case TO_INT -> code.d2i();
      case TO_LONG -> code.d2l();
      case BITS ->
          code.invokestatic(
              ClassDesc.of("java.lang.Double"),
              "doubleToRawLongBits",
              MethodTypeDesc.of(ConstantDescs.CD_long, type));
      case AND, OR, XOR, NOT, SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_UNSIGNED ->
          throw missing(instruction, "an operation on doubles");
      case EQ, NE, LT, LE, GT, GE, SELECT -> throw missing(instruction, "arithmetic");
    }
  }

  private void ints(Instruction instruction) {
    var type = ConstantDescs.CD_int;
    switch (instruction) {
      case ADD -> code.iadd();
      case SUBTRACT -> code.isub();
      case MULTIPLY -> code.imul();
      case ABS -> math("abs", type, 1);
      case MIN -> math("min", type, 2);
      case MAX -> math("max", type, 2);
      case AND -> code.iand();
      case OR -> code.ior();
      case XOR -> code.ixor();
      case SHIFT_LEFT -> code.ishl();
      case SHIFT_RIGHT -> code.ishr();
      case SHIFT_RIGHT_UNSIGNED -> code.iushr();
      case NEGATE -> code.ineg();
      case TO_FLOAT -> code.i2f();
      case TO_DOUBLE -> code.i2d();
      case TO_INT -> {}
      case TO_LONG -> code.i2l();
      case BITS ->
          code.invokestatic(
              ClassDesc.of("java.lang.Float"),
              "intBitsToFloat",
              MethodTypeDesc.of(ConstantDescs.CD_float, type));
      case DIVIDE, FMA, SQRT, NOT -> throw missing(instruction, "an operation on ints");
      case EQ, NE, LT, LE, GT, GE, SELECT -> throw missing(instruction, "arithmetic");
    }
  }

  private void longs(Instruction instruction) {
    var type = ConstantDescs.CD_long;
    switch (instruction) {
      case ADD -> code.ladd();
      case SUBTRACT -> code.lsub();
      case MULTIPLY -> code.lmul();
      case ABS -> math("abs", type, 1);
      case MIN -> math("min", type, 2);
      case MAX -> math("max", type, 2);
      case AND -> code.land();
      case OR -> code.lor();
      case XOR -> code.lxor();
      case SHIFT_LEFT -> code.lshl();
      case SHIFT_RIGHT -> code.lshr();
      case SHIFT_RIGHT_UNSIGNED -> code.lushr();
      case NEGATE -> code.lneg();
      case TO_FLOAT -> code.l2f();
      case TO_DOUBLE -> code.l2d();
      case TO_INT -> code.l2i();
      case TO_LONG -> {}
      case BITS ->
          code.invokestatic(
              ClassDesc.of("java.lang.Double"),
              "longBitsToDouble",
              MethodTypeDesc.of(ConstantDescs.CD_double, type));
      case DIVIDE, FMA, SQRT, NOT -> throw missing(instruction, "an operation on longs");
      case EQ, NE, LT, LE, GT, GE, SELECT -> throw missing(instruction, "arithmetic");
    }
  }

  private void masks(Instruction instruction) {
    switch (instruction) {
      case AND -> code.iand();
      case OR -> code.ior();
      case XOR -> code.ixor();
      case NOT -> code.iconst_1().ixor();
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, FMA, NEGATE, ABS, SQRT, MIN, MAX, BITS ->
          throw missing(instruction, "an operation on truth values");
      case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_UNSIGNED ->
          throw missing(instruction, "an operation on truth values");
      case TO_FLOAT, TO_DOUBLE, TO_INT, TO_LONG ->
          throw missing(instruction, "an operation on truth values");
      case EQ, NE, LT, LE, GT, GE, SELECT -> throw missing(instruction, "arithmetic");
    }
  }

  /** The dtype in which an accumulator's lanes are kept. */
  static DType memoryOf(Register register) {
    return switch (register) {
      case FLOAT -> DType.F32;
      case DOUBLE -> DType.F64;
      case INT -> DType.I32;
      case LONG -> DType.I64;
      case MASK -> DType.BOOL;
    };
  }
}
