package dev.backplane.integration.embedding;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * An application that uses JavaCPP for its own ends: as a process beside Backplane (the first
 * argument says which of the two it uses first, the second is its main class that trains), and as a
 * bundle.
 */
public final class OwnJavaCpp {
  private OwnJavaCpp() {}

  /** The process. */
  public static void main(String[] arguments) throws Exception {
    var training = Class.forName(arguments[1]).getMethod("main", String[].class);
    var before = JvmState.now();
    if (arguments[0].equals("application-first")) {
      System.out.println(use());
    }
    training.invoke(null, (Object) new String[] {"cpu"});
    System.out.println(use());
    System.out.println("changed in the JVM: " + before.changes(JvmState.now()));
  }

  /** Native memory through JavaCPP, and the version and settings it works with. */
  static String use() throws IOException {
    Loader.load(Pointer.class);
    try (var numbers = new IntPointer(3)) {
      numbers.put(1, 42);
      return "own JavaCPP "
          + Loader.getVersion()
          + ": "
          + numbers.get(1)
          + ", collects garbage: "
          + collects()
          + ", unpacks into "
          + folder();
    }
  }

  /** Whether pointers that nobody closes are freed. */
  private static boolean collects() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(
            t ->
                t.getName().equals("JavaCPP Deallocator")
                    && t.getClass().getClassLoader() == Pointer.class.getClassLoader());
  }

  private static String folder() throws IOException {
    var home = Path.of(System.getProperty("user.home"));
    var folder = Loader.getCacheDir().toPath();
    return folder.startsWith(home.resolve(".javacpp")) ? "its own folder" : folder.toString();
  }

  /** The application as a bundle: what it offers says whether its JavaCPP is what it was. */
  public static final class Activator implements BundleActivator {
    /** For the framework. */
    public Activator() {}

    @Override
    public void start(BundleContext context) throws IOException {
      var first = use();
      UnaryOperator<String> own =
          nothing -> {
            try {
              return first.equals(use()) ? first : first + " became " + use();
            } catch (IOException e) {
              return e.toString();
            }
          };
      context.registerService(
          UnaryOperator.class, own, new Hashtable<>(Map.of("acme.own", "javacpp")));
    }

    @Override
    public void stop(BundleContext context) {}
  }
}
