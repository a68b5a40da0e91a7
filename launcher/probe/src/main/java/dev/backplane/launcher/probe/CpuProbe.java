package dev.backplane.launcher.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.framework.Version;

/**
 * The processor, as Linux describes it under {@code /proc}. What a host does not tell is left out
 * of the capability, so that a requirement for it fails instead of being guessed.
 *
 * <p>Attributes: {@code type=cpu}, {@code os}, {@code arch} ({@code x86_64}, {@code aarch64} …),
 * {@code name}, {@code cores:Long} this process may use, {@code memory.mib:Long}, {@code
 * isa:List<String>} (the kernel's names of the vector and matrix extensions: {@code avx2}, {@code
 * avx512f}, {@code amx_bf16} …) and {@code glibc:Version} of the C library this process runs with
 * (absent with another one).
 *
 * @param proc the folder that is {@code /proc} on a real host
 */
record CpuProbe(Path proc, String os, String arch, int cores) implements Probe {
  private static final Pattern EXTENSION =
      Pattern.compile("(sse|ssse|avx|amx|fma|f16c|bmi|vnni|sve|sme(?!p)|asimd|neon|bf16|i8mm).*");
  private static final Pattern GLIBC =
      Pattern.compile("GNU C Library \\([^)]*\\) \\w+ release version (\\d+\\.\\d+(?:\\.\\d+)?)");
  private static final Pattern C_LIBRARY =
      Pattern.compile("(/\\S*/libc(?:\\.so\\.6|-[\\d.]+\\.so))$");

  static CpuProbe ofHost() {
    return new CpuProbe(
        Path.of("/proc"),
        System.getProperty("os.name").toLowerCase(Locale.ROOT),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors());
  }

  @Override
  public List<Hardware> find() {
    var processor = processor();
    var attributes = new HashMap<String, Object>();
    attributes.put("type", "cpu");
    attributes.put("os", os);
    attributes.put("arch", "amd64".equals(arch) ? "x86_64" : arch);
    attributes.put("cores", (long) cores);
    attributes.put("name", Optional.ofNullable(processor.get("model name")).orElse(arch));
    var flags = Stream.of("flags", "Features").map(processor::get).filter(f -> f != null);
    attributes.put(
        "isa",
        flags
            .flatMap(f -> Stream.of(f.split(" ")))
            .filter(f -> EXTENSION.matcher(f).matches())
            .sorted()
            .toList());
    memoryMib().ifPresent(m -> attributes.put("memory.mib", m));
    glibc().ifPresent(v -> attributes.put("glibc", v));
    return List.of(new Hardware("cpu", attributes));
  }

  /** The first processor's lines of {@code cpuinfo}; empty where there is no such file. */
  private Map<String, String> processor() {
    var lines = new HashMap<String, String>();
    for (var line : lines(proc.resolve("cpuinfo"))) {
      var colon = line.indexOf(':');
      if (colon < 0) {
        break;
      }
      lines.put(line.substring(0, colon).trim(), line.substring(colon + 1).trim());
    }
    return lines;
  }

  private Optional<Long> memoryMib() {
    return lines(proc.resolve("meminfo")).stream()
        .filter(l -> l.startsWith("MemTotal:"))
        .map(l -> Long.parseLong(l.replaceAll("\\D", "")) / 1024)
        .findFirst();
  }

  /**
   * The version that the mapped C library states about itself. Reading the file needs neither a
   * native call, which a host may forbid, nor a child process.
   */
  private Optional<Version> glibc() {
    return lines(proc.resolve("self/maps")).stream()
        .map(C_LIBRARY::matcher)
        .filter(m -> m.find())
        .map(m -> Path.of(m.group(1)))
        .findFirst()
        .flatMap(CpuProbe::statedVersion);
  }

  private static Optional<Version> statedVersion(Path library) {
    try {
      var text = new String(Files.readAllBytes(library), StandardCharsets.ISO_8859_1);
      var version = GLIBC.matcher(text);
      return version.find()
          ? Optional.of(Version.parseVersion(version.group(1)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of();
    }
  }
}
