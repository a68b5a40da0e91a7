import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.NestHostAttribute;
import java.lang.classfile.attribute.NestMembersAttribute;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Links at build time what javac leaves for the JVM to link at run time: a lambda becomes a nested
 * class, a switch over types and a record's equals, hashCode and toString become methods. They do
 * the same; only that a process that has just started does not make a class for each of them, of
 * which it needs hundreds before its first training step.
 *
 * <p>{@code java --class-path LIBRARIES Prelink.java FOLDER} rewrites the classes in the folder. A
 * second run finds nothing to do. What it does not know, such as a lambda that can be serialized,
 * stays as it is.
 */
public final class Prelink {
  private static final ClassDesc LAMBDAS = ClassDesc.of("java.lang.invoke.LambdaMetafactory");
  private static final ClassDesc SWITCHES = ClassDesc.of("java.lang.runtime.SwitchBootstraps");
  private static final ClassDesc RECORDS = ClassDesc.of("java.lang.runtime.ObjectMethods");

  /** From the value and the first label to look at to the number of the label. */
  private static final MethodTypeDesc SWITCH =
      MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_Object, ConstantDescs.CD_int);

  /** How the name of a class that stands for a lambda goes on behind that of its outer class. */
  private static final String LAMBDA = "$$";

  private static final String ONLY = "ONLY";
  private static final String MAKE = "make";

  private final Path folder;
  private final ClassFile format;
  private final Map<ClassDesc, List<ClassDesc>> members = new HashMap<>();
  private final Map<ClassDesc, byte[]> written = new HashMap<>();

  private Prelink(Path folder) {
    this.folder = folder;
    var loader = Prelink.class.getClassLoader();
    var hierarchy =
        ClassHierarchyResolver.ofResourceParsing(this::inFolder)
            .orElse(ClassHierarchyResolver.ofResourceParsing(loader))
            .orElse(ClassHierarchyResolver.ofResourceParsing(Prelink::inJdk));
    format = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy));
  }

  public static void main(String[] arguments) throws IOException {
    var folder = Path.of(arguments[0]);
    if (Files.isDirectory(folder)) {
      new Prelink(folder).run();
    }
  }

  private void run() throws IOException {
    var models = new HashMap<ClassDesc, ClassModel>();
    List<Path> files;
    try (var walk = Files.walk(folder)) {
      files = walk.filter(file -> file.toString().endsWith(".class")).sorted().toList();
    }
    for (var file : files) {
      var model = format.parse(file);
      if (!model.isModuleInfo()) {
        models.put(model.thisClass().asSymbol(), model);
      }
    }
    deleteStale(models);
    for (var model : models.values()) {
      rewrite(model);
    }
    for (var host : members.entrySet()) {
      var name = host.getKey();
      var bytes = written.get(name);
      var model = bytes == null ? models.get(name) : format.parse(bytes);
      written.put(name, withMembers(model, host.getValue()));
    }
    for (var each : written.entrySet()) {
      Files.write(file(each.getKey()), each.getValue());
    }
  }

  private Path file(ClassDesc name) {
    return folder.resolve(path(name));
  }

  private static String path(ClassDesc name) {
    var descriptor = name.descriptorString();
    return descriptor.substring(1, descriptor.length() - 1) + ".class";
  }

  /** Those of lambdas that their outer class, compiled anew, does not have any more. */
  private void deleteStale(Map<ClassDesc, ClassModel> models) throws IOException {
    for (var model : List.copyOf(models.values())) {
      var name = model.thisClass().asSymbol();
      if (!name.displayName().contains(LAMBDA)) {
        continue;
      }
      var host = models.get(host(model));
      if (host == null || !nestMembers(host).contains(name)) {
        models.remove(name);
        Files.delete(file(name));
      }
    }
  }

  private static ClassDesc host(ClassModel model) {
    return model
        .findAttribute(Attributes.nestHost())
        .map(host -> host.nestHost().asSymbol())
        .orElse(model.thisClass().asSymbol());
  }

  private static List<ClassDesc> nestMembers(ClassModel host) {
    var members = new ArrayList<ClassDesc>();
    host.findAttribute(Attributes.nestMembers())
        .ifPresent(known -> known.nestMembers().forEach(each -> members.add(each.asSymbol())));
    return members;
  }

  private byte[] withMembers(ClassModel host, List<ClassDesc> more) {
    var members = nestMembers(host);
    members.addAll(more);
    return format.transformClass(
        host,
        ClassTransform.dropping(element -> element instanceof NestMembersAttribute)
            .andThen(
                ClassTransform.endHandler(
                    builder -> builder.with(NestMembersAttribute.ofSymbols(members)))));
  }

  // ---- one class

  private void rewrite(ClassModel model) {
    var self = model.thisClass().asSymbol();
    boolean isInterface = model.flags().has(AccessFlag.INTERFACE);
    var lambdas = new ArrayList<ClassDesc>();
    var switches = new ArrayList<InvokeDynamicInstruction>();
    var ofRecord = new ArrayList<InvokeDynamicInstruction>();
    CodeTransform calls =
        (builder, element) -> {
          if (!(element instanceof InvokeDynamicInstruction call)) {
            builder.with(element);
          } else if (isLambda(call)) {
            var name = nested(self, lambdas.size() + 1);
            lambdas.add(name);
            written.put(name, lambda(name, host(model), call));
            if (call.typeSymbol().parameterCount() == 0) {
              builder.getstatic(name, ONLY, call.typeSymbol().returnType());
            } else {
              builder.invokestatic(name, MAKE, call.typeSymbol());
            }
          } else if (isTypeSwitch(call)) {
            builder.invokestatic(self, "switch$" + switches.size(), SWITCH, isInterface);
            switches.add(call);
          } else if (call.bootstrapMethod().owner().equals(RECORDS)) {
            builder.invokestatic(self, "record$" + call.name(), call.typeSymbol(), isInterface);
            ofRecord.add(call);
          } else {
            builder.with(element);
          }
        };
    var bytes =
        format.transformClass(
            model,
            ClassTransform.transformingMethodBodies(Prelink::hasCalls, calls)
                .andThen(
                    ClassTransform.endHandler(
                        builder -> {
                          for (int i = 0; i < switches.size(); i++) {
                            typeSwitch(builder, "switch$" + i, switches.get(i));
                          }
                          ofRecord.forEach(call -> RecordMethods.write(builder, self, call));
                        })));
    if (!lambdas.isEmpty()) {
      members.computeIfAbsent(host(model), _ -> new ArrayList<>()).addAll(lambdas);
    }
    if (!lambdas.isEmpty() || !switches.isEmpty() || !ofRecord.isEmpty()) {
      written.put(self, bytes);
    }
  }

  private static boolean hasCalls(MethodModel method) {
    return method.code().stream()
        .flatMap(code -> code.elementStream())
        .anyMatch(element -> element instanceof InvokeDynamicInstruction);
  }

  private static ClassDesc nested(ClassDesc outer, int number) {
    return ClassDesc.ofDescriptor(outer.descriptorString().replace(";", LAMBDA + number + ";"));
  }

  private static boolean isLambda(InvokeDynamicInstruction call) {
    var bootstrap = call.bootstrapMethod();
    return bootstrap.owner().equals(LAMBDAS) && bootstrap.methodName().equals("metafactory");
  }

  private static boolean isTypeSwitch(InvokeDynamicInstruction call) {
    var bootstrap = call.bootstrapMethod();
    return bootstrap.owner().equals(SWITCHES)
        && bootstrap.methodName().equals("typeSwitch")
        && call.bootstrapArgs().stream().allMatch(label -> label instanceof ClassDesc);
  }

  /** As SwitchBootstraps says: -1 for null, the first label that fits, else their number. */
  private static void typeSwitch(ClassBuilder type, String name, InvokeDynamicInstruction call) {
    var labels = call.bootstrapArgs();
    type.withMethodBody(
        name,
        SWITCH,
        ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
        code -> {
          var some = code.newLabel();
          code.aload(0).ifnonnull(some).iconst_m1().ireturn().labelBinding(some);
          for (int i = 0; i < labels.size(); i++) {
            var next = code.newLabel();
            code.iload(1).loadConstant(i).if_icmpgt(next);
            code.aload(0).instanceOf((ClassDesc) labels.get(i)).ifeq(next);
            code.loadConstant(i).ireturn().labelBinding(next);
          }
          code.loadConstant(labels.size()).ireturn();
        });
  }

  // ---- the class of a lambda

  private byte[] lambda(ClassDesc name, ClassDesc host, InvokeDynamicInstruction call) {
    var captured = call.typeSymbol().parameterList();
    var face = call.typeSymbol().returnType();
    var constructor = MethodTypeDesc.of(ConstantDescs.CD_void, captured);
    return format.build(
        name,
        type -> {
          type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER | ClassFile.ACC_SYNTHETIC);
          type.withInterfaceSymbols(face);
          type.with(NestHostAttribute.of(host));
          for (int i = 0; i < captured.size(); i++) {
            int flags = ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL;
            type.withField(field(i), captured.get(i), flags);
          }
          type.withMethodBody(
              ConstantDescs.INIT_NAME,
              constructor,
              ClassFile.ACC_PRIVATE,
              code -> construct(code, name, captured));
          if (captured.isEmpty()) {
            type.withField(ONLY, face, ClassFile.ACC_STATIC | ClassFile.ACC_FINAL);
            type.withMethodBody(
                ConstantDescs.CLASS_INIT_NAME,
                ConstantDescs.MTD_void,
                ClassFile.ACC_STATIC,
                code ->
                    code.new_(name)
                        .dup()
                        .invokespecial(name, ConstantDescs.INIT_NAME, constructor)
                        .putstatic(name, ONLY, face)
                        .return_());
          } else {
            type.withMethodBody(
                MAKE,
                call.typeSymbol(),
                ClassFile.ACC_STATIC,
                code -> {
                  code.new_(name).dup();
                  load(code, 0, captured);
                  code.invokespecial(name, ConstantDescs.INIT_NAME, constructor).areturn();
                });
          }
          type.withMethodBody(
              call.name().stringValue(),
              (MethodTypeDesc) call.bootstrapArgs().get(0),
              ClassFile.ACC_PUBLIC,
              code -> run(code, name, call));
        });
  }

  private static String field(int number) {
    return "captured" + number;
  }

  private static void load(CodeBuilder code, int slot, List<ClassDesc> types) {
    int at = slot;
    for (var type : types) {
      var kind = TypeKind.from(type);
      code.loadLocal(kind, at);
      at += kind.slotSize();
    }
  }

  private static void construct(CodeBuilder code, ClassDesc self, List<ClassDesc> captured) {
    code.aload(0);
    code.invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
    int slot = 1;
    for (int i = 0; i < captured.size(); i++) {
      var kind = TypeKind.from(captured.get(i));
      code.aload(0).loadLocal(kind, slot).putfield(self, field(i), captured.get(i));
      slot += kind.slotSize();
    }
    code.return_();
  }

  /**
   * Calls what the lambda or method reference stands for, types adapted as LambdaMetafactory does.
   */
  private static void run(CodeBuilder code, ClassDesc self, InvokeDynamicInstruction call) {
    var captured = call.typeSymbol().parameterList();
    var erased = (MethodTypeDesc) call.bootstrapArgs().get(0);
    var target = (DirectMethodHandleDesc) call.bootstrapArgs().get(1);
    var exact = (MethodTypeDesc) call.bootstrapArgs().get(2);
    var taken = target.invocationType().parameterList();
    if (target.kind() == DirectMethodHandleDesc.Kind.CONSTRUCTOR) {
      code.new_(target.owner()).dup();
    }
    for (int i = 0; i < captured.size(); i++) {
      code.aload(0).getfield(self, field(i), captured.get(i));
      Types.adapt(code, captured.get(i), taken.get(i));
    }
    int slot = 1;
    for (int i = 0; i < erased.parameterCount(); i++) {
      var kind = TypeKind.from(erased.parameterType(i));
      code.loadLocal(kind, slot);
      slot += kind.slotSize();
      Types.adapt(code, erased.parameterType(i), exact.parameterType(i));
      Types.adapt(code, exact.parameterType(i), taken.get(captured.size() + i));
    }
    var given = invoke(code, target);
    var wanted = erased.returnType();
    if (wanted.equals(ConstantDescs.CD_void)) {
      switch (TypeKind.from(given).slotSize()) {
        case 0 -> {}
        case 1 -> code.pop();
        default -> code.pop2();
      }
      code.return_();
    } else {
      Types.adapt(code, given, exact.returnType());
      code.return_(TypeKind.from(wanted));
    }
  }

  /** Calls it; gives what is on the stack then. */
  private static ClassDesc invoke(CodeBuilder code, DirectMethodHandleDesc target) {
    var owner = target.owner();
    var name = target.methodName();
    var type = MethodTypeDesc.ofDescriptor(target.lookupDescriptor());
    switch (target.kind()) {
      case STATIC -> code.invokestatic(owner, name, type, false);
      case INTERFACE_STATIC -> code.invokestatic(owner, name, type, true);
      // A private method too: the class of the lambda is of the same nest.
      case VIRTUAL, SPECIAL -> code.invokevirtual(owner, name, type);
      case INTERFACE_VIRTUAL, INTERFACE_SPECIAL -> code.invokeinterface(owner, name, type);
      case CONSTRUCTOR -> {
        code.invokespecial(owner, ConstantDescs.INIT_NAME, type);
        return owner;
      }
      case GETTER, SETTER, STATIC_GETTER, STATIC_SETTER ->
          throw new IllegalArgumentException("no lambda stands for a field: " + target);
    }
    return type.returnType();
  }

  // ---- what the hierarchy of classes is read from

  private InputStream inFolder(ClassDesc name) {
    return open(() -> Files.exists(file(name)) ? Files.newInputStream(file(name)) : null);
  }

  /** Modules that are not resolved by default too, as jdk.incubator.vector. */
  private static InputStream inJdk(ClassDesc name) {
    return open(
        () -> {
          for (var module : ModuleFinder.ofSystem().findAll()) {
            if (module.descriptor().packages().contains(name.packageName())) {
              return found(module, path(name)).orElse(null);
            }
          }
          return null;
        });
  }

  private static Optional<InputStream> found(ModuleReference module, String path)
      throws IOException {
    try (var reader = module.open()) {
      return reader.open(path);
    }
  }

  private interface Opening {
    InputStream open() throws IOException;
  }

  private static InputStream open(Opening opening) {
    try {
      return opening.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
