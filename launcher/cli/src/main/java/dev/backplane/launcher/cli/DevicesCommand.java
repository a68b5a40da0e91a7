package dev.backplane.launcher.cli;

import dev.backplane.launcher.deployer.assembly.Offer;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code devices}: what this host has to run on, and what every backend bundle made of it. */
@Command(
    name = "devices",
    description = "What this host has, which bundles fit it, and a score.",
    mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
  private final BundleContext context;

  @Spec CommandSpec spec;

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  @Inject
  DevicesCommand(BundleContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Offer.all(context).forEach(json ? this::printJson : this::print);
    return ExitCode.DONE.number;
  }

  private void print(Offer offer) {
    spec.commandLine()
        .getOut()
        .printf(
            "%-13s %5d  %s%n%21s%s: %s%n",
            offer.id().orElse("-"),
            offer.score(),
            offer.name(),
            "",
            offer.usable() ? offer.bundle() : offer.bundle() + ", not usable",
            offer.reason());
    if (!offer.properties().isEmpty()) {
      var facts =
          offer.properties().entrySet().stream().map(fact -> fact.getKey() + " " + fact.getValue());
      spec.commandLine().getOut().printf("%21s%s%n", "", facts.collect(Collectors.joining("; ")));
    }
  }

  private void printJson(Offer offer) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("event", "device");
    offer.id().ifPresent(id -> fields.put("id", id));
    fields.put("bundle", offer.bundle());
    fields.put("name", offer.name());
    fields.put("score", offer.score());
    fields.put("usable", offer.usable());
    fields.put("reason", offer.reason());
    fields.put("properties", offer.properties());
    new JsonLines(spec.commandLine().getOut()).print(fields);
  }
}
