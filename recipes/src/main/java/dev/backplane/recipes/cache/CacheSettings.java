package dev.backplane.recipes.cache;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where datasets are kept and where they may come from.
 *
 * <p>Each setting is an environment variable, or the system property of the same name in lower case
 * with dots ({@code BACKPLANE_NPM_BASE}, {@code backplane.npm.base}), which goes first. A blank
 * value counts as absent.
 *
 * @param root folder of the cache: {@code BACKPLANE_CACHE}, else {@code backplane} in the XDG cache
 *     folder
 * @param given a folder or package file that the user gave and that is used instead of all else:
 *     {@code BACKPLANE_DATA}
 * @param offline whether sources that need the network are left out: {@code BACKPLANE_OFFLINE}
 * @param bases configured base address of an ecosystem, keyed by {@link PackageSource#ecosystem()}:
 *     {@code BACKPLANE_NPM_BASE}, {@code BACKPLANE_DEBIAN_BASE}, {@code BACKPLANE_PYPI_BASE} (a
 *     simple index); {@code http}, {@code https} or {@code file}
 * @param path folders in which the package clients are looked for, as in {@code PATH}
 * @param stall how long a connection may be silent
 * @param limit how long one source may take in all
 */
public record CacheSettings(
    Path root,
    Optional<Path> given,
    boolean offline,
    Map<String, URI> bases,
    String path,
    Duration stall,
    Duration limit) {
  /** Makes the paths absolute and copies the map. */
  public CacheSettings {
    root = root.toAbsolutePath().normalize();
    given = given.map(folder -> folder.toAbsolutePath().normalize());
    bases = Map.copyOf(bases);
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(stall, "stall");
    Objects.requireNonNull(limit, "limit");
  }

  /**
   * The settings of this process.
   *
   * @throws IllegalArgumentException if a base is no address; names the variable
   */
  public static CacheSettings ofProcess() {
    return of(System.getenv(), System::getProperty);
  }

  /**
   * Settings from an environment and system properties.
   *
   * @param environment environment variables
   * @param properties gives a system property or null
   * @throws IllegalArgumentException if a base is no address; names the variable
   */
  public static CacheSettings of(
      Map<String, String> environment, Function<String, @Nullable String> properties) {
    Function<String, Optional<String>> setting =
        variable ->
            Optional.ofNullable(
                    properties.apply(variable.toLowerCase(Locale.ROOT).replace('_', '.')))
                .filter(value -> !value.isBlank())
                .or(
                    () ->
                        Optional.ofNullable(environment.get(variable))
                            .filter(value -> !value.isBlank()));
    var bases = new HashMap<String, URI>();
    for (var ecosystem : List.of("npm", "debian", "pypi")) {
      var variable = baseVariable(ecosystem);
      setting.apply(variable).ifPresent(value -> bases.put(ecosystem, base(variable, value)));
    }
    return new CacheSettings(
        setting.apply("BACKPLANE_CACHE").map(Path::of).orElseGet(() -> userCache(environment)),
        setting.apply("BACKPLANE_DATA").map(Path::of),
        setting.apply("BACKPLANE_OFFLINE").filter(CacheSettings::isYes).isPresent(),
        bases,
        environment.getOrDefault("PATH", ""),
        Duration.ofSeconds(60),
        Duration.ofMinutes(10));
  }

  /** These settings with a folder or package file that the user gave. */
  public CacheSettings withGiven(Path folder) {
    return new CacheSettings(root, Optional.of(folder), offline, bases, path, stall, limit);
  }

  /** Name of the environment variable that configures the base of an ecosystem. */
  static String baseVariable(String ecosystem) {
    return "BACKPLANE_" + ecosystem.toUpperCase(Locale.ROOT) + "_BASE";
  }

  private static boolean isYes(String value) {
    return switch (value.strip().toLowerCase(Locale.ROOT)) {
      case "0", "false", "no", "off" -> false;
      default -> true;
    };
  }

  private static URI base(String variable, String value) {
    var found = variable + ": expected an http, https or file address, found \"" + value + "\"";
    try {
      var uri = URI.create(value.endsWith("/") ? value : value + "/");
      var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      return switch (scheme) {
        case "http", "https", "file" -> uri;
        default -> throw new IllegalArgumentException(found);
      };
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(found, e);
    }
  }

  private static Path userCache(Map<String, String> environment) {
    var xdg = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
    if (xdg.isAbsolute()) {
      return xdg.resolve("backplane");
    }
    var home = environment.getOrDefault("HOME", "");
    return Path.of(home.isBlank() ? System.getProperty("user.home") : home, ".cache", "backplane");
  }
}
