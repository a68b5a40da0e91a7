package dev.backplane.runtime.train;

import dev.backplane.BackplaneException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The numbers of random streams: hashes of a path and an ordinal. Two never share one. */
final class Streams {
  private final Map<Integer, String> taken = new HashMap<>();
  private final Map<String, Integer> ordinals = new HashMap<>();

  /**
   * The next stream of a path.
   *
   * @throws BackplaneException if its number is another stream's already
   */
  int next(String path) {
    int ordinal = ordinals.merge(path, 1, Integer::sum) - 1;
    int stream = hash(path, ordinal);
    var name = "draw " + ordinal + " of " + (path.isEmpty() ? "the model" : path);
    var other = taken.put(stream, name);
    if (other != null) {
      throw new BackplaneException(
          "random streams: "
              + other
              + " and "
              + name
              + " have the same hash; rename one of these"
              + " layers");
    }
    return stream;
  }

  /** FNV-1a of 64 bits over the path in UTF-8 and the ordinal, folded to 32 bits. */
  static int hash(String path, int ordinal) {
    long hash = 0xcbf29ce484222325L;
    for (byte each : path.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ each & 0xff) * 0x100000001b3L;
    }
    hash = (hash ^ 0xff) * 0x100000001b3L;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      hash = (hash ^ ordinal >>> shift & 0xff) * 0x100000001b3L;
    }
    return Long.hashCode(hash);
  }
}
