package dev.backplane.backend.tpu;

import dev.backplane.backend.CompileReport;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.Program;
import dev.backplane.backend.tpu.pjrt.Client;
import dev.backplane.backend.tpu.pjrt.LoadedProgram;
import dev.backplane.backend.tpu.pjrt.PjrtException;
import dev.backplane.backend.tpu.pjrt.Plugin;
import dev.backplane.backend.tpu.pjrt.PluginDevice;
import dev.backplane.backend.tpu.programs.ProgramCache;
import dev.backplane.backend.tpu.programs.ProgramKey;
import dev.backplane.backend.tpu.stablehlo.Platform;
import dev.backplane.backend.tpu.stablehlo.StableHlo;
import dev.backplane.kit.check.Bindings;
import dev.backplane.kit.work.Work;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compiles the programs of one device; several at once. */
final class Compiling {
  private final DeviceInfo info;
  private final Client client;
  private final List<PluginDevice> replicas;
  private final Platform platform;
  private final Map<String, Boolean> flags;
  private final ProgramCache cache;
  private int inside;

  Compiling(
      DeviceInfo info,
      Client client,
      List<PluginDevice> replicas,
      Platform platform,
      int threads,
      ProgramCache cache) {
    this.info = info;
    this.cache = cache;
    this.client = client;
    this.replicas = replicas;
    this.platform = platform;
    var all = new HashMap<>(platform.options());
    if (platform.name().equals(Catalog.CPU) && threads == 1) {
      all.put("xla_cpu_multi_thread_eigen", false);
    }
    flags = Map.copyOf(all);
  }

  /**
   * What came of a program.
   *
   * @param program to run
   * @param report how it was compiled
   */
  record Compiled(LoadedProgram program, CompileReport report) {}

  /** Compiles a program, or loads what an earlier compilation of the very same one has left. */
  Compiled compile(Program program) {
    Bindings.checkDonations(program);
    long begin = System.nanoTime();
    var text = StableHlo.lower(program.graph(), program.donations(), platform);
    var key = ProgramKey.of(client, replicas, flags, text);
    var kept = load(key);
    if (kept.isPresent()) {
      return new Compiled(kept.get(), report(program, kept.get(), ":kept", begin));
    }
    try {
      var loaded = client.compile(text, replicas, flags);
      keep(key, loaded);
      return new Compiled(loaded, report(program, loaded, "", begin));
    } catch (PjrtException e) {
      throw Failures.ofCompilation(info.id(), e);
    }
  }

  private Optional<LoadedProgram> load(ProgramKey key) {
    return cache
        .get(key)
        .flatMap(
            bytes -> {
              try {
                return Optional.of(client.load(bytes, replicas));
              } catch (PjrtException e) {
                cache.reject(key, String.valueOf(e.getMessage()));
                return Optional.empty();
              }
            });
  }

  /** A plugin need not be able to; then it compiles each time. */
  private void keep(ProgramKey key, LoadedProgram program) {
    try {
      cache.put(key, program.serialized());
    } catch (PjrtException e) {
      System.getLogger(Compiling.class.getName())
          .log(System.Logger.Level.DEBUG, "a program of " + info.id() + " is not kept", e);
    }
  }

  private CompileReport report(Program program, LoadedProgram loaded, String how, long begin) {
    return report(program, platform, client.plugin(), how, loaded.memory(), begin);
  }

  /**
   * How a program was compiled as a whole.
   *
   * @param how behind the plugin's version
   * @param begin by {@link System#nanoTime()}
   */
  static CompileReport report(
      Program program,
      Platform platform,
      Plugin plugin,
      String how,
      LoadedProgram.Memory memory,
      long begin) {
    var graph = program.graph();
    var whole =
        new CompileReport.Kernel(
            "program",
            "xla:" + platform.name() + ":pjrt-" + plugin.version() + how,
            graph.nodes().size(),
            "",
            Work.flops(graph),
            0);
    long nanos = System.nanoTime() - begin;
    return new CompileReport(List.of(whole), Map.of(), memory.temporary(), nanos);
  }

  /** A compilation begins; the caller has seen that the device is open. */
  synchronized void enter() {
    inside++;
  }

  synchronized void exit() {
    inside--;
    notifyAll();
  }

  /** Whether a compilation is under way. */
  synchronized boolean isInside() {
    return inside > 0;
  }

  /** Waits until no compilation is under way. */
  synchronized void awaitExit() {
    boolean interrupted = false;
    while (inside > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
