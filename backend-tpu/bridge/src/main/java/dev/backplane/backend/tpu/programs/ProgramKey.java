package dev.backplane.backend.tpu.programs;

import dev.backplane.backend.tpu.pjrt.Client;
import dev.backplane.backend.tpu.pjrt.PluginDevice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a compiled program is kept under: a hash of all that decides how it is compiled.
 *
 * @param hash SHA-256, in hexadecimal digits
 */
public record ProgramKey(String hash) {
  private static final int HASH_BYTES = 32;

  /** The key's bytes, as an entry begins with them. */
  byte[] bytes() {
    return HexFormat.of().parseHex(hash);
  }

  /** How many those are. */
  static int length() {
    return HASH_BYTES;
  }

  /**
   * The key of a program.
   *
   * @param client of the plugin that compiles it: its file, its versions, its hardware
   * @param on the devices it is compiled for
   * @param flags switches of the compiler
   * @param program as text, which is the same for equal programs
   */
  public static ProgramKey of(
      Client client, List<PluginDevice> on, Map<String, Boolean> flags, String program) {
    var digest = sha256();
    add(digest, file(client.plugin().path()));
    add(digest, client.plugin().version());
    add(digest, new TreeMap<>(client.plugin().attributes()).toString());
    add(digest, client.platform() + " " + client.platformVersion());
    add(digest, client.platform().equals("cpu") ? Processor.DESCRIPTION : "");
    add(digest, client.devices().size() + " devices");
    on.forEach(device -> add(digest, device.id() + " " + device.kind()));
    add(digest, new TreeMap<>(flags).toString());
    add(digest, program);
    return new ProgramKey(HexFormat.of().formatHex(digest.digest()));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Each part with its length, so that no two lists of parts are one text. */
  private static void add(MessageDigest digest, String part) {
    var bytes = part.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }

  /** What tells a plugin from another build of it: reading its hundreds of megabytes is slow. */
  private static String file(Path plugin) {
    try {
      var about = Files.readAttributes(plugin, BasicFileAttributes.class);
      return plugin.getFileName() + " " + about.size() + " " + about.lastModifiedTime().toMillis();
    } catch (IOException e) {
      return plugin + " absent";
    }
  }

  /** A cache may be shared by hosts, and code for one processor brings another down. */
  private static final class Processor {
    static final String DESCRIPTION = describe();

    private static String describe() {
      try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
        // Of the first processor: the others are alike.
        return lines
            .takeWhile(line -> !line.isBlank())
            .filter(line -> line.startsWith("model name") || line.startsWith("flags"))
            .collect(Collectors.joining("\n"));
      } catch (IOException | java.io.UncheckedIOException e) {
        return System.getProperty("os.arch", "");
      }
    }
  }
}
