package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/adding-a-backend.md, followed from an empty folder: built, conformant, used. */
class BackendExampleIT {
  @TempDir private Path folder;

  @Test
  void theBackendOfThePagePassesTheKitAndTrains() throws Exception {
    var project = folder.resolve("acme-backend");
    DocumentedFiles.of("adding-a-backend.md").write("examples/acme-backend/", project);
    var printed = new LocalMaven(folder).run(project, "verify");
    var counts =
        Pattern.compile("Tests run: (\\d+), Failures: 0, Errors: 0, Skipped: (\\d+)")
            .matcher(printed);
    assertTrue(counts.find(), printed);
    int ran = Integer.parseInt(counts.group(1)) - Integer.parseInt(counts.group(2));
    assertTrue(ran > 100, printed);

    var plugins = Files.createDirectories(folder.resolve("plugins"));
    var jar = "com.acme.backend-1.0.0.jar";
    Files.copy(project.resolve("target").resolve(jar), plugins.resolve(jar));
    var option = List.of("-Dbackplane.plugins=" + plugins);
    var judged = new Launcher(folder).start(option, "tck", "acme", "--report", "report").await();
    assertEquals(0, judged.exitCode(), judged.toString());
    assertTrue(
        judged.lastLine().matches("conformant: \\d+ passed, 0 failed, .*"), judged.toString());
    var report = Files.readString(folder.resolve("report/conformance.json"));
    assertTrue(report.contains("\"conformant\":true"), report);
    assertEquals(judged.out(), Files.readString(folder.resolve("report/conformance.txt")));
    var unknown = new Launcher(folder).start(option, "tck", "acne").await();
    assertEquals(2, unknown.exitCode(), unknown.toString());
    assertTrue(unknown.err().contains("did you mean 'acme'?"), unknown.toString());

    var trained =
        new Launcher(folder)
            .start(option, "train", "iris-mlp", "--device", "acme", "--epochs", "3", "--out", "run")
            .await();
    assertEquals(0, trained.exitCode(), trained.toString());
    assertTrue(trained.out().startsWith("iris-mlp on acme (Acme's loops)"), trained.toString());
  }
}
