package dev.backplane.launcher.cli;

import dev.backplane.launcher.cli.assembly.Twin;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code devices}: what this host has. */
@Command(
    name = "devices",
    description = "What this host has, which bundles fit it, and a score.",
    mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
  private final BundleContext context;

  @Spec CommandSpec spec;

  @Inject
  DevicesCommand(BundleContext context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    Arrays.stream(context.getBundles())
        .filter(Twin::isDevice)
        .map(b -> b.getHeaders("").get(Constants.PROVIDE_CAPABILITY))
        .forEach(out::println);
    return ExitCode.DONE.number;
  }
}
