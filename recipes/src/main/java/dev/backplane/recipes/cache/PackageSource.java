package dev.backplane.recipes.cache;

import java.util.Objects;

/**
 * A package of a public ecosystem that contains a dataset. It says <em>what</em> to ask for, never
 * where: the address is the installed client's own, or a base that the user configured.
 */
public sealed interface PackageSource {
  /** Name of the ecosystem as it stands in messages and settings: {@code npm}, {@code pypi}. */
  String ecosystem();

  /** Path of the package's file below a configured base of its ecosystem. */
  String pathBelowBase();

  /** Package and version, as a person would write them. */
  String title();

  /**
   * A package of the npm ecosystem.
   *
   * @param name package name, {@code name} or {@code @scope/name}
   * @param version exact version
   */
  record Npm(String name, String version) implements PackageSource {
    /** Refuses empty names and versions. */
    public Npm {
      requireText("npm package name", name);
      requireText("npm package version", version);
    }

    @Override
    public String ecosystem() {
      return "npm";
    }

    @Override
    public String pathBelowBase() {
      var plainName = name.substring(name.indexOf('/') + 1);
      return name + "/-/" + plainName + "-" + version + ".tgz";
    }

    @Override
    public String title() {
      return name + "@" + version;
    }
  }

  /**
   * A package of the Debian ecosystem. The client fetches the version its lists know; the contents'
   * hashes decide whether that is the dataset.
   *
   * @param name binary package name
   * @param version version of the file at {@code pathBelowBase}
   * @param pathBelowBase the {@code Filename} of the package index: path of the {@code .deb} below
   *     a mirror's base
   */
  record Debian(String name, String version, String pathBelowBase) implements PackageSource {
    /** Refuses empty names, versions and paths. */
    public Debian {
      requireText("Debian package name", name);
      requireText("Debian package version", version);
      requireText("Debian package path", pathBelowBase);
    }

    @Override
    public String ecosystem() {
      return "debian";
    }

    @Override
    public String title() {
      return name + " " + version;
    }
  }

  /**
   * A package of the Python ecosystem.
   *
   * @param project project name, as the simple index writes it in addresses
   * @param version exact version
   * @param file plain name of the wheel or source distribution
   */
  record Pypi(String project, String version, String file) implements PackageSource {
    /** Refuses empty names and versions. */
    public Pypi {
      requireText("PyPI project name", project);
      requireText("PyPI version", version);
      requireText("PyPI file name", file);
    }

    @Override
    public String ecosystem() {
      return "pypi";
    }

    /** The page of the project's files in a simple index; it links to the file. */
    @Override
    public String pathBelowBase() {
      return project + "/";
    }

    @Override
    public String title() {
      return project + "==" + version;
    }

    boolean isWheel() {
      return file.endsWith(".whl");
    }
  }

  private static void requireText(String what, String text) {
    if (Objects.requireNonNull(text, what).isBlank()) {
      throw new IllegalArgumentException(what + " is empty");
    }
  }
}
