package dev.backplane.backend.cpu;

import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.cpu.internal.NativeAccess;
import dev.backplane.backend.cpu.internal.NativeCache;
import dev.backplane.backend.cpu.internal.OneDnn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** What this host is, found without loading anything native. */
final class Host {
  private static final int SCORE = 100;
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  /** The sets that decide which of oneDNN's kernels run, best last. */
  private static final List<String> INSTRUCTION_SETS =
      List.of("avx", "avx2", "fma", "avx512f", "avx512_bf16", "avx512_fp16", "amx_bf16");

  /** What a device can be opened with. */
  static final int GREATEST_THREADS = 64;

  /** What it is opened with at most, where nobody says how many. */
  private static final int USUAL_THREADS = 16;

  private Host() {}

  /**
   * The threads of a device of which nobody said how many: one for each processor, within reason.
   */
  static int threads() {
    return Math.min(USUAL_THREADS, Runtime.getRuntime().availableProcessors());
  }

  /** A device as it is once it was opened with some threads. */
  static DeviceInfo with(DeviceInfo info, int threads) {
    var properties = new TreeMap<>(info.properties());
    properties.put("threads", String.valueOf(threads));
    return new DeviceInfo(
        info.id(), info.name(), info.score(), info.usable(), info.reason(), properties);
  }

  /** Whether the JVM was started with the Vector API. */
  static boolean vectors() {
    return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
  }

  /** The device, usable or not. Never throws. */
  static DeviceInfo look() {
    var properties = new TreeMap<String, String>();
    properties.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
    properties.put("threads", String.valueOf(threads()));
    properties.put("kernels", vectors() ? "vector" : "scalar");
    var cpuinfo = lines("/proc/cpuinfo");
    var name = field(cpuinfo, "model name").orElse(System.getProperty("os.arch", "unknown CPU"));
    var flags = List.of(field(cpuinfo, "flags").orElse("").split(" "));
    properties.put(
        "isa", String.join(" ", INSTRUCTION_SETS.stream().filter(flags::contains).toList()));
    // Whether it is worth while to train in bf16.
    properties.put(
        "bf16",
        flags.contains("avx512_bf16") || flags.contains("amx_bf16")
            ? "multiplied by the processor"
            : "slower than f32, as the processor has no instructions for it");
    long memory = memoryLimit();
    if (memory > 0) {
      properties.put("memory", String.valueOf(memory));
    }
    var refusal = refusal(flags, properties);
    if (refusal.isPresent()) {
      return new DeviceInfo("cpu", name, 0, false, refusal.get(), properties);
    }
    var reason =
        vectors()
            ? "oneDNN and vector kernels"
            : "oneDNN and scalar kernels, because --add-modules " + VECTOR_MODULE + " is missing";
    return new DeviceInfo("cpu", name, SCORE, true, reason, properties);
  }

  private static Optional<String> refusal(List<String> flags, TreeMap<String, String> properties) {
    var system = System.getProperty("os.name", "");
    var architecture = System.getProperty("os.arch", "");
    if (!system.equals("Linux") || !architecture.equals("amd64")) {
      return Optional.of(
          "oneDNN is packed for Linux on x86-64; this is " + system + " on " + architecture);
    }
    if (!flags.contains("sse4_1")) {
      return Optional.of("oneDNN needs SSE4.1, which this processor does not have");
    }
    var glibc = Glibc.VERSION;
    glibc.ifPresent(version -> properties.put("glibc", version));
    if (glibc.isEmpty()) {
      return Optional.of("oneDNN needs glibc 2.34 or newer; this host has no glibc");
    }
    if (!atLeast(glibc.get(), 2, 34)) {
      return Optional.of("oneDNN needs glibc 2.34 or newer; this host has " + glibc.get());
    }
    try {
      return NativeAccess.refusal().or(NativeCache::refusal);
    } catch (RuntimeException | LinkageError e) {
      return Optional.of("its native libraries cannot be found: " + e);
    }
  }

  /** It stays the same as long as the process lives, and two megabytes are not read twice. */
  private static final class Glibc {
    static final Optional<String> VERSION = glibc();
  }

  /** The version in the text of the C library, which says of itself "release version 2.36". */
  private static Optional<String> glibc() {
    for (var folder :
        List.of("/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/usr/lib", "/lib")) {
      var library = Path.of(folder, "libc.so.6");
      if (Files.isReadable(library)) {
        return versionIn(library);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> versionIn(Path library) {
    try {
      var bytes = Files.readAllBytes(library);
      var text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
      // It stands near the end of two megabytes.
      var banner = text.substring(Math.max(0, text.lastIndexOf("GNU C Library")));
      var matcher =
          java.util.regex.Pattern.compile("^GNU C Library[^\\n]*version (\\d+\\.\\d+)")
              .matcher(banner);
      return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean atLeast(String version, int major, int minor) {
    var parts = version.split("\\.");
    int foundMajor = Integer.parseInt(parts[0]);
    return foundMajor > major || foundMajor == major && Integer.parseInt(parts[1]) >= minor;
  }

  /**
   * Memory of the host or of the control group this process is in, whichever is less; 0 unknown.
   */
  static long memoryLimit() {
    long host =
        field(lines("/proc/meminfo"), "MemTotal")
            .map(text -> Long.parseLong(text.replace("kB", "").trim()) * 1024)
            .orElse(0L);
    long group = 0;
    for (var line : lines("/sys/fs/cgroup/memory.max")) {
      group = line.matches("\\d+") ? Long.parseLong(line) : 0;
    }
    return group > 0 && (host == 0 || group < host) ? group : host;
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Optional<String> field(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name) && line.contains(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).trim())
        .findFirst();
  }

  /** Loads the library ahead of its first use; a failure shows there again, with its reason. */
  static void warm() {
    if (!look().usable()) {
      return;
    }
    try {
      OneDnn.load();
    } catch (RuntimeException | LinkageError e) {
      System.getLogger(Host.class.getName())
          .log(
              System.Logger.Level.DEBUG,
              "oneDNN could not be loaded ahead of its use: " + NativeAccess.reason(e));
    }
  }
}
