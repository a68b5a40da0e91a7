package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Run;
import dev.backplane.Trainer.Epochs;
import dev.backplane.Training;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.integration.osgi.PaxExam;
import dev.backplane.io.MalformedModelException;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Metric;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * docs/adding-a-layer.md, followed from an empty folder: built and tested by Maven, named by
 * settings and JSON, upgraded beside a job that goes on.
 */
@ExtendWith(PaxExam.class)
class PluginExampleIT {
  private static final String PLUGIN = "com.acme.plugin";
  private static final Map<String, String> SETTINGS =
      Map.of(
          "activation", "acme.swish(beta=1.5)",
          "optimizer", "acme.lion",
          "metrics", "accuracy, acme.top_k(k=2)",
          "rate", "0.003");

  private static Path folder;
  private static Path first;
  private static Path second;

  @PaxExam.FromFramework BundleContext context;
  @PaxExam.FromFramework Backplane backplane;

  @PaxExam.Provision
  static Option[] bundles() {
    return AssemblyFolder.options();
  }

  /** What the page says, literally. */
  @BeforeAll
  static void followThePage() throws Exception {
    folder = Files.createTempDirectory("plugin-example");
    var page = DocumentedFiles.of("adding-a-layer.md");
    var maven = new LocalMaven(folder);
    var project = folder.resolve("acme-plugin");
    page.write("examples/acme-plugin/", project);
    var printed = maven.run(project, "verify");
    assertTrue(printed.contains("Tests run: 5, Failures: 0, Errors: 0, Skipped: 0"), printed);
    first = project.resolve("target/com.acme.plugin-1.0.0.jar");
    page.upgrade("examples/acme-plugin/", project);
    maven.run(project, "verify", "-DskipTests"); // compiled, not run a second time
    second = project.resolve("target/com.acme.plugin-1.1.0.jar");
  }

  @AfterAll
  static void forget() throws Exception {
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @AfterEach
  void uninstall() throws Exception {
    for (var bundle : context.getBundles()) {
      if (PLUGIN.equals(bundle.getSymbolicName())) {
        bundle.uninstall();
      }
    }
  }

  private Bundle install(Path jar) throws Exception {
    var bundle = context.installBundle(jar.toUri().toString());
    bundle.start();
    // Services come when the framework gets to it: on a busy host that may be a moment later.
    var until = System.nanoTime() + 120_000_000_000L;
    while (!serves(bundle)) {
      assertTrue(
          System.nanoTime() < until,
          () -> "no acme.swish of " + bundle + ": " + backplane.parts().names(Layer.class));
      Thread.sleep(20);
    }
    return bundle;
  }

  /** Whether the name stands for this version's class, and not still for an older one's. */
  private boolean serves(Bundle bundle) throws ClassNotFoundException {
    return backplane.parts().names(Layer.class).contains("acme.swish")
        && backplane.parts().make(Layer.class, "acme.swish").getClass()
            == bundle.loadClass("com.acme.plugin.Swish");
  }

  private Recipe.Plan plan(Map<String, String> settings) {
    var recipe =
        backplane.recipes().stream().filter(r -> r.name().equals("iris-mlp")).findFirst().get();
    return recipe.plan(new Recipe.Request(settings, Access.silent(), 1, backplane.parts()));
  }

  private Training open(Map<String, String> settings, String device) {
    var plan = plan(settings);
    return backplane
        .trainer(plan.model(), plan.loss(), plan.optimizer())
        .metrics(plan.metrics().toArray(Metric[]::new))
        .seed(1)
        .open(plan.data().train().shuffle(1).batch(plan.batch()), backplane.device(device));
  }

  private Run fit(Map<String, String> settings, Path out) {
    var plan = plan(settings);
    return backplane
        .trainer(plan.model(), plan.loss(), plan.optimizer())
        .name("iris-mlp")
        .metrics(plan.metrics().toArray(Metric[]::new))
        .seed(1)
        .out(out)
        .fit(
            plan.data().train().shuffle(1).batch(plan.batch()),
            plan.data().test().batch(30),
            Epochs.epochs(20),
            backplane.device("cpu"));
  }

  private boolean isUsed(String version) {
    return backplane.jobs().stream().anyMatch(job -> job.uses(PLUGIN, version));
  }

  @Test
  void aSecondVersionServesNewJobsWhileTheFirstOnesJobGoesOn() throws Exception {
    assertThrows(IllegalArgumentException.class, () -> plan(SETTINGS), "not installed yet");
    var one = install(first);
    var run = folder.resolve("run-of-version-1");
    double loss;
    try (var ended = fit(SETTINGS, run)) {
      assertTrue(ended.metrics().get("train_accuracy") > 0.8, ended.toString());
      loss = ended.metrics().get("test_loss");
    }
    assertFalse(isUsed("1.0.0"));

    var undisturbed = losses(60);
    try (var old = open(SETTINGS, "cpu")) {
      step(old, 20);
      assertTrue(isUsed("1.0.0"));
      var two = install(second);
      var shared = Map.of("activation", "acme.swish(beta=1.5, shared=true)");
      try (var young = open(shared, "reference")) {
        young.step();
        assertEquals(List.of(1), dimensions(young));
        assertTrue(isUsed("1.1.0"));
        step(old, 40);
        // A tail of 10 has a program of its own: it is traced again, and from version 1.
        old.evaluate(plan(SETTINGS).data().test().batch(10));
        assertEquals(List.of(16), dimensions(old));
        assertTrue(isUsed("1.0.0"));
        assertEquals(undisturbed, old.metrics().get("loss"), "to the last bit");
      }
      var made = backplane.parts().make(Layer.class, "acme.swish");
      assertNotSame(made.getClass(), one.loadClass("com.acme.plugin.Swish"));
      assertEquals(made.getClass(), two.loadClass("com.acme.plugin.Swish"));
    }
    assertFalse(isUsed("1.0.0"), "now it may go");
    one.uninstall();

    try (var opened = backplane.open(run, backplane.device("cpu"))) {
      var test = plan(SETTINGS).data().test().batch(30);
      assertEquals(loss, opened.evaluate(test).get("loss"), 1e-6);
      assertTrue(isUsed("1.1.0"));
    }
    var json = Files.readString(run.resolve("config.json"));
    var damaged = json.replace("\"acme.swish\"", "\"acme.swash\"");
    Files.writeString(run.resolve("config.json"), damaged);
    var refused =
        assertThrows(
            MalformedModelException.class, () -> backplane.open(run, backplane.device("cpu")));
    assertTrue(refused.getMessage().contains("did you mean acme.swish"), refused.getMessage());
  }

  /** The running loss of a job of version 1 that nothing happens to. */
  private double losses(int steps) {
    try (var alone = open(SETTINGS, "cpu")) {
      step(alone, steps);
      return alone.metrics().get("loss");
    }
  }

  private static void step(Training training, int steps) {
    for (int i = 0; i < steps; i++) {
      training.step();
    }
  }

  private static List<Integer> dimensions(Training training) {
    var beta =
        training.parameters().entrySet().stream()
            .filter(entry -> entry.getKey().endsWith("/beta"))
            .findFirst()
            .get();
    return beta.getValue().type().shape().dimensions();
  }

  @Test
  void theModelFileOfThePageIsReadByName() throws Exception {
    install(first);
    var page = Files.readString(BuiltModule.root().resolve("docs/adding-a-layer.md"));
    var begin = page.indexOf("```json\n") + 8;
    var model =
        backplane.parts().make(Layer.class, page.substring(begin, page.indexOf("```", begin)));
    assertTrue(model.toString().contains("Swish[beta=1.5]"), model.toString());
    assertEquals(model, backplane.parts().make(Layer.class, backplane.parts().json(model)));
  }

  /** What the page does by hand: dropped in, used by its names, upgraded while its job goes on. */
  @Test
  void theJarIsDroppedIntoARunningProcessAndUpgraded() throws Exception {
    var plugins = Files.createDirectories(folder.resolve("plugins"));
    var shell = Shell.start(folder, plugins);
    shell.asks("plugins", "nothing in it");
    Files.copy(first, plugins.resolve(first.getFileName()));
    shell.hears("com.acme.plugin 1.0.0 is in: new jobs can use it");
    shell.type(
        "train iris-mlp --set activation=acme.swish --set optimizer=acme.lion --set rate=0.003"
            + " --set 'metrics=accuracy,acme.top_k(k=2)' --epochs 100000000 --out old &");
    shell.hears("\\[1] epoch .*train_top_2");
    Files.copy(second, plugins.resolve(second.getFileName()));
    shell.hears("com.acme.plugin 1.1.0 is in beside 1.0.0: new jobs use it");
    shell.type("train iris-mlp --set 'activation=acme.swish(shared=true)' --epochs 2 --out young");
    shell.hears("run folder: young");
    shell.asks("jobs", "of com.acme.plugin 1.0.0");
    shell.answer("stop 1", "\\[1] interrupted; go on with --out old --resume");
    shell.hears("com.acme.plugin 1.0.0 is gone, for com.acme.plugin 1.1.0");
    shell.answer("evaluate old", "iris-mlp .*test_top_2");
    for (var jar : List.of(first, second)) {
      Files.delete(plugins.resolve(jar.getFileName()));
    }
    shell.hears("com.acme.plugin 1.1.0 is gone");
    shell.answer("evaluate old", "unknown name \"acme.swish\"");
    shell.asks("plugins", "nothing in it");
    assertEquals(0, shell.end().exitCode());
  }
}
