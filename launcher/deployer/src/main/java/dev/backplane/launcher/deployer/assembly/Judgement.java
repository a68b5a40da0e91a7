package dev.backplane.launcher.deployer.assembly;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Version;

/**
 * What the resolver made of one bundle.
 *
 * @param symbolicName of the bundle
 * @param version of the bundle
 * @param fits whether it is resolved
 * @param reasons why it is not: one for each requirement that nothing satisfies; empty when it fits
 */
public record Judgement(String symbolicName, Version version, boolean fits, List<String> reasons) {
  /** Copies the reasons. */
  public Judgement {
    reasons = List.copyOf(reasons);
  }

  /**
   * Every bundle of a framework but the framework itself and the devices: those left out last.
   *
   * @param context any bundle's context of the framework, which has resolved what it can
   */
  public static List<Judgement> all(BundleContext context) {
    var unsatisfied = new Unsatisfied(context);
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getBundleId() != 0 && !Twin.isDevice(b))
        .map(b -> of(b, unsatisfied))
        .sorted(
            Comparator.comparing((Judgement j) -> !j.fits())
                .thenComparing(Judgement::symbolicName)
                .thenComparing(Judgement::version))
        .toList();
  }

  /**
   * A bundle that is not installed, as if it were there in place of the one of its name: with what
   * speaks against taking it into a running process, and whether it resolves. Nothing is touched.
   *
   * @param context any bundle's context of the framework that would take it
   * @param jar the bundle
   * @param devices of another host; empty for this one
   * @throws IOException when there is no room for a throw-away framework
   * @throws BundleException when headers are malformed
   */
  public static Judgement of(BundleContext context, PluginJar jar, Optional<HostFile> devices)
      throws IOException, BundleException {
    var twins = new ArrayList<>(Twin.of(context, devices));
    twins.removeIf(twin -> twin.symbolicName().equals(jar.symbolicName()));
    twins.add(jar.twin());
    var reasons = new ArrayList<>(new Objections(context).to(jar));
    try (var framework = TwinFramework.open(context, twins)) {
      all(framework.context()).stream()
          .filter(judgement -> judgement.symbolicName().equals(jar.symbolicName()))
          .forEach(judgement -> reasons.addAll(judgement.reasons()));
    }
    return new Judgement(jar.symbolicName(), jar.version(), reasons.isEmpty(), reasons);
  }

  private static Judgement of(Bundle bundle, Unsatisfied unsatisfied) {
    var fits = (bundle.getState() & (Bundle.INSTALLED | Bundle.UNINSTALLED)) == 0;
    return new Judgement(
        bundle.getSymbolicName(),
        bundle.getVersion(),
        fits,
        fits ? List.of() : unsatisfied.reasons(bundle));
  }
}
