package dev.backplane.backend.tpu;

import dev.backplane.backend.CompileReport;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.Program;
import dev.backplane.backend.tpu.pjrt.Client;
import dev.backplane.backend.tpu.pjrt.LoadedProgram;
import dev.backplane.backend.tpu.pjrt.PjrtException;
import dev.backplane.backend.tpu.pjrt.PluginDevice;
import dev.backplane.backend.tpu.stablehlo.Platform;
import dev.backplane.backend.tpu.stablehlo.StableHlo;
import dev.backplane.kit.check.Bindings;
import dev.backplane.kit.work.Work;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compiles the programs of one device; several at once. */
final class Compiling {
  private final DeviceInfo info;
  private final Client client;
  private final List<PluginDevice> replicas;
  private final Platform platform;
  private final Map<String, Boolean> flags;
  private int inside;

  Compiling(
      DeviceInfo info, Client client, List<PluginDevice> replicas, Platform platform, int threads) {
    this.info = info;
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

  Compiled compile(Program program) {
    Bindings.checkDonations(program);
    long begin = System.nanoTime();
    var text = StableHlo.lower(program.graph(), program.donations(), platform);
    try {
      var loaded = client.compile(text, replicas, flags);
      return new Compiled(loaded, report(program, loaded, System.nanoTime() - begin));
    } catch (PjrtException e) {
      throw Failures.ofCompilation(info.id(), e);
    }
  }

  private CompileReport report(Program program, LoadedProgram loaded, long nanos) {
    var graph = program.graph();
    var whole =
        new CompileReport.Kernel(
            "program",
            "xla:" + platform.name() + ":pjrt-" + client.plugin().version(),
            graph.nodes().size(),
            "",
            Work.flops(graph),
            0);
    return new CompileReport(List.of(whole), Map.of(), loaded.memory().temporary(), nanos);
  }

  /** A compilation begins; the caller has seen that the device is open. */
  synchronized void enter() {
    inside++;
  }

  synchronized void exit() {
    inside--;
    notifyAll();
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
