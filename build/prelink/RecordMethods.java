import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A record's own methods, in the words of java.lang.Record and ObjectMethods. */
final class RecordMethods {
  private static final ClassDesc OBJECTS = ClassDesc.of("java.util.Objects");
  private static final ClassDesc BUILDER = ClassDesc.of("java.lang.StringBuilder");
  private static final Set<String> COMPARED_AS_INT = Set.of("Z", "B", "S", "C", "I");

  private RecordMethods() {}

  private record Component(String name, ClassDesc type) {}

  static void write(ClassBuilder type, ClassDesc self, InvokeDynamicInstruction call) {
    var name = call.name().stringValue();
    var components = new ArrayList<Component>();
    // Behind the class and the names, which the getters have too.
    for (var argument : call.bootstrapArgs().subList(2, call.bootstrapArgs().size())) {
      var getter = (DirectMethodHandleDesc) argument;
      components.add(new Component(getter.methodName(), getter.invocationType().returnType()));
    }
    type.withMethodBody(
        "record$" + name,
        call.typeSymbol(),
        ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
        code -> {
          switch (name) {
            case "hashCode" -> hash(code, self, components);
            case "equals" -> same(code, self, components);
            case "toString" -> text(code, self, components);
            default -> throw new IllegalArgumentException("no method of a record: " + name);
          }
        });
  }

  private static void hash(CodeBuilder code, ClassDesc self, List<Component> components) {
    code.iconst_0();
    for (var each : components) {
      boolean primitive = each.type().isPrimitive();
      code.bipush(31).imul().aload(0).getfield(self, each.name(), each.type());
      code.invokestatic(
          primitive ? Types.box(each.type()) : OBJECTS,
          "hashCode",
          MethodTypeDesc.of(
              ConstantDescs.CD_int, primitive ? each.type() : ConstantDescs.CD_Object));
      code.iadd();
    }
    code.ireturn();
  }

  private static void same(CodeBuilder code, ClassDesc self, List<Component> components) {
    var other = code.newLabel();
    var no = code.newLabel();
    code.aload(0).aload(1).if_acmpne(other).iconst_1().ireturn().labelBinding(other);
    code.aload(1).instanceOf(self).ifeq(no);
    for (var each : components) {
      var type = each.type();
      code.aload(0).getfield(self, each.name(), type);
      code.aload(1).checkcast(self).getfield(self, each.name(), type);
      if (!type.isPrimitive()) {
        var equals =
            MethodTypeDesc.of(
                ConstantDescs.CD_boolean, ConstantDescs.CD_Object, ConstantDescs.CD_Object);
        code.invokestatic(OBJECTS, "equals", equals).ifeq(no);
      } else if (COMPARED_AS_INT.contains(type.descriptorString())) {
        code.if_icmpne(no);
      } else {
        var compare = MethodTypeDesc.of(ConstantDescs.CD_int, type, type);
        code.invokestatic(Types.box(type), "compare", compare).ifne(no);
      }
    }
    code.iconst_1().ireturn().labelBinding(no).iconst_0().ireturn();
  }

  private static void text(CodeBuilder code, ClassDesc self, List<Component> components) {
    var name = self.displayName();
    var lead = name.substring(name.lastIndexOf('$') + 1) + "[";
    code.new_(BUILDER).dup();
    code.invokespecial(BUILDER, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
    for (var each : components) {
      append(code, lead + each.name() + "=");
      code.aload(0).getfield(self, each.name(), each.type());
      code.invokevirtual(BUILDER, "append", MethodTypeDesc.of(BUILDER, appended(each.type())));
      lead = ", ";
    }
    append(code, components.isEmpty() ? lead + "]" : "]");
    code.invokevirtual(BUILDER, "toString", MethodTypeDesc.of(ConstantDescs.CD_String));
    code.areturn();
  }

  private static void append(CodeBuilder code, String text) {
    var type = MethodTypeDesc.of(BUILDER, ConstantDescs.CD_String);
    code.loadConstant(text).invokevirtual(BUILDER, "append", type);
  }

  private static ClassDesc appended(ClassDesc type) {
    return switch (type.descriptorString()) {
      case "B", "S" -> ConstantDescs.CD_int;
      default -> type.isPrimitive() ? type : ConstantDescs.CD_Object;
    };
  }
}
