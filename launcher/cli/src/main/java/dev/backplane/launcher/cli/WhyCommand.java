package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Training;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.launcher.deployer.Plugin;
import dev.backplane.launcher.deployer.assembly.HostFile;
import dev.backplane.launcher.deployer.assembly.Judgement;
import dev.backplane.launcher.deployer.assembly.NoBundleException;
import dev.backplane.launcher.deployer.assembly.PluginJar;
import dev.backplane.launcher.deployer.assembly.Twin;
import dev.backplane.launcher.deployer.assembly.TwinFramework;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code why}: every bundle that fits or is left out, or where each node of a recipe runs. */
@Command(
    name = "why",
    description = {
      "Every bundle that fits this host or is left out, with the requirement that failed, and",
      "every device that cannot be used, with the reason;",
      "of a recipe: the device of each node of its training step, with the reason."
    },
    mixinStandardHelpOptions = true)
final class WhyCommand implements Callable<Integer> {
  private final BundleContext context;
  private final Backplane backplane;
  private final PluginNews news;

  @Spec CommandSpec spec;

  @Mixin TargetOptions targets = new TargetOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "BUNDLE.jar|RECIPE",
      description = "Tell only of this bundle, or of the nodes of this recipe.")
  @Nullable String subject;

  @Option(
      names = "--host",
      paramLabel = "FILE",
      description =
          "Judge for another host: its devices as Provide-Capability clauses, one a line, for"
              + " example  backplane.hardware;type=gpu;vendor=nvidia;cc:Version=9.0")
  @Nullable Path host;

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  @Inject
  WhyCommand(BundleContext context, Backplane backplane, PluginNews news) {
    this.context = context;
    this.backplane = backplane;
    this.news = news;
  }

  @Override
  public Integer call() {
    if (subject == null || subject.endsWith(".jar")) {
      return bundles(subject == null ? null : Path.of(subject)).number;
    }
    if (host != null) {
      throw new CommandException(
          ExitCode.WRONG_USAGE, "--host judges bundles; the nodes of a recipe run on this host");
    }
    nodes(subject);
    return ExitCode.DONE.number;
  }

  private ExitCode bundles(@Nullable Path bundle) {
    try {
      var devices = host == null ? Optional.<HostFile>empty() : Optional.of(HostFile.read(host));
      if (bundle != null) {
        var judgement = Judgement.of(context, read(bundle), devices);
        print(judgement);
        return judgement.fits() ? ExitCode.DONE : ExitCode.NOTHING_FITS;
      }
      if (devices.isEmpty()) {
        Judgement.all(context).forEach(this::print);
        news.plugins().ifPresent(plugins -> plugins.list().forEach(this::printIfRefused));
        backplane.devices().stream().filter(device -> !device.usable()).forEach(this::print);
        return ExitCode.DONE;
      }
      try (var framework = TwinFramework.open(context, Twin.of(context, devices))) {
        Judgement.all(framework.context()).forEach(this::print);
        return ExitCode.DONE;
      }
    } catch (IOException e) {
      throw new CommandException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
    } catch (BundleException e) {
      var file = host == null ? "" : host + ": ";
      throw new CommandException(ExitCode.FAILED, file + e.getMessage(), e);
    }
  }

  /** What never was installed, or not for long, is no bundle of the framework. */
  private void printIfRefused(Plugin plugin) {
    if (plugin.state() == Plugin.State.REFUSED) {
      var words = plugin.bundle().split(" ", 2);
      var version = words.length < 2 ? Version.emptyVersion : Version.parseVersion(words[1]);
      var name = words[0].isEmpty() ? plugin.file() : words[0];
      print(new Judgement(name, version, false, List.of(plugin.reason())));
    }
  }

  private static PluginJar read(Path bundle) {
    try {
      return PluginJar.read(bundle);
    } catch (NoBundleException e) {
      throw new CommandException(ExitCode.FAILED, bundle + ": " + e.getMessage(), e);
    }
  }

  private void print(Judgement judgement) {
    var out = spec.commandLine().getOut();
    if (json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "bundle");
      fields.put("bundle", judgement.symbolicName());
      fields.put("version", judgement.version().toString());
      fields.put("fits", judgement.fits());
      fields.put("reasons", judgement.reasons());
      new JsonLines(out).print(fields);
    } else {
      out.printf(
          "%-9s %s %s%n",
          judgement.fits() ? "fits" : "left out", judgement.symbolicName(), judgement.version());
      judgement.reasons().forEach(reason -> out.println("          " + reason));
    }
  }

  /** A device whose bundle fits may be of no use all the same. */
  private void print(DeviceInfo device) {
    var out = spec.commandLine().getOut();
    if (json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "device");
      fields.put("id", device.id());
      fields.put("usable", device.usable());
      fields.put("reason", device.reason());
      new JsonLines(out).print(fields);
    } else {
      out.printf("%-9s device %s%n          %s%n", "unusable", device.id(), device.reason());
    }
  }

  private void nodes(String recipeName) {
    var recipe = PlanOptions.recipe(backplane, recipeName);
    var access = PlanOptions.access(null, spec.commandLine().getErr());
    var plan = PlanOptions.plan(backplane, recipe, Map.of(), access, 0, Map.of());
    var target = targets.target(backplane);
    try (var training =
        PlanOptions.trainer(backplane, recipe, plan)
            .open(plan.data().train().batch(plan.batch()), target)) {
      training.why().forEach(this::print);
    }
  }

  private void print(Training.Placed node) {
    var out = spec.commandLine().getOut();
    if (json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "node");
      fields.put("origin", node.origin());
      fields.put("op", node.op());
      fields.put("device", node.device());
      fields.put("reason", node.reason());
      new JsonLines(out).print(fields);
    } else {
      out.printf("%-10s %-24s %-20s %s%n", node.device(), node.op(), node.origin(), node.reason());
    }
  }
}
