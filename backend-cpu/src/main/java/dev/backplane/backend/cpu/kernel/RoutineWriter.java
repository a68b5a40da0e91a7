package dev.backplane.backend.cpu.kernel;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes the class of a plan: a method for every loop nest, and one that calls them in order. */
final class RoutineWriter {
  private static final MethodTypeDesc LOOP =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long.arrayType());
  private static final int CONSTANT =
      ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_FINAL;

  private final Plan plan;
  private final ClassDesc self;
  private final Optional<VectorTypes> types;
  private final List<String> loops = new ArrayList<>();

  private RoutineWriter(Plan plan, ClassDesc self, Optional<VectorTypes> types) {
    this.plan = plan;
    this.self = self;
    this.types = types;
  }

  /**
   * The bytes of a class that implements {@link Routine}.
   *
   * @param lanes of the vectors to use; empty for the scalar form
   */
  static byte[] write(Plan plan, String name, Optional<Integer> lanes) {
    var self = ClassDesc.of(RoutineWriter.class.getPackageName(), name);
    var types = lanes.map(count -> new VectorTypes(self, count));
    var writer = new RoutineWriter(plan, self, types);
    return ClassFile.of().build(self, writer::members);
  }

  private void members(ClassBuilder type) {
    type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER | ClassFile.ACC_SYNTHETIC);
    type.withInterfaceSymbols(Frame.desc(Routine.class));
    type.withMethodBody(
        ConstantDescs.INIT_NAME,
        ConstantDescs.MTD_void,
        0,
        code ->
            code.aload(0)
                .invokespecial(
                    ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                .return_());
    types.ifPresent(known -> constants(type, known));
    for (int i = 0; i < plan.phases().size(); i++) {
      phase(type, i, plan.phases().get(i));
    }
    type.withMethodBody("run", LOOP, ClassFile.ACC_PUBLIC, this::run);
  }

  private void constants(ClassBuilder type, VectorTypes known) {
    VectorTypes.tails().forEach(tail -> type.withField(tail, VectorTypes.MASK, CONSTANT));
    type.withField("IOTA", VectorTypes.INT, CONSTANT);
    int rest = (int) (plan.space().columns() % known.lanes());
    type.withMethodBody(
        ConstantDescs.CLASS_INIT_NAME,
        ConstantDescs.MTD_void,
        ClassFile.ACC_STATIC,
        code -> known.initialize(code, rest));
  }

  private void phase(ClassBuilder type, int number, Plan.Phase phase) {
    if (!phase.scalars().isEmpty()) {
      method(type, "scalars" + number, writer -> writer.scalars(phase.scalars()));
    }
    if (!phase.columns().isEmpty()) {
      method(type, "columns" + number, writer -> writer.columns(phase.columns()));
    }
    phase.sweep().ifPresent(sweep -> method(type, "sweep" + number, writer -> writer.sweep(sweep)));
  }

  private void method(ClassBuilder type, String name, Consumer<SweepWriter> body) {
    loops.add(name);
    type.withMethodBody(
        name,
        LOOP,
        ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC,
        code -> body.accept(new SweepWriter(plan, code, types)));
  }

  private void run(CodeBuilder code) {
    for (var loop : loops) {
      code.aload(1).invokestatic(self, loop, LOOP);
    }
    code.return_();
  }
}
