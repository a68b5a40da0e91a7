package dev.backplane.backend.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a fresh JVM says of its CPU, and whether it has mapped oneDNN for that. */
final class Look {
  private Look() {}

  /** Prints the device, then whether the library is mapped. */
  public static void main(String[] arguments) throws IOException {
    var info = new CpuBackend().devices().getFirst();
    System.out.println(
        "usable " + info.usable() + ", score " + info.score() + ": " + info.reason());
    var maps = Files.readString(Path.of("/proc/self/maps"));
    System.out.println("mapped " + maps.contains("libdnnl"));
  }
}
