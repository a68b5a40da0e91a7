package dev.backplane.launcher.cli.assembly;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
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

  private static Judgement of(Bundle bundle, Unsatisfied unsatisfied) {
    var fits = (bundle.getState() & (Bundle.INSTALLED | Bundle.UNINSTALLED)) == 0;
    return new Judgement(
        bundle.getSymbolicName(),
        bundle.getVersion(),
        fits,
        fits ? List.of() : unsatisfied.reasons(bundle));
  }
}
