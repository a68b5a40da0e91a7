package dev.backplane.launcher.deployer.assembly;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/**
 * A bundle reduced to what the resolver reads of it: it resolves exactly when the bundle does, and
 * has no code that could run.
 *
 * @param headers of the manifest
 */
public record Twin(Map<String, String> headers) {
  /** The namespace of the capabilities by which device bundles publish hardware. */
  static final String HARDWARE = "backplane.hardware";

  private static final List<String> READ_BY_THE_RESOLVER =
      List.of(
          Constants.BUNDLE_MANIFESTVERSION,
          Constants.BUNDLE_SYMBOLICNAME,
          Constants.BUNDLE_VERSION,
          Constants.FRAGMENT_HOST,
          Constants.REQUIRE_BUNDLE,
          Constants.REQUIRE_CAPABILITY,
          Constants.PROVIDE_CAPABILITY,
          Constants.IMPORT_PACKAGE,
          Constants.EXPORT_PACKAGE,
          "Bundle-RequiredExecutionEnvironment");

  /** Copies the headers. */
  public Twin {
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  /**
   * The twin of an installed bundle.
   *
   * @param bundle in any framework and state
   */
  public static Twin of(Bundle bundle) {
    var all = bundle.getHeaders("");
    var headers = new LinkedHashMap<String, String>();
    all.keys().asIterator().forEachRemaining(name -> headers.put(name, all.get(name)));
    return of(headers);
  }

  /**
   * The twin of a bundle with these headers.
   *
   * @param all of its manifest
   */
  static Twin of(Map<String, String> all) {
    var headers = new LinkedHashMap<String, String>();
    for (var name : READ_BY_THE_RESOLVER) {
      var value = all.get(name);
      if (value != null) {
        headers.put(name, value);
      }
    }
    return new Twin(headers);
  }

  /**
   * All bundles of a framework.
   *
   * @param context any bundle's context
   * @param host whose devices stand there instead of those of this host; empty for these
   */
  public static List<Twin> of(BundleContext context, Optional<HostFile> host) {
    var twins = new ArrayList<Twin>();
    for (var installed : context.getBundles()) {
      if (installed.getBundleId() != 0 && (host.isEmpty() || !isDevice(installed))) {
        twins.add(of(installed));
      }
    }
    host.ifPresent(other -> twins.addAll(other.devices()));
    return twins;
  }

  /**
   * A device with the given capabilities.
   *
   * @param name its part of the symbolic name
   * @param clause of a {@code Provide-Capability} header
   */
  static Twin device(String name, String clause) {
    var headers = new LinkedHashMap<String, String>();
    headers.put(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.put(Constants.BUNDLE_SYMBOLICNAME, "dev.backplane.device." + name);
    headers.put(Constants.PROVIDE_CAPABILITY, clause);
    return new Twin(headers);
  }

  /**
   * Whether a bundle stands for a device of the host.
   *
   * @param bundle any
   */
  public static boolean isDevice(Bundle bundle) {
    var provided = bundle.getHeaders("").get(Constants.PROVIDE_CAPABILITY);
    return provided != null && provided.startsWith(HARDWARE + ";");
  }

  /** The name without directives. */
  public String symbolicName() {
    return headers.getOrDefault(Constants.BUNDLE_SYMBOLICNAME, "").split(";", 2)[0].trim();
  }

  InputStream jar() {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes, manifest)) {
      jar.finish();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }
}
