package dev.backplane.launcher.deployer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A bundle made by a test. */
public final class TestJar {
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final Map<String, byte[]> entries = new LinkedHashMap<>();

  /** A bundle of this name and version. */
  public static TestJar of(String symbolicName, String version) {
    return new TestJar()
        .header("Bundle-ManifestVersion", "2")
        .header("Bundle-SymbolicName", symbolicName)
        .header("Bundle-Version", version);
  }

  /** With another header. */
  public TestJar header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** With an entry. */
  public TestJar entry(String path, byte[] bytes) {
    entries.put(path, bytes);
    return this;
  }

  /** With a class that the tests can see, as the compiler left it. */
  public TestJar classFile(Class<?> type) {
    var path = type.getName().replace('.', '/') + ".class";
    try (var in = type.getClassLoader().getResourceAsStream(path)) {
      return entry(path, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file's bytes. */
  public byte[] bytes() {
    var manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    headers.forEach(manifest.getMainAttributes()::putValue);
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes, manifest)) {
      for (var entry : entries.entrySet()) {
        jar.putNextEntry(new JarEntry(entry.getKey()));
        jar.write(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
