package dev.backplane.backend.tpu.discovery;

import dev.backplane.backend.tpu.library.PluginLibrary;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;

/**
 * The classes a child process needs, written into a folder: a main class and those of this backend
 * it mentions, and so on. A class path to give the child there is not always: a bundle's classes
 * may lie anywhere.
 */
final class ClassFiles {
  private static final String OURS = "dev/backplane/backend/tpu/";
  private static final String LIBRARY = OURS + "library/";

  private ClassFiles() {}

  static void write(Class<?> main, Path folder) throws IOException {
    var open = new ArrayDeque<String>();
    var seen = new HashSet<String>();
    open.add(main.getName().replace('.', '/'));
    while (!open.isEmpty()) {
      var name = open.remove();
      if (!name.startsWith(OURS) || !seen.add(name)) {
        continue;
      }
      var bytes = bytes(name);
      var target = folder.resolve(name + ".class");
      Files.createDirectories(target.getParent());
      Files.write(target, bytes);
      for (var entry : ClassFile.of().parse(bytes).constantPool()) {
        if (entry instanceof ClassEntry mentioned) {
          open.add(mentioned.asInternalName());
        }
      }
    }
  }

  private static byte[] bytes(String name) throws IOException {
    // Each from a class of its own bundle: a bundle does not see what another keeps to itself.
    var neighbour = name.startsWith(LIBRARY) ? PluginLibrary.class : ClassFiles.class;
    try (var in = neighbour.getResourceAsStream("/" + name + ".class")) {
      if (in == null) {
        throw new IOException("the class " + name + " is not where " + neighbour + " is");
      }
      return in.readAllBytes();
    }
  }
}
