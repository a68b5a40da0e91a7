package dev.backplane.launcher.probe;

import java.util.List;

/** Looks for one kind of hardware. */
sealed interface Probe permits CpuProbe, PjrtProbe {
  /** Every probe there is, in the order in which devices are listed. */
  static List<Probe> all() {
    return List.of(CpuProbe.ofHost(), PjrtProbe.ofHost());
  }

  /** The devices of this kind that the host has now; none is an answer, not an error. */
  List<Hardware> find();
}
