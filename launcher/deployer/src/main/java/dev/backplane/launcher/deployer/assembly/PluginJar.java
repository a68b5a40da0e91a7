package dev.backplane.launcher.deployer.assembly;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * A bundle in a file, read to its last byte and found whole: every entry has the checksum its
 * directory states.
 *
 * @param digest SHA-256 of the file's bytes: two files are the same bundle exactly if it is equal
 * @param headers of the manifest
 * @param packages that have classes in it, embedded jars included
 * @param names under which it registers extensions, as far as its code shows without running
 */
public record PluginJar(
    String digest, Map<String, String> headers, Set<String> packages, Set<String> names) {
  private static final String MANIFEST = "META-INF/MANIFEST.MF";
  private static final String VERSIONS = "META-INF/versions/";
  private static final String CLASS = ".class";

  /** Copies what it is given. */
  public PluginJar {
    headers = Map.copyOf(headers);
    packages = Set.copyOf(packages);
    names = Set.copyOf(names);
  }

  /**
   * Reads a file.
   *
   * @param file that may be a bundle
   * @throws NoBundleException if it is missing, cannot be read, is no whole jar, or no bundle
   */
  public static PluginJar read(Path file) throws NoBundleException {
    if (Files.isDirectory(file)) {
      throw new NoBundleException(
          false, "is a folder, not a jar: put the jar itself into the folder of plugins", null);
    }
    if (!Files.exists(file)) {
      throw new NoBundleException(
          false,
          Files.isSymbolicLink(file)
              ? "is a link to a file that is not there: remove the link or mend it"
              : "there is no such file",
          null);
    }
    if (!Files.isReadable(file)) {
      throw unreadable(file, null);
    }
    try {
      var digest = digest(file);
      try (var zip = new ZipFile(file.toFile())) {
        return new Reader(zip).read(digest);
      }
    } catch (AccessDeniedException e) {
      throw unreadable(file, e);
    } catch (ZipException e) {
      throw new NoBundleException(
          true, "is no whole jar (" + e.getMessage() + "): half-copied, or no jar at all", e);
    } catch (IOException e) {
      throw new NoBundleException(true, "cannot be read: " + e, e);
    }
  }

  private static NoBundleException unreadable(Path file, @Nullable Exception e) {
    return new NoBundleException(
        false,
        "may not be read by user "
            + System.getProperty("user.name")
            + ": allow it, for example with chmod a+r "
            + file.getFileName(),
        e);
  }

  private static String digest(Path file) throws IOException {
    try (var in = new DigestInputStream(Files.newInputStream(file), sha256())) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The name without directives. */
  public String symbolicName() {
    return headers.getOrDefault(Constants.BUNDLE_SYMBOLICNAME, "").split(";", 2)[0].strip();
  }

  /** The version; 0.0.0 where the manifest has none. */
  public Version version() {
    return Version.parseVersion(headers.get(Constants.BUNDLE_VERSION));
  }

  /** Whether only one version of it may be resolved at a time. */
  public boolean isSingleton() {
    return headers
        .getOrDefault(Constants.BUNDLE_SYMBOLICNAME, "")
        .replaceAll("\\s", "")
        .contains(";singleton:=true");
  }

  /** Whether it is a part of another bundle, the host. */
  public boolean isFragment() {
    return headers.containsKey(Constants.FRAGMENT_HOST);
  }

  /** The symbolic name of the host; empty if it is no fragment. */
  public String host() {
    return headers.getOrDefault(Constants.FRAGMENT_HOST, "").split(";", 2)[0].strip();
  }

  /** The same bundle for the resolver alone. */
  public Twin twin() {
    return Twin.of(headers);
  }

  @Override
  public String toString() {
    return symbolicName() + " " + version();
  }

  /** Goes through a jar once. */
  private static final class Reader {
    private final ZipFile zip;
    private final Set<String> packages = new TreeSet<>();
    private final Set<String> names = new TreeSet<>();
    private List<String> folders = List.of("");

    Reader(ZipFile zip) {
      this.zip = zip;
    }

    PluginJar read(String digest) throws IOException, NoBundleException {
      var headers = headers();
      folders = classPath(headers);
      for (var entry : Collections.list(zip.entries())) {
        if (!entry.isDirectory()) {
          read(entry);
        }
      }
      return new PluginJar(digest, headers, packages, names);
    }

    private Map<String, String> headers() throws IOException, NoBundleException {
      var entry = zip.getEntry(MANIFEST);
      var headers = new HashMap<String, String>();
      if (entry != null) {
        try (var in = zip.getInputStream(entry)) {
          new Manifest(in)
              .getMainAttributes()
              .forEach((name, value) -> headers.put(name.toString(), value.toString()));
        }
      }
      if (headers.getOrDefault(Constants.BUNDLE_SYMBOLICNAME, "").isBlank()) {
        throw new NoBundleException(
            false,
            "is not a bundle: its manifest has no "
                + Constants.BUNDLE_SYMBOLICNAME
                + "; a library belongs inside the plugin that needs it, or is made a bundle with"
                + " bnd",
            null);
      }
      try {
        Version.parseVersion(headers.get(Constants.BUNDLE_VERSION));
      } catch (IllegalArgumentException e) {
        throw new NoBundleException(
            false, "has a malformed " + Constants.BUNDLE_VERSION + ": " + e.getMessage(), e);
      }
      return headers;
    }

    private static List<String> classPath(Map<String, String> headers) {
      var path = headers.getOrDefault(Constants.BUNDLE_CLASSPATH, ".");
      return Arrays.stream(path.split(","))
          .map(part -> part.split(";", 2)[0].strip())
          .map(part -> part.startsWith("/") ? part.substring(1) : part)
          .toList();
    }

    private void read(ZipEntry entry) throws IOException, NoBundleException {
      var name = entry.getName();
      boolean wanted = name.endsWith(CLASS) || folders.contains(name);
      var checksum = new CRC32();
      try (var in = new CheckedInputStream(zip.getInputStream(entry), checksum)) {
        if (wanted) {
          var bytes = in.readAllBytes();
          if (name.endsWith(CLASS)) {
            foundClass(onClassPath(name), bytes);
          } else {
            foundJar(new ByteArrayInputStream(bytes));
          }
        } else {
          in.transferTo(OutputStream.nullOutputStream());
        }
      }
      if (entry.getCrc() != checksum.getValue()) {
        throw new ZipException("entry " + name + " does not have the checksum it should");
      }
    }

    /** A class may lie in a folder that the class path names. */
    private String onClassPath(String name) {
      for (var folder : folders) {
        if (!folder.isEmpty() && name.startsWith(folder + "/")) {
          return name.substring(folder.length() + 1);
        }
      }
      return name;
    }

    private void foundJar(InputStream bytes) throws IOException {
      try (var jar = new ZipInputStream(bytes)) {
        for (var entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
          if (entry.getName().endsWith(CLASS)) {
            foundClass(entry.getName(), jar.readAllBytes());
          }
        }
      }
    }

    private void foundClass(String path, byte[] bytes) {
      var name = path;
      if (name.startsWith(VERSIONS)) {
        name = name.substring(name.indexOf('/', VERSIONS.length()) + 1);
      }
      int end = name.lastIndexOf('/');
      if (end > 0) {
        packages.add(name.substring(0, end).replace('/', '.'));
        names.addAll(ClaimedNames.in(bytes));
      }
    }
  }
}
