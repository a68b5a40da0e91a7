package dev.backplane.integration.swap.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a process is made of, after a garbage collection.
 *
 * @param resident bytes of memory in use, native memory included
 * @param heap bytes of the heap in use
 * @param threads the names of the threads, with numbers cut off
 * @param tasks how many threads the system sees, those of native libraries included, but for the
 *     JVM's compilers, of which there are as many as there is to compile
 * @param files what the file descriptors are open for
 * @param libraries the native libraries that are mapped
 */
record Vitals(
    long resident,
    long heap,
    Set<String> threads,
    long tasks,
    List<String> files,
    Set<String> libraries) {
  static Vitals now() {
    System.gc();
    var runtime = Runtime.getRuntime();
    return new Vitals(
        residentNow(),
        runtime.totalMemory() - runtime.freeMemory(),
        Thread.getAllStackTraces().keySet().stream()
            .map(thread -> thread.getName().replaceAll("[0-9]+", "#"))
            .collect(Collectors.toCollection(TreeSet::new)),
        tasksNow(),
        filesNow(),
        librariesNow());
  }

  private static long residentNow() {
    for (var line : lines("/proc/self/status")) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new IllegalStateException("/proc/self/status has no VmRSS");
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long tasksNow() {
    try (var tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.filter(task -> !isCompiler(task)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isCompiler(Path task) {
    try {
      return Files.readString(task.resolve("comm")).matches("(?s)C[12] Compiler.*");
    } catch (IOException e) {
      // It has ended meanwhile.
      return true;
    }
  }

  private static List<String> filesNow() {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.map(Vitals::target).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "gone";
    }
  }

  private static Set<String> librariesNow() {
    return lines("/proc/self/maps").stream()
        .filter(line -> line.contains("/") && line.contains(".so"))
        .map(line -> line.substring(line.indexOf('/')))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Everything under a folder, with sizes. */
  static Set<String> tree(Path folder) {
    try (var files = Files.walk(folder)) {
      var tree = new TreeSet<String>();
      for (var file : files.filter(Files::isRegularFile).toList()) {
        tree.add(folder.relativize(file) + " " + Files.size(file));
      }
      return tree;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return String.format(
        "resident %.1f MiB, heap %.1f MiB, %d threads of %d kinds, %d files, %d libraries",
        resident / 1048576.0,
        heap / 1048576.0,
        tasks,
        threads.size(),
        files.size(),
        libraries.size());
  }
}
