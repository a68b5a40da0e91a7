package dev.backplane.backend.cpu.kernel;

import java.util.Map;

/** Reads maps in which a missing key is a mistake of the compiler. */
final class Lookup {
  private Lookup() {}

  static <K, V> V in(Map<K, V> map, K key) {
    var value = map.get(key);
    if (value == null) {
      throw new IllegalStateException("the kernel compiler knows nothing of " + key);
    }
    return value;
  }
}
