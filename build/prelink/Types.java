import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;
import java.util.Optional;

/** Conversions between types: of numbers, into their objects and out of them, of references. */
final class Types {
  private static final Map<String, String> BOXES =
      Map.of(
          "Z",
          "Boolean",
          "B",
          "Byte",
          "S",
          "Short",
          "C",
          "Character",
          "I",
          "Integer",
          "J",
          "Long",
          "F",
          "Float",
          "D",
          "Double");

  private Types() {}

  static ClassDesc box(ClassDesc primitive) {
    return ClassDesc.of("java.lang." + BOXES.get(primitive.descriptorString()));
  }

  private static Optional<ClassDesc> unboxed(ClassDesc reference) {
    return BOXES.keySet().stream()
        .map(ClassDesc::ofDescriptor)
        .filter(primitive -> box(primitive).equals(reference))
        .findFirst();
  }

  static void adapt(CodeBuilder code, ClassDesc from, ClassDesc to) {
    if (from.equals(to)) {
      return;
    }
    if (from.isPrimitive() && to.isPrimitive()) {
      code.conversion(TypeKind.from(from), TypeKind.from(to));
    } else if (from.isPrimitive()) {
      code.invokestatic(box(from), "valueOf", MethodTypeDesc.of(box(from), from));
    } else if (!to.isPrimitive()) {
      if (!to.equals(ConstantDescs.CD_Object)) {
        code.checkcast(to);
      }
    } else {
      var held = unboxed(from).orElse(to);
      if (unboxed(from).isEmpty()) {
        code.checkcast(box(to));
      }
      code.invokevirtual(box(held), held.displayName() + "Value", MethodTypeDesc.of(held));
      adapt(code, held, to);
    }
  }
}
