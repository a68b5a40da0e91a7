package dev.backplane.backend.cpu.kernel;

import dev.backplane.tensor.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Optional;

/**
 * The names of the Vector API for one number of lanes, and the constants that a generated class
 * holds.
 *
 * @param self the generated class
 * @param lanes how many floats a vector has, 8 or 16
 */
record VectorTypes(ClassDesc self, int lanes) {
  static final ClassDesc VECTOR = named("Vector");
  static final ClassDesc FLOAT = named("FloatVector");
  static final ClassDesc INT = named("IntVector");
  static final ClassDesc SHORT = named("ShortVector");
  static final ClassDesc BYTE = named("ByteVector");
  static final ClassDesc MASK = named("VectorMask");
  static final ClassDesc SPECIES = named("VectorSpecies");
  static final ClassDesc OPERATORS = named("VectorOperators");
  static final ClassDesc BINARY = named("VectorOperators$Binary");
  static final ClassDesc ASSOCIATIVE = named("VectorOperators$Associative");
  static final ClassDesc COMPARISON = named("VectorOperators$Comparison");
  static final ClassDesc CONVERSION = named("VectorOperators$Conversion");
  static final MethodTypeDesc CONVERT =
      MethodTypeDesc.of(VECTOR, CONVERSION, SPECIES, ConstantDescs.CD_int);
  static final MethodTypeDesc CAST = MethodTypeDesc.of(MASK, SPECIES);
  private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
  private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
  static final MethodTypeDesc STORE =
      MethodTypeDesc.of(ConstantDescs.CD_void, SEGMENT, ConstantDescs.CD_long, ORDER);
  static final MethodTypeDesc MASKED_STORE =
      MethodTypeDesc.of(ConstantDescs.CD_void, SEGMENT, ConstantDescs.CD_long, ORDER, MASK);

  private static ClassDesc named(String name) {
    return ClassDesc.of("jdk.incubator.vector." + name);
  }

  /**
   * How many floats this machine's vectors have, as far as generated code uses them; empty if the
   * JVM runs without the module, or the vectors are too short to be worth it.
   */
  static Optional<Integer> preferred() {
    try {
      var loader = VectorTypes.class.getClassLoader();
      // Of the classes of the Vector API these are few: most are not needed before the first
      // vector.
      var type = Class.forName("jdk.incubator.vector.VectorShape", true, loader);
      VectorTypes.class.getModule().addReads(type.getModule());
      var shape = type.getMethod("preferredShape").invoke(null);
      int lanes = (Integer) type.getMethod("vectorBitSize").invoke(shape) / Float.SIZE;
      return lanes < 8 ? Optional.empty() : Optional.of(Math.min(lanes, Plan.LANES));
    } catch (ClassNotFoundException absent) {
      return Optional.empty();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("jdk.incubator.vector is not as JDK 25 has it", e);
    }
  }

  static MethodTypeDesc load(ClassDesc type) {
    return MethodTypeDesc.of(type, SPECIES, SEGMENT, ConstantDescs.CD_long, ORDER);
  }

  static MethodTypeDesc maskedLoad(ClassDesc type) {
    return MethodTypeDesc.of(type, SPECIES, SEGMENT, ConstantDescs.CD_long, ORDER, MASK);
  }

  static MethodTypeDesc blend(ClassDesc type) {
    return MethodTypeDesc.of(type, VECTOR, MASK);
  }

  /** The class of a register's vectors. */
  ClassDesc of(Register register) {
    return switch (register) {
      case FLOAT -> FLOAT;
      case INT -> INT;
      case MASK -> MASK;
      case DOUBLE, LONG -> throw new IllegalStateException(register + " has no vector form");
    };
  }

  /** The class of vectors of elements as they lie in memory. */
  ClassDesc memory(DType dtype) {
    return switch (dtype) {
      case F32 -> FLOAT;
      case I32, U32 -> INT;
      case BF16 -> SHORT;
      case I8, U8, BOOL -> BYTE;
      case F64, F16, I64 -> throw new IllegalStateException(dtype + " has no vector form");
    };
  }

  private int bits(ClassDesc type) {
    if (type.equals(BYTE)) {
      return 8 * lanes;
    }
    return type.equals(SHORT) ? 16 * lanes : 32 * lanes;
  }

  private void species(CodeBuilder code, ClassDesc type) {
    code.getstatic(type, "SPECIES_" + bits(type), SPECIES);
  }

  /** Masks are those of floats. */
  void pushSpecies(CodeBuilder code, Register register) {
    species(code, register == Register.INT ? INT : FLOAT);
  }

  void pushSpecies(CodeBuilder code, DType dtype) {
    species(code, memory(dtype));
  }

  void pushAll(CodeBuilder code) {
    code.getstatic(Frame.desc(Memory.class), "ALL", SEGMENT);
  }

  void pushOrder(CodeBuilder code) {
    code.getstatic(ORDER, "LITTLE_ENDIAN", ORDER);
  }

  void pushIota(CodeBuilder code) {
    code.getstatic(self, "IOTA", INT);
  }

  /** A vector of bytes that are all 0 or all 1. */
  void pushByte(CodeBuilder code, int value) {
    species(code, BYTE);
    code.loadConstant(value);
    code.invokestatic(BYTE, "broadcast", MethodTypeDesc.of(BYTE, SPECIES, ConstantDescs.CD_byte));
  }

  /** The mask of the last columns, for elements as they lie in memory. */
  void pushTail(CodeBuilder code, DType dtype) {
    code.getstatic(self, tail(memory(dtype)), MASK);
  }

  private static String tail(ClassDesc type) {
    return "TAIL_" + type.displayName().toUpperCase(java.util.Locale.ROOT);
  }

  /** The names of the masks a generated class holds. */
  static java.util.List<String> tails() {
    return java.util.stream.Stream.of(FLOAT, INT, SHORT, BYTE).map(VectorTypes::tail).toList();
  }

  /** The generated class's static initializer. */
  void initialize(CodeBuilder code, int tailLanes) {
    for (var type : java.util.List.of(FLOAT, INT, SHORT, BYTE)) {
      species(code, type);
      code.iconst_0().loadConstant(tailLanes);
      code.invokeinterface(
          SPECIES,
          "indexInRange",
          MethodTypeDesc.of(MASK, ConstantDescs.CD_int, ConstantDescs.CD_int));
      code.putstatic(self, tail(type), MASK);
    }
    species(code, INT);
    code.invokestatic(INT, "zero", MethodTypeDesc.of(INT, SPECIES));
    code.iconst_1();
    code.invokevirtual(INT, "addIndex", MethodTypeDesc.of(INT, ConstantDescs.CD_int));
    code.putstatic(self, "IOTA", INT);
    code.return_();
  }
}
