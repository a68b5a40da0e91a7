package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.util.Optional;

/** A device of a client; as long as the client. */
public final class PluginDevice {
  private final Api api;
  private final long handle;
  private final int id;
  private final String kind;

  PluginDevice(Api api, long handle) {
    this.api = api;
    this.handle = handle;
    long description = api.longOf(Function.DEVICE_GET_DESCRIPTION, handle);
    id = api.intOf(Function.DEVICE_DESCRIPTION_ID, description);
    kind = api.textOf(Function.DEVICE_DESCRIPTION_KIND, description);
  }

  long handle() {
    return handle;
  }

  /** The number programs are assigned to it by. */
  public int id() {
    return id;
  }

  /** What the plugin calls its kind, such as {@code cpu} or {@code TPU v5 lite}. */
  public String kind() {
    return kind;
  }

  /**
   * Memory as the plugin counts it.
   *
   * @param used in use, in bytes
   * @param limit what there is; 0 if it does not say
   */
  public record Memory(long used, long limit) {}

  /** Its memory; empty where the plugin does not count, as those for CPUs do not. */
  public Optional<Memory> memory() {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 201, handle);
      api.call(Function.DEVICE_MEMORY_STATS, block);
      boolean limited = block.get(JAVA_BYTE, 88) != 0;
      return Optional.of(
          new Memory(block.get(JAVA_LONG, 24), limited ? block.get(JAVA_LONG, 80) : 0));
    } catch (PjrtException e) {
      return Optional.empty();
    }
  }
}
