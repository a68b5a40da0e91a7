package dev.backplane.integration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;

/** A plugin made by a test: an activation, registered by an activator. */
final class PluginSource {
  private static final Map<String, Map<String, byte[]>> COMPILED = new ConcurrentHashMap<>();

  private final Map<String, String> headers = new LinkedHashMap<>();
  private String name = "\"acme.nothing\"";
  private String beforehand = "";
  private String constructor = "";
  private Map<String, byte[]> more = Map.of();

  static PluginSource of(String symbolicName, String version) {
    var source = new PluginSource();
    source.headers.put("Bundle-ManifestVersion", "2");
    source.headers.put("Bundle-SymbolicName", symbolicName);
    source.headers.put("Bundle-Version", version);
    source.headers.put("Bundle-Activator", "acme.Start");
    source.headers.put(
        "Import-Package",
        "dev.backplane.nn;version=\"[0.1,1)\",dev.backplane.tensor;version=\"[0.1,1)\","
            + "dev.backplane.extension;version=\"[0.1,1)\",org.osgi.framework");
    return source;
  }

  PluginSource header(String header, String value) {
    headers.put(header, value);
    return this;
  }

  /** The name of the activation, as an expression of Java. */
  PluginSource named(String expression) {
    name = expression;
    return this;
  }

  /** What its activator does before it registers the activation. */
  PluginSource beforehand(String statements) {
    beforehand = statements;
    return this;
  }

  /** Registered by Declarative Services instead, with this in the component's constructor. */
  PluginSource asComponent(String statements) {
    constructor = statements;
    headers.remove("Bundle-Activator");
    headers.put("Service-Component", "OSGI-INF/start.xml");
    headers.put(
        "Require-Capability",
        "osgi.extender;filter:=\"(&(osgi.extender=osgi.component)(version>=1.3.0))\"");
    return entry(
        "OSGI-INF/start.xml",
        """
        <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="acme" immediate="true">
          <service><provide interface="dev.backplane.extension.Extensions"/></service>
          <implementation class="acme.Start"/>
        </scr:component>
        """
            .getBytes(StandardCharsets.UTF_8));
  }

  PluginSource entry(String path, byte[] bytes) {
    more = Map.of(path, bytes);
    return this;
  }

  byte[] bytes() throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    headers.forEach(manifest.getMainAttributes()::putValue);
    var bytes = new java.io.ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes)) {
      put(jar, "META-INF/MANIFEST.MF");
      manifest.write(jar);
      for (var entries : List.of(classes(), more)) {
        for (var entry : entries.entrySet()) {
          put(jar, entry.getKey());
          jar.write(entry.getValue());
        }
      }
    }
    return bytes.toByteArray();
  }

  /** The same source makes the same bytes, whenever it is asked. */
  private static void put(JarOutputStream jar, String path) throws IOException {
    var entry = new JarEntry(path);
    entry.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
    jar.putNextEntry(entry);
  }

  /** Puts the file there as careful people do: whole at once. */
  Path drop(Path file) throws IOException {
    var unfinished = file.resolveSibling("." + file.getFileName());
    Files.write(unfinished, bytes());
    return Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private Map<String, byte[]> classes() {
    var start =
        """
        package acme;
        import dev.backplane.extension.*;
        import java.lang.invoke.MethodHandles;
        import java.util.List;
        import org.osgi.framework.*;
        public final class Start implements BundleActivator, Extensions {
          public Start() throws Exception {
            %s
          }
          public List<Extension> list() {
            return List.of(Extension.of(%s, 1, Swish.class, MethodHandles.lookup()));
          }
          public void start(BundleContext context) throws Exception {
            %s
            context.registerService(Extensions.class, this, null);
          }
          public void stop(BundleContext context) {}
        }
        """
            .formatted(constructor, name, beforehand);
    return COMPILED.computeIfAbsent(start, PluginSource::compile);
  }

  private static Map<String, byte[]> compile(String start) {
    try {
      var folder = Files.createTempDirectory("plugin");
      Files.writeString(folder.resolve("Start.java"), start);
      Files.writeString(
          folder.resolve("Swish.java"),
          """
          package acme;
          import dev.backplane.nn.Activation;
          import dev.backplane.tensor.Tensor;
          public record Swish() implements Activation {
            public Tensor apply(Tensor x) { return x.div(x.neg().exp().add(1)); }
          }
          """);
      int failed =
          ToolProvider.getSystemJavaCompiler()
              .run(
                  null,
                  null,
                  null,
                  "-d",
                  folder.toString(),
                  folder.resolve("Start.java").toString(),
                  folder.resolve("Swish.java").toString());
      if (failed != 0) {
        throw new AssertionError("does not compile: " + start);
      }
      var classes = new LinkedHashMap<String, byte[]>();
      for (var type : List.of("acme/Start.class", "acme/Swish.class")) {
        classes.put(type, Files.readAllBytes(folder.resolve(type)));
      }
      return classes;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
