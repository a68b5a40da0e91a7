package dev.backplane.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A module of this build as the compiler left it.
 *
 * @param folder its folder, relative to the root of the build
 */
record BuiltModule(String folder) {
  /** The folders of the modules that are bundles. */
  static final List<String> FOLDERS =
      List.of(
          "api",
          "runtime",
          "backend-kit",
          "backend-cpu",
          "backend-tpu/library",
          "backend-tpu/bridge",
          "layers-plugins/core",
          "layers-plugins/audio",
          "layers-plugins/vision",
          "layers-plugins/attention",
          "layers-plugins/recurrent",
          "layers-plugins/convolution",
          "layers-plugins/text",
          "recipes",
          "launcher/boot",
          "launcher/probe",
          "launcher/deployer",
          "launcher/plots",
          "launcher/cli",
          "tck");

  /** The folder that holds all of them. */
  static Path root() {
    return Path.of("..").toAbsolutePath().normalize();
  }

  static List<BuiltModule> all() {
    return FOLDERS.stream().map(BuiltModule::new).toList();
  }

  Path sources() {
    return root().resolve(folder).resolve("src/main/java");
  }

  private Path compiled() {
    return root().resolve(folder).resolve("target/classes");
  }

  ModuleDescriptor descriptor() {
    try (var bytes = Files.newInputStream(compiled().resolve("module-info.class"))) {
      return ModuleDescriptor.read(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every class but the descriptors of module and packages. */
  List<ClassModel> classes() {
    return classFiles().stream()
        .filter(file -> !file.toString().endsWith("-info.class"))
        .map(BuiltModule::parse)
        .toList();
  }

  /** The descriptor of a package, with its annotations. */
  ClassModel packageInfo(String name) {
    return parse(compiled().resolve(name.replace('.', '/')).resolve("package-info.class"));
  }

  private List<Path> classFiles() {
    try (var files = Files.walk(compiled())) {
      return files.filter(file -> file.toString().endsWith(".class")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ClassModel parse(Path file) {
    try {
      return ClassFile.of().parse(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
