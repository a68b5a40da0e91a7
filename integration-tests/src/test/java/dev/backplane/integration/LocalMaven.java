package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Maven as a stranger runs it: with a local repository that holds what {@code ./backplane install}
 * puts there and nothing else. What else it needs it gets from the repository that this build uses;
 * the network stays out of it.
 */
final class LocalMaven {
  private static final Map<String, String> POMS =
      Map.of(".", "dev.backplane.parent", "layers-plugins", "dev.backplane.layers");
  private static final String VERSION = "0.1.0-SNAPSHOT";
  private static final long TIMEOUT_SECONDS = 300;

  private final Path settings;
  private final Path folder;

  /** Installs Backplane's artifacts into a repository within a folder. */
  LocalMaven(Path folder) throws IOException {
    this.folder = folder;
    var repository = Files.createDirectories(folder.resolve("repository"));
    for (var entry : POMS.entrySet()) {
      install(repository, entry.getKey(), entry.getValue());
    }
    var modules = new ArrayList<>(BuiltModule.FOLDERS);
    modules.add("bom");
    for (var module : modules) {
      install(repository, module, artifact(module));
    }
    settings =
        Files.writeString(
            folder.resolve("settings.xml"),
            """
            <settings>
              <localRepository>%s</localRepository>
              <mirrors>
                <mirror><id>build</id><mirrorOf>*</mirrorOf><url>%s</url></mirror>
              </mirrors>
            </settings>
            """
                .formatted(repository, repositoryOfThisBuild().toUri()));
  }

  private static Path repositoryOfThisBuild() {
    var named = System.getProperty("localRepository");
    return named == null
        ? Path.of(System.getProperty("user.home"), ".m2", "repository")
        : Path.of(named);
  }

  private static String artifact(String module) throws IOException {
    var pom = Files.readString(BuiltModule.root().resolve(module).resolve("pom.xml"));
    var ids = Pattern.compile("<artifactId>(dev\\.backplane[\\w.]*)</artifactId>").matcher(pom);
    ids.find(pom.contains("</parent>") ? pom.indexOf("</parent>") : 0);
    return ids.group(1);
  }

  private static void install(Path repository, String module, String artifact) throws IOException {
    var from = BuiltModule.root().resolve(module);
    var to =
        Files.createDirectories(
            repository.resolve("dev/backplane").resolve(artifact).resolve(VERSION));
    Files.copy(from.resolve("pom.xml"), to.resolve(artifact + "-" + VERSION + ".pom"));
    var jar = from.resolve("target/" + artifact + "-" + VERSION + ".jar");
    if (Files.exists(jar)) {
      Files.copy(jar, to.resolve(jar.getFileName()));
    }
  }

  /**
   * Runs Maven in a project; fails unless it succeeds.
   *
   * @return what it printed
   */
  String run(Path project, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("mvn", "-B", "-ntp", "-s", settings.toString()));
    command.addAll(List.of(arguments));
    var printed = Files.createTempFile(folder, "maven", ".txt");
    var builder =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("MAVEN_OPTS", "-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1");
    builder.environment().remove("MAVEN_ARGS");
    var process = builder.start();
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    var text = Files.readString(printed);
    assertEquals(0, process.exitValue(), text);
    return text;
  }
}
