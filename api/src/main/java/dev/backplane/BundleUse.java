package dev.backplane;

/**
 * What a job uses of a bundle.
 *
 * @param symbolicName the bundle's symbolic name; on class and module path the name of the module,
 *     else the id of the backend or the name of the package
 * @param version the bundle's version, as OSGi writes it
 * @param what the use, for people: {@code device cpu}, {@code dense in model}
 */
public record BundleUse(String symbolicName, String version, String what) {
  /** As in {@code device cpu of dev.backplane.backend.cpu 0.1.0}. */
  @Override
  public String toString() {
    return what + " of " + symbolicName + " " + version;
  }
}
