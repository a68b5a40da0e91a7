package dev.backplane.integration;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.module.ModuleDescriptor.Exports;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the arrows between the modules, and the house rules that can be read off the classes. */
class ArchitectureTest {
  /** The table of the design: who may use whom. Nothing else of ours. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("api", Set.of()),
          Map.entry("runtime", Set.of("api")),
          Map.entry("backend-kit", Set.of("api")),
          Map.entry("backend-cpu", Set.of("api", "backend-kit")),
          Map.entry("backend-tpu/library", Set.of()),
          Map.entry("backend-tpu/bridge", Set.of("api", "backend-kit", "backend-tpu/library")),
          Map.entry("layers-plugins/core", Set.of("api")),
          Map.entry("layers-plugins/vision", Set.of("api")),
          Map.entry("layers-plugins/audio", Set.of("api", "layers-plugins/core")),
          Map.entry("layers-plugins/attention", Set.of("api", "layers-plugins/core")),
          Map.entry("layers-plugins/recurrent", Set.of("api", "layers-plugins/core")),
          Map.entry("layers-plugins/convolution", Set.of("api", "layers-plugins/core")),
          Map.entry("layers-plugins/text", Set.of("api")),
          Map.entry(
              "recipes",
              Set.of(
                  "api",
                  "layers-plugins/core",
                  "layers-plugins/audio",
                  "layers-plugins/vision",
                  "layers-plugins/attention",
                  "layers-plugins/recurrent",
                  "layers-plugins/convolution",
                  "layers-plugins/text")),
          Map.entry("launcher/boot", Set.of()),
          Map.entry("launcher/probe", Set.of()),
          Map.entry("launcher/deployer", Set.of("api")),
          Map.entry("launcher/plots", Set.of("api")),
          Map.entry(
              "launcher/cli",
              Set.of("api", "runtime", "tck", "launcher/plots", "launcher/deployer")),
          Map.entry("tck", Set.of("api")));

  private static final Pattern IN_DESCRIPTOR = Pattern.compile("L([\\w/$]+);");
  private static final Pattern FORBIDDEN_NAME =
      Pattern.compile("(Base|Abstract)[A-Z]\\w*|\\w*(Impl|Util|Utils|Manager|Helper)");
  private static final int LINES_OF_A_FILE = 600;

  /** Which module a class of ours is in. */
  private static final Map<String, String> OWNERS = new HashMap<>();

  @BeforeAll
  static void readOwners() {
    for (var module : BuiltModule.all()) {
      module.classes().forEach(type -> OWNERS.put(name(type), module.folder()));
    }
    assertTrue(OWNERS.size() > 100, () -> "classes that were found: " + OWNERS.size());
  }

  static List<BuiltModule> modules() {
    return BuiltModule.all();
  }

  private static String name(ClassModel type) {
    return type.thisClass().asInternalName();
  }

  /** The internal names of all classes that a class mentions. */
  private static Set<String> mentioned(ClassModel type) {
    var names = new TreeSet<String>();
    for (var entry : type.constantPool()) {
      switch (entry) {
        case ClassEntry mentioned -> addElement(names, mentioned.asInternalName());
        case Utf8Entry text ->
            IN_DESCRIPTOR
                .matcher(text.stringValue())
                .results()
                .forEach(found -> names.add(found.group(1)));
        default -> {}
      }
    }
    return names;
  }

  private static void addElement(Set<String> names, String internalName) {
    if (internalName.startsWith("[")) {
      IN_DESCRIPTOR.matcher(internalName).results().forEach(found -> names.add(found.group(1)));
    } else {
      names.add(internalName);
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void aModuleUsesOnlyThoseTheDesignAllows(BuiltModule module) {
    var allowed = ARROWS.get(module.folder());
    var wrong = new ArrayList<String>();
    for (var type : module.classes()) {
      for (var other : mentioned(type)) {
        var owner = OWNERS.get(other);
        if (owner != null && !owner.equals(module.folder()) && !allowed.contains(owner)) {
          wrong.add(name(type) + " -> " + other + " of " + owner);
        }
      }
    }
    assertEquals(List.of(), wrong, module.folder() + " may use " + allowed);
  }

  @Test
  void theApiNeedsNothingButTheJdkAndAnnotations() {
    var others = new TreeSet<String>();
    for (var type : new BuiltModule("api").classes()) {
      mentioned(type).stream()
          .filter(name -> !OWNERS.containsKey(name))
          .filter(name -> name.contains("/") && !name.startsWith("java/"))
          .filter(name -> !name.startsWith("org/osgi/annotation/"))
          .filter(name -> !name.startsWith("org/jspecify/annotations/"))
          .forEach(others::add);
    }
    assertEquals(Set.of(), others);
  }

  @Test
  void nativeCodeStaysBehindTheInternalPackages() {
    var wrong = new TreeSet<String>();
    for (var module : BuiltModule.all()) {
      for (var type : module.classes()) {
        var isNative =
            mentioned(type).stream()
                .anyMatch(
                    other ->
                        other.equals("java/lang/foreign/Linker")
                            || other.equals("java/lang/foreign/SymbolLookup")
                            || other.startsWith("org/bytedeco/")
                            || other.startsWith("org/jocl/"));
        if (isNative && !name(type).contains("/internal/")) {
          wrong.add(name(type));
        }
      }
    }
    assertEquals(Set.of(), wrong, "only a package named internal talks to a C library");
  }

  @ParameterizedTest
  @MethodSource("modules")
  void theModuleIsNamedAsItsBundleAndItsPackagesAfterIt(BuiltModule module) throws IOException {
    var descriptor = module.descriptor();
    var pom = Files.readString(BuiltModule.root().resolve(module.folder()).resolve("pom.xml"));
    assertTrue(
        pom.contains("<artifactId>" + descriptor.name() + "</artifactId>"),
        () -> module.folder() + " is no artifact " + descriptor.name());
    // The API's packages are the short ones: it is what everybody imports.
    var prefix = module.folder().equals("api") ? "dev.backplane" : descriptor.name();
    var outside =
        module.classes().stream()
            .map(type -> name(type).replace('/', '.'))
            .filter(name -> !name.startsWith(prefix + "."))
            .toList();
    assertEquals(List.of(), outside);
  }

  @ParameterizedTest
  @MethodSource("modules")
  void everyExportedPackageHasAVersion(BuiltModule module) {
    for (var exported : module.descriptor().exports().stream().map(Exports::source).toList()) {
      var annotations =
          Stream.of(
                  module
                      .packageInfo(exported)
                      .findAttribute(Attributes.runtimeInvisibleAnnotations())
                      .map(found -> found.annotations())
                      .orElse(List.of()))
              .flatMap(List::stream)
              .map(Annotation::classSymbol)
              .map(type -> type.displayName())
              .toList();
      assertTrue(
          annotations.containsAll(List.of("Export", "Version")),
          () -> exported + ": its package-info needs @Export and @Version, has " + annotations);
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void namesSayWhatATypeIs(BuiltModule module) {
    var wrong =
        module.classes().stream()
            .map(ArchitectureTest::name)
            .filter(
                name -> FORBIDDEN_NAME.matcher(name.substring(1 + name.lastIndexOf('/'))).matches())
            .toList();
    assertEquals(List.of(), wrong);
  }

  /** What a process needs before its first step has been linked by the build. */
  @ParameterizedTest
  @MethodSource("modules")
  void nothingOfTheStartIsLeftToLink(BuiltModule module) {
    if (module.folder().equals("recipes")
        || module.folder().equals("tck")
        || module.folder().startsWith("launcher/")) {
      return;
    }
    var left = new TreeSet<String>();
    for (var type : module.classes()) {
      for (var method : type.methods()) {
        method.code().stream()
            .flatMap(CodeModel::elementStream)
            .filter(ArchitectureTest::isLinkedByTheBuild)
            .forEach(_ -> left.add(name(type) + "." + method.methodName()));
      }
    }
    assertEquals(Set.of(), left, "did build/prelink run?");
  }

  private static boolean isLinkedByTheBuild(CodeElement element) {
    return element instanceof InvokeDynamicInstruction call
        && switch (call.bootstrapMethod().owner().displayName()) {
          case "ObjectMethods", "StringConcatFactory" -> true;
          case "LambdaMetafactory" -> call.bootstrapMethod().methodName().equals("metafactory");
          case "SwitchBootstraps" ->
              call.bootstrapMethod().methodName().equals("typeSwitch")
                  && call.bootstrapArgs().stream().allMatch(label -> label instanceof ClassDesc);
          default -> false;
        };
  }

  @ParameterizedTest
  @MethodSource("modules")
  void aFileIsAFewPages(BuiltModule module) throws IOException {
    try (var files = Files.walk(module.sources())) {
      var tooLong = new ArrayList<String>();
      for (var file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        try (var lines = Files.lines(file)) {
          var count = lines.count();
          if (count > LINES_OF_A_FILE) {
            tooLong.add(file.getFileName() + ": " + count);
          }
        }
      }
      assertTrue(tooLong.isEmpty(), () -> tooLong.stream().collect(joining(", ")));
    }
  }
}
