package dev.backplane.integration.swap;

import dev.backplane.integration.osgi.BundleJar;
import dev.backplane.integration.swap.driver.Driver;
import dev.backplane.integration.swap.plugin.Plugin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Constants;

/**
 * A process that the launcher starts on the packaged bundles and a driver, which puts bundles in
 * and out while it works.
 *
 * @param folder for all its files
 * @param leftOut bundles of the assembly that are left out, by parts of their files' names
 */
public record SwapProcess(Path folder, List<String> leftOut) {
  /** With all bundles of the assembly. */
  public SwapProcess(Path folder) {
    this(folder, List.of());
  }

  /** The same without a bundle, by a part of its file's name. */
  public SwapProcess without(String part) {
    return new SwapProcess(folder, List.of(part));
  }

  private static final List<String> API =
      List.of(
          "dev.backplane",
          "dev.backplane.backend",
          "dev.backplane.data",
          "dev.backplane.extension",
          "dev.backplane.function",
          "dev.backplane.io",
          "dev.backplane.nn",
          "dev.backplane.op",
          "dev.backplane.tensor");

  private static Path assembly() {
    return Path.of(System.getProperty("backplane.assembly"));
  }

  /** A bundle of the assembly, by a part of its file's name. */
  public static Path bundle(String part) throws IOException {
    try (var files = Files.list(assembly().resolve("bundles"))) {
      return files
          .filter(file -> file.getFileName().toString().contains(part))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no bundle " + part + " in " + assembly()));
    }
  }

  /** The plugin in some version. */
  public Path plugin(String version) throws IOException {
    return BundleJar.of(
        folder.resolve("plugin-" + version + ".jar"),
        "acme.plugin",
        version,
        Plugin.class,
        Map.of(Constants.IMPORT_PACKAGE, "org.osgi.framework," + String.join(",", API)));
  }

  /** Runs the driver, and gives what it wrote. */
  public String run(String... arguments) throws IOException, InterruptedException {
    return run(Map.of(), arguments);
  }

  /** The same with further variables in its environment. */
  String run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    var bundles = Files.createDirectories(folder.resolve("bundles"));
    try (var files = Files.list(assembly().resolve("bundles"))) {
      for (var file : files.toList()) {
        var name = file.getFileName().toString();
        if (!name.contains(".cli-") && leftOut.stream().noneMatch(name::contains)) {
          Files.copy(file, bundles.resolve(name));
        }
      }
    }
    BundleJar.of(
        bundles.resolve("driver.jar"),
        "test.driver",
        "1.0.0",
        Driver.class,
        Map.of(
            Constants.IMPORT_PACKAGE,
            "com.sun.management,org.osgi.framework,org.osgi.framework.wiring,"
                + String.join(",", API)));
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // A heap that is there as a whole from the beginning: what grows besides is native memory.
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xms192m",
            "-Xmx192m",
            "-XX:+AlwaysPreTouch",
            // Caches of the JDK hold classes softly: java.lang.runtime.ObjectMethods the last
            // record's. They let go when memory is needed; here at every collection.
            "-XX:SoftRefLRUPolicyMSPerMB=0",
            "--add-modules=ALL-DEFAULT,jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dbackplane.cache=" + folder.resolve("cache"),
            "-Dbackplane.assembly=" + bundles,
            "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp"))));
    command.addAll(
        List.of(
            "--class-path",
            assembly().resolve("boot/launcher.jar")
                + ":"
                + assembly().resolve("boot/framework.jar"),
            "dev.backplane.launcher.boot.Main"));
    command.addAll(List.of(arguments));
    var out = folder.resolve("out.txt");
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    // One arena, as each thread's own would keep what others have freed.
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    builder.environment().putAll(environment);
    var process = builder.start();
    if (!process.waitFor(600, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError("still running: " + Files.readString(out));
    }
    var text = Files.readString(out);
    if (process.exitValue() != 0 || !text.contains("done\n")) {
      throw new AssertionError("exit code " + process.exitValue() + "\n" + text);
    }
    return text;
  }
}
