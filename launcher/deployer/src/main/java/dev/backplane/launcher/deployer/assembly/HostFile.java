package dev.backplane.launcher.deployer.assembly;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another host, described in a file: each line is one device, as a clause of a {@code
 * Provide-Capability} header. Empty lines and lines that begin with {@code #} say nothing.
 *
 * @param devices one for each clause, in the file's order
 */
public record HostFile(List<Twin> devices) {
  /** Copies the list. */
  public HostFile {
    devices = List.copyOf(devices);
  }

  /**
   * Reads the file.
   *
   * @param file to read
   * @throws IOException naming file and line when it cannot be read or a line is no such clause
   */
  public static HostFile read(Path file) throws IOException {
    var devices = new ArrayList<Twin>();
    var number = 0;
    for (var line : lines(file)) {
      number++;
      var clause = line.strip();
      if (clause.isEmpty() || clause.startsWith("#")) {
        continue;
      }
      if (!clause.startsWith(Twin.HARDWARE + ";")) {
        throw new IOException(
            "%s, line %d: expected a clause such as '%s;type=cpu;arch=x86_64', found '%s'"
                .formatted(file, number, Twin.HARDWARE, clause));
      }
      devices.add(Twin.device("line" + number, clause));
    }
    return new HostFile(devices);
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    }
  }
}
