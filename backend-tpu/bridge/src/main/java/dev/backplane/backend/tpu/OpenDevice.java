package dev.backplane.backend.tpu;

import dev.backplane.backend.Device;

/** What {@link OpenDevices} keeps: a device that a plugin may be compiling for. */
interface OpenDevice extends Device {
  /**
   * The process ends: no compilation begins any more, and this waits for those under way. A plugin
   * whose exit handlers run while it compiles brings the process down.
   */
  void endCompiling();
}
