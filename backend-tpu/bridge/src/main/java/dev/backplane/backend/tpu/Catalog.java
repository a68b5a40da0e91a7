package dev.backplane.backend.tpu;

import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.tpu.discovery.PluginAnswer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The plugins' devices under the ids users type.
 *
 * <ul>
 *   <li>{@code tpu:N} is the N-th TPU.
 *   <li>{@code pjrt-cpu:N} is the N-th plugin for CPUs, that of the newest PJRT first, with one
 *       device: such a plugin makes as many virtual ones as it is told to.
 *   <li>{@code pjrt-cuda:N} and the like are the devices of other platforms.
 *   <li>{@code pjrt:FILE} is a plugin that cannot be used.
 *   <li>{@code ahead:NAME} is hardware that is not here, for which a plugin without devices
 *       compiles: {@code ahead:v5e:2x2}.
 * </ul>
 *
 * @param devices all of them, usable or not
 * @param places where the usable ones are, by id
 * @param elsewhere the hardware that is not here, by id
 */
record Catalog(
    List<DeviceInfo> devices, Map<String, Place> places, Map<String, Elsewhere> elsewhere) {
  static final String CPU = "cpu";

  /** On the CPU our own backend is preferred, and this to the reference. */
  private static final int CPU_SCORE = 50;

  private static final int TPU_SCORE = 300;
  private static final int OTHER_SCORE = 200;

  /**
   * A device of a plugin.
   *
   * @param file the plugin
   * @param platform its name for what it drives
   * @param ordinal which of its devices
   */
  record Place(Path file, String platform, int ordinal) {
    /** Whether there are as many of it as one likes. */
    boolean isVirtual() {
      return platform.equals(CPU);
    }
  }

  /**
   * Hardware that is not here.
   *
   * @param file the plugin that compiles for it
   * @param topology the plugin's name for it
   */
  record Elsewhere(Path file, String topology) {}

  /** Makes the catalogue of what plugins answered. */
  static Catalog of(List<PluginAnswer> answers) {
    var devices = new ArrayList<DeviceInfo>();
    var places = new LinkedHashMap<String, Place>();
    var counted = new HashMap<String, Integer>();
    var usable =
        answers.stream()
            .filter(answer -> answer.refusal().isEmpty())
            .sorted(
                Comparator.comparing(PluginAnswer::platform)
                    .thenComparing(Comparator.comparingInt(PluginAnswer::minor).reversed())
                    .thenComparing(PluginAnswer::file))
            .toList();
    for (var answer : usable) {
      int count = answer.platform().equals(CPU) ? 1 : answer.devices().size();
      for (int ordinal = 0; ordinal < count; ordinal++) {
        var prefix = answer.platform().equals("tpu") ? "tpu" : "pjrt-" + answer.platform();
        var id = prefix + ":" + (counted.merge(prefix, 1, Integer::sum) - 1);
        places.put(id, new Place(answer.file(), answer.platform(), ordinal));
        devices.add(usable(id, answer, answer.devices().get(ordinal)));
      }
    }
    answers.stream()
        .filter(answer -> answer.refusal().isPresent())
        .forEach(answer -> devices.add(unusable(answer)));
    var elsewhere = new LinkedHashMap<String, Elsewhere>();
    for (var answer : answers) {
      for (var topology : answer.topologies()) {
        var id = "ahead:" + topology;
        if (elsewhere.putIfAbsent(id, new Elsewhere(answer.file(), topology)) == null) {
          devices.add(ahead(id, answer, topology));
        }
      }
    }
    return new Catalog(List.copyOf(devices), Map.copyOf(places), Map.copyOf(elsewhere));
  }

  /** The last of all: nothing runs on it. */
  private static DeviceInfo ahead(String id, PluginAnswer answer, String topology) {
    return new DeviceInfo(
        id,
        "TPU " + topology + ", elsewhere",
        0,
        true,
        "compiles only: './backplane compile RECIPE --device " + id + "'; nothing runs on it",
        Map.of(
            "runs",
            "nothing",
            "plugin",
            answer.file().toString(),
            "pjrt",
            "0." + answer.minor(),
            "stablehlo",
            answer.stableHlo()));
  }

  private static DeviceInfo usable(String id, PluginAnswer answer, PluginAnswer.Kind kind) {
    var properties = new TreeMap<String, String>();
    properties.put("plugin", answer.file().toString());
    properties.put("pjrt", "0." + answer.minor());
    properties.put("stablehlo", answer.stableHlo().isEmpty() ? "unknown" : answer.stableHlo());
    properties.put("kind", kind.name());
    properties.put("platform", answer.platformVersion());
    // XLA's compilers treat numbers below the smallest normal one as zero,
    properties.put("denormals", "flushed");
    // and let the padding of a convolution take part in it.
    properties.put("padding", "multiplied");
    if (kind.memory() > 0) {
      properties.put("memory", String.valueOf(kind.memory()));
    }
    return new DeviceInfo(
        id,
        kind.name() + " by " + answer.file().getFileName(),
        switch (answer.platform()) {
          case CPU -> CPU_SCORE;
          case "tpu" -> TPU_SCORE;
          default -> OTHER_SCORE;
        },
        true,
        "a plugin of PJRT 0." + answer.minor() + " made a client of it in a process of its own",
        properties);
  }

  private static DeviceInfo unusable(PluginAnswer answer) {
    return new DeviceInfo(
        "pjrt:" + answer.file().getFileName(),
        "PJRT plugin",
        0,
        false,
        answer.refusal().orElse("")
            + (answer.topologies().isEmpty() ? "" : "; it compiles for hardware elsewhere"),
        Map.of("plugin", answer.file().toString()));
  }

  /** Where a usable device is. */
  Optional<Place> place(String id) {
    return Optional.ofNullable(places.get(id));
  }

  /** Whether an id is of hardware that is not here. */
  Optional<Elsewhere> elsewhere(String id) {
    return Optional.ofNullable(elsewhere.get(id));
  }

  /** Why there is no usable device of an id. */
  String reason(String id) {
    return devices.stream()
        .filter(device -> device.id().equals(id))
        .map(DeviceInfo::reason)
        .findFirst()
        .orElse("there is no such device any more");
  }
}
