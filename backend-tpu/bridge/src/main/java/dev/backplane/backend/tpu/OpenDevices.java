package dev.backplane.backend.tpu;

import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.tpu.discovery.TpuChips;
import dev.backplane.backend.tpu.internal.Environment;
import dev.backplane.backend.tpu.pjrt.Client;
import dev.backplane.backend.tpu.pjrt.PjrtException;
import dev.backplane.backend.tpu.pjrt.Plugin;
import dev.backplane.backend.tpu.pjrt.PluginDevice;
import dev.backplane.backend.tpu.pjrt.UnusablePluginException;
import dev.backplane.backend.tpu.programs.ProgramCache;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The devices that are open and the clients they share: one for each plugin and number of virtual
 * devices, for as long as a device uses it. Hardware can be held by one client only.
 */
final class OpenDevices {
  private final Map<Key, Shared> clients = new HashMap<>();
  private final List<OpenDevice> open = new ArrayList<>();
  private final ProgramCache programs;
  private boolean stopped;

  OpenDevices(ProgramCache programs) {
    this.programs = programs;
  }

  /** What tells clients apart: the plugin, and how many virtual devices it makes, 0 if none. */
  private record Key(Path file, int virtual) {}

  /** A client, and how many devices use it. */
  private static final class Shared {
    final Client client;
    int users;

    Shared(Client client) {
      this.client = client;
    }
  }

  /**
   * Opens a device, or a group.
   *
   * @throws DeviceLostException if the plugin gives no client, or the bundle has stopped
   */
  synchronized TpuDevice open(
      DeviceInfo info, List<Catalog.Place> places, DeviceSettings settings) {
    requireRunning();
    var first = places.getFirst();
    var key = new Key(first.file(), first.isVirtual() ? places.size() : 0);
    var shared = clients.get(key);
    if (shared == null) {
      shared = new Shared(client(info.id(), key));
      clients.put(key, shared);
    }
    shared.users++;
    try {
      var devices = devices(info.id(), shared.client, places);
      var device =
          new TpuDevice(info, shared.client, devices, settings, programs, d -> closed(d, key));
      open.add(device);
      return device;
    } catch (RuntimeException | Error e) {
      release(key);
      throw e;
    }
  }

  /**
   * Opens hardware that is not here, to compile for it.
   *
   * @throws DeviceLostException if the plugin does not know it any more, or the bundle has stopped
   */
  synchronized Device ahead(DeviceInfo info, Catalog.Elsewhere elsewhere, int replicas) {
    requireRunning();
    try {
      Environment.quiet();
      Environment.setIfAbsent(TpuChips.ofHost().environment());
      var topology = Plugin.load(elsewhere.file()).topology(elsewhere.topology());
      var device = new AheadDevice(info, topology, replicas, this::closed);
      open.add(device);
      return device;
    } catch (UnusablePluginException | PjrtException e) {
      throw new DeviceLostException(info.id() + " cannot be opened: " + e.getMessage(), e);
    }
  }

  private void requireRunning() {
    if (stopped) {
      throw new DeviceLostException("tpu: the bundle of the backend has stopped");
    }
  }

  private synchronized void closed(AheadDevice device) {
    open.remove(device);
  }

  private static Client client(String id, Key key) {
    try {
      Environment.quiet();
      return Plugin.load(key.file())
          .client(key.virtual() > 0 ? Map.of("cpu_device_count", (long) key.virtual()) : Map.of());
    } catch (UnusablePluginException | PjrtException e) {
      throw new DeviceLostException(id + " cannot be opened: " + e.getMessage(), e);
    }
  }

  private static List<PluginDevice> devices(String id, Client client, List<Catalog.Place> places) {
    var chosen = new ArrayList<PluginDevice>();
    for (int i = 0; i < places.size(); i++) {
      int ordinal = places.get(i).isVirtual() ? i : places.get(i).ordinal();
      if (ordinal >= client.devices().size()) {
        throw new DeviceLostException(
            id + " cannot be opened: its plugin has " + client.devices().size() + " devices now");
      }
      chosen.add(client.devices().get(ordinal));
    }
    return chosen;
  }

  private synchronized void closed(TpuDevice device, Key key) {
    if (open.remove(device)) {
      release(key);
    }
  }

  private void release(Key key) {
    var shared = clients.get(key);
    if (shared != null && --shared.users == 0) {
      clients.remove(key);
      shared.client.close();
    }
  }

  /** Closes all; nothing is opened afterwards. */
  void stop() {
    last().forEach(Device::close);
  }

  /** The process ends: waits for compilations under way; none begins afterwards. */
  void endCompiling() {
    last().forEach(OpenDevice::endCompiling);
  }

  /** What is open, after which nothing is opened any more. */
  private synchronized List<OpenDevice> last() {
    stopped = true;
    return List.copyOf(open);
  }
}
