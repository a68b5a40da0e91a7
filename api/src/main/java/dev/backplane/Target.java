package dev.backplane;

import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Tuning;

/**
 * Where, and how exactly, programs are to run.
 *
 * @param device the id of a device, or {@code auto} for the usable one of the highest score
 * @param settings threads and options of the device
 * @param strict refuse rather than run part of a program on the reference device
 * @param numerics what the device may do to numbers
 * @param tuning choices between implementations
 */
public record Target(
    String device, DeviceSettings settings, boolean strict, Numerics numerics, Tuning tuning) {
  /** A device with its own settings, exact numerics, fallback allowed. */
  public static Target of(String device) {
    return new Target(device, DeviceSettings.defaults(), false, Numerics.exact(), Tuning.none());
  }

  /** The same with a number of threads. */
  public Target threads(int threads) {
    return new Target(
        device, new DeviceSettings(threads, settings.options()), strict, numerics, tuning);
  }

  /** The same, refusing fallback or not. */
  public Target strict(boolean strict) {
    return new Target(device, settings, strict, numerics, tuning);
  }

  /** The same with other numerics. */
  public Target numerics(Numerics numerics) {
    return new Target(device, settings, strict, numerics, tuning);
  }

  /** The same with a tuning record. */
  public Target tuning(Tuning tuning) {
    return new Target(device, settings, strict, numerics, tuning);
  }
}
