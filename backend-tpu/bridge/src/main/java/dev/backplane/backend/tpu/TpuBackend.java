package dev.backplane.backend.tpu;

import dev.backplane.backend.Backend;
import dev.backplane.backend.BackendInfo;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.backend.tpu.discovery.Answers;
import dev.backplane.backend.tpu.discovery.PluginAnswer;
import dev.backplane.backend.tpu.discovery.PluginFiles;
import dev.backplane.backend.tpu.internal.NativeAccess;
import dev.backplane.backend.tpu.programs.ProgramCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The backend {@code tpu}: every device of every PJRT plugin that is found. */
@Component(service = Backend.class, immediate = true)
public final class TpuBackend implements Backend {
  private static final BackendInfo INFO = new BackendInfo("tpu", "Backplane", "0.1.0", 1);

  /** A compilation takes minutes at most. */
  private static final Duration LONGEST_END = Duration.ofMinutes(2);

  private final PluginFiles files;
  private final Answers answers;
  private final OpenDevices open;

  private final Thread atTheEnd = new Thread(this::endOfProcess, "backplane-tpu-end");

  /** For service look-ups. Looks for nothing yet. */
  public TpuBackend() {
    this(PluginFiles.ofProcess());
    try {
      Runtime.getRuntime().addShutdownHook(atTheEnd);
    } catch (IllegalStateException e) {
      // The process ends already: nothing will be compiled.
      open.endCompiling();
    }
  }

  /** A backend for the plugins of some files. */
  TpuBackend(PluginFiles files) {
    this.files = files;
    answers = Answers.ofHost(files);
    open = new OpenDevices(ProgramCache.in(files.cache()));
  }

  /** In a framework the bundle is stopped before the process ends, after whoever uses it. */
  @Activate
  void activate() {
    try {
      Runtime.getRuntime().removeShutdownHook(atTheEnd);
    } catch (IllegalStateException e) {
      // It has begun.
    }
  }

  /**
   * Without a framework nobody stops this, and the process would end under a plugin that compiles:
   * its exit handlers destroy what its threads work with. A plugin that takes longer than that is
   * on its own.
   */
  private void endOfProcess() {
    var waiting = Thread.ofPlatform().daemon().name("backplane-tpu-ends").start(this::endCompiling);
    try {
      waiting.join(LONGEST_END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** No compilation begins any more; waits for those under way. */
  void endCompiling() {
    open.endCompiling();
  }

  /** After this nothing native runs: every call throws. The plugins stay loaded. */
  @Deactivate
  void deactivate() {
    open.stop();
  }

  @Override
  public BackendInfo info() {
    return INFO;
  }

  /** Tries plugins not seen before, each in a child process, which takes a second or so. */
  @Override
  public List<DeviceInfo> devices() {
    return catalog().devices();
  }

  private Catalog catalog() {
    var found = files.find();
    var refusal = found.isEmpty() ? Optional.<String>empty() : NativeAccess.refusal();
    return Catalog.of(
        found.stream()
            .map(
                file ->
                    refusal
                        .map(reason -> PluginAnswer.refused(file, reason))
                        .orElseGet(() -> answers.of(file)))
            .toList());
  }

  @Override
  public Device open(List<DeviceInfo> group, DeviceSettings settings) {
    if (!settings.options().isEmpty()) {
      throw new IllegalArgumentException(
          "tpu has no option " + settings.options().keySet() + "; it takes none");
    }
    var catalog = catalog();
    var elsewhere = group.isEmpty() ? null : catalog.elsewhere(group.getFirst().id()).orElse(null);
    if (elsewhere != null && group.stream().allMatch(group.getFirst()::equals)) {
      return open.ahead(group.getFirst(), elsewhere, group.size());
    }
    var chosen = new ArrayList<Catalog.Place>();
    for (var info : group) {
      chosen.add(
          catalog
              .place(info.id())
              .orElseThrow(
                  () ->
                      new DeviceLostException(
                          info.id() + " cannot be opened: " + catalog.reason(info.id()))));
    }
    if (chosen.isEmpty() || chosen.stream().map(Catalog.Place::file).distinct().count() > 1) {
      throw new UnsupportedProgramException(
          "tpu makes a replica group of devices of one plugin, found "
              + group.stream().map(DeviceInfo::id).toList());
    }
    return open.open(group.getFirst(), chosen, settings);
  }
}
