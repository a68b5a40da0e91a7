package dev.backplane.launcher.deployer;

import dev.backplane.Backplane;
import dev.backplane.BundleUse;
import dev.backplane.JobInfo;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.util.tracker.ServiceTracker;

/** Which jobs use a bundle. Without an engine there are none. */
final class Usage implements AutoCloseable {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

  private final ServiceTracker<Backplane, Backplane> engine;

  Usage(BundleContext context) {
    engine = new ServiceTracker<>(context, Backplane.class, null);
    engine.open();
  }

  /** A line for each job that uses one of the bundles: which, on what device, since when, how. */
  List<String> of(Collection<Bundle> bundles) {
    var service = engine.getService();
    var users = new ArrayList<String>();
    for (var job : service == null ? List.<JobInfo>of() : service.jobs()) {
      var uses = job.uses().stream().filter(use -> isOneOf(use, bundles)).toList();
      if (!uses.isEmpty()) {
        users.add(words(job, uses));
      }
    }
    return users;
  }

  private static boolean isOneOf(BundleUse use, Collection<Bundle> bundles) {
    return bundles.stream()
        .anyMatch(
            bundle ->
                use.symbolicName().equals(bundle.getSymbolicName())
                    && use.version().equals(bundle.getVersion().toString()));
  }

  private static String words(JobInfo job, List<BundleUse> uses) {
    return "job "
        + job.name()
        + " on "
        + job.device()
        + " since "
        + TIME.format(job.since())
        + " ("
        + uses.stream().map(BundleUse::what).sorted().distinct().collect(Collectors.joining(", "))
        + ")";
  }

  @Override
  public void close() {
    engine.close();
  }
}
