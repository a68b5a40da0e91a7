package dev.backplane.backend.cpu;

import java.util.ArrayList;
import java.util.List;

/** The devices that are open, to be closed when the bundle stops. */
final class Stopping {
  private final List<CpuDevice> open = new ArrayList<>();
  private boolean stopped;

  synchronized boolean isStopped() {
    return stopped;
  }

  /** False if the bundle has stopped meanwhile: then nobody else will close the device. */
  synchronized boolean opened(CpuDevice device) {
    return !stopped && open.add(device);
  }

  synchronized void closed(CpuDevice device) {
    open.remove(device);
  }

  void stop() {
    List<CpuDevice> left;
    synchronized (this) {
      stopped = true;
      left = List.copyOf(open);
    }
    left.forEach(CpuDevice::close);
  }
}
