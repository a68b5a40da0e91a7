package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.backend.Backend;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.tck.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import picocli.CommandLine;

/**
 * One run of the conformance kit. A class of its own, since it cannot be loaded before the kit's
 * bundle is there.
 *
 * @param report the folder of the report, where one is wanted
 */
record ConformanceRun(
    BundleContext context,
    Backplane backplane,
    CommandLine line,
    long seed,
    @Nullable Path report,
    boolean json) {

  ExitCode run(String name) {
    var backend = backend(name);
    var device = device(backend, name);
    var result = underALease(backend, device);
    if (report != null) {
      write(report, result);
    }
    if (json) {
      new JsonLines(line.getOut()).print(result.fields());
    } else {
      line.getOut().println(result);
    }
    return result.isConformant() ? ExitCode.DONE : ExitCode.FAILED;
  }

  /**
   * The kit opens the device itself, so somebody has to say meanwhile that its bundle is in use.
   */
  private Report underALease(Backend backend, DeviceInfo device) {
    try (var _ = backplane.eager(backplane.device(device.id()))) {
      return Report.run(
          backend,
          device,
          backend("reference"),
          seed,
          what -> {
            if (!json) {
              line.getErr().println(what + " …");
            }
          });
    }
  }

  private Backend backend(String name) {
    var known = new ArrayList<String>();
    for (var backend : backends()) {
      var ids = new ArrayList<>(backend.devices().stream().map(DeviceInfo::id).toList());
      ids.add(backend.info().id());
      if (ids.contains(name)) {
        return backend;
      }
      known.addAll(ids);
    }
    throw new CommandException(
        ExitCode.WRONG_USAGE, "there is no backend '" + name + "'" + Nearest.hint(name, known));
  }

  /** The one that came last first: of several versions it is the one that new jobs get. */
  private List<Backend> backends() {
    try {
      var backends = new ArrayList<Backend>();
      var references = new ArrayList<>(context.getServiceReferences(Backend.class, null));
      references.sort(Comparator.comparing(ConformanceRun::ordinal).reversed());
      for (var reference : references) {
        var backend = context.getService(reference);
        if (backend != null) {
          backends.add(backend);
        }
      }
      return backends;
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("without a filter there is nothing to misspell", e);
    }
  }

  private static long ordinal(ServiceReference<?> service) {
    return (Long) service.getProperty(Constants.SERVICE_ID);
  }

  private static DeviceInfo device(Backend backend, String name) {
    var usable = backend.devices().stream().filter(DeviceInfo::usable).toList();
    return usable.stream()
        .filter(device -> device.id().equals(name))
        .findFirst()
        .or(() -> usable.stream().findFirst())
        .orElseThrow(
            () ->
                new CommandException(
                    ExitCode.NOTHING_FITS,
                    "no device of "
                        + backend.info().id()
                        + " is usable: "
                        + backend.devices().stream().map(DeviceInfo::reason).toList()));
  }

  private static void write(Path folder, Report result) {
    var text = new StringWriter();
    new JsonLines(new PrintWriter(text, true)).print(result.fields());
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("conformance.json"), text.toString());
      Files.writeString(folder.resolve("conformance.txt"), result + "\n");
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.FAILED, "--report " + folder + " cannot be written: " + e.getMessage(), e);
    }
  }
}
