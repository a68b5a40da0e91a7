package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.NoSuchDeviceException;
import dev.backplane.Target;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.Tuning;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that say where, and how exactly, a command runs. */
final class TargetOptions {
  private static final String REFERENCE = "reference";

  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  @Option(
      names = "--device",
      paramLabel = "ID",
      defaultValue = "auto",
      description =
          "A device as './backplane devices' lists it; several with commas between them are"
              + " replicas that share each batch. Default: ${DEFAULT-VALUE}.")
  String device = "auto";

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Host threads the device may use; 0 lets it choose.")
  int threads;

  @Option(
      names = "--strict",
      description = "Refuse rather than run a part on the reference device.")
  boolean strict;

  @Option(
      names = "--tuning",
      paramLabel = "FILE",
      description = "A file of choices between implementations, one KEY=VALUE a line.")
  @Nullable Path tuning;

  /** The target, or an error that lists what there is. */
  Target target(Backplane backplane) {
    if (threads < 0) {
      throw new CommandException(
          ExitCode.WRONG_USAGE, "--threads: expected 0 or more, found " + threads);
    }
    var target = backplane.device(known(backplane)).threads(threads).strict(strict);
    return tuning == null ? target : target.tuning(read(tuning));
  }

  /** A name nobody knows is wrong usage; a device that cannot be used here is something else. */
  private String known(Backplane backplane) {
    var devices = backplane.devices();
    if (device.equals("auto")) {
      var best = devices.stream().filter(DeviceInfo::usable).findFirst();
      if (best.isEmpty()) {
        throw new CommandException(
            ExitCode.NOTHING_FITS, "no device is usable:" + reasons(devices));
      }
      if (best.get().id().equals(REFERENCE)) {
        sayWhySlow(devices);
      }
      return device;
    }
    return named(backplane, device);
  }

  /** The id of a device that can be used, or ids of a group; the same that was given. */
  static String named(Backplane backplane, String device) {
    var devices = backplane.devices();
    var ids = devices.stream().map(DeviceInfo::id).toList();
    for (var each : device.split(",", -1)) {
      if (!ids.contains(each)) {
        // What was to be this device may be among those that cannot be used.
        var others = devices.stream().filter(d -> !d.usable()).toList();
        throw new CommandException(
            ExitCode.WRONG_USAGE,
            "there is no device '" + each + "'" + Nearest.hint(each, ids) + reasons(others));
      }
    }
    try {
      backplane.device(device);
    } catch (NoSuchDeviceException e) {
      throw new CommandException(ExitCode.NOTHING_FITS, String.valueOf(e.getMessage()), e);
    }
    return device;
  }

  /** Nobody asked for the slow device: so it is not taken without a word. */
  private void sayWhySlow(List<DeviceInfo> devices) {
    var others = devices.stream().filter(d -> !d.id().equals(REFERENCE)).toList();
    command
        .commandLine()
        .getErr()
        .println(
            "on the reference device, which is slow, as no other can be used"
                + (others.isEmpty() ? "; './backplane why' tells more" : ":" + reasons(others)));
  }

  private static String reasons(List<DeviceInfo> devices) {
    var text = new StringBuilder();
    devices.forEach(d -> text.append("\n  ").append(d.id()).append(": ").append(d.reason()));
    return text.toString();
  }

  private static Tuning read(Path file) {
    var properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw new CommandException(
          ExitCode.FAILED, "--tuning " + file + ": there is no such file", e);
    } catch (AccessDeniedException e) {
      throw new CommandException(
          ExitCode.FAILED, "--tuning " + file + " may not be read by this user", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandException(
          ExitCode.FAILED, "--tuning " + file + " cannot be read: " + e.getMessage(), e);
    }
    var choices = new HashMap<String, String>();
    properties.stringPropertyNames().forEach(key -> choices.put(key, properties.getProperty(key)));
    return new Tuning(choices, Tuning.Mode.DEFAULTS);
  }
}
