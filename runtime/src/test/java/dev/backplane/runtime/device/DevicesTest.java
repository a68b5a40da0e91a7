package dev.backplane.runtime.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.NoSuchDeviceException;
import dev.backplane.Target;
import dev.backplane.backend.Backend;
import dev.backplane.backend.BackendInfo;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.runtime.reference.ReferenceBackend;
import dev.backplane.runtime.testing.NarrowBackend;
import dev.backplane.tensor.TensorType;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class DevicesTest {
  /** A backend of hardware that is not there, or that cannot even say so. */
  private record Absent(boolean broken) implements Backend {
    @Override
    public BackendInfo info() {
      return new BackendInfo("quantum", "the tests", "1.0.0", 1);
    }

    @Override
    public List<DeviceInfo> devices() {
      if (broken) {
        throw new IllegalStateException("no fridge");
      }
      return List.of(
          new DeviceInfo("quantum:0", "a box", 0, false, "it is not cold enough", Map.of()));
    }

    @Override
    public Device open(List<DeviceInfo> group, DeviceSettings settings) {
      throw new UnsupportedProgramException("quantum: not cold enough");
    }
  }

  private static Devices devices(Backend... backends) {
    var devices = new Devices();
    devices.add(new ReferenceBackend());
    for (var backend : backends) {
      devices.add(backend);
    }
    return devices;
  }

  @Test
  void listsTheBestFirstAndTheUnusableLast() {
    var devices = devices(new Absent(false), new NarrowBackend());
    assertEquals(
        List.of("narrow", "reference", "quantum:0"),
        devices.list().stream().map(DeviceInfo::id).toList());
    assertEquals("narrow", devices.find("auto").id());
  }

  @Test
  void listsABackendThatFailsToList() {
    var info = devices(new Absent(true)).list().getLast();
    assertFalse(info.usable());
    assertEquals(
        "its backend failed to list its devices: java.lang.IllegalStateException: no fridge",
        info.reason());
  }

  @Test
  void suggestsWhatMayHaveBeenMeant() {
    var devices = devices(new NarrowBackend());
    var failure = assertThrows(NoSuchDeviceException.class, () -> devices.find("referense"));
    assertTrue(
        failure
            .getMessage()
            .startsWith(
                "unknown device \"referense\"; did you mean reference?; there are:\n"
                    + "  narrow (score 50):"),
        failure.getMessage());
  }

  @Test
  void saysWhyADeviceCannotBeUsed() {
    var devices = devices(new Absent(false));
    var failure = assertThrows(NoSuchDeviceException.class, () -> devices.find("quantum:0"));
    assertTrue(
        failure
            .getMessage()
            .startsWith(
                "device quantum:0 cannot be used: it is not cold enough; there are:\n  reference"),
        failure.getMessage());
  }

  @Test
  void anOpenDeviceSaysWhatWasOpened() {
    var devices = devices(new NarrowBackend());
    var job = devices.jobs().open("test", "narrow");
    try (var lease = devices.open(Target.of("narrow").threads(3), job)) {
      assertEquals("3", lease.info().properties().get("threads"));
    }
  }

  @Test
  void saysThatThereIsNothing() {
    try (var devices = new Devices()) {
      var failure = assertThrows(NoSuchDeviceException.class, () -> devices.find("auto"));
      assertTrue(
          failure.getMessage().startsWith("no device can be used; no backend is there: "),
          failure.getMessage());
    }
  }

  @Test
  void givesNewJobsToTheBackendThatCameLast() {
    var one = new NarrowBackend("Binary");
    var two = new NarrowBackend("Binary");
    var devices = devices(one, two);
    var old = devices.open(Target.of("narrow"), devices.jobs().open("test", "narrow"));
    devices.remove(two);
    assertEquals(1, two.closedDevices);
    assertThrows(DeviceLostException.class, old::memory);
    assertThrows(DeviceLostException.class, () -> old.allocate(List.of(TensorType.f32(1))));
    old.close();
    assertEquals(1, two.closedDevices);
    devices.open(Target.of("narrow"), devices.jobs().open("test", "narrow")).close();
    assertEquals(1, one.closedDevices);
  }

  @Test
  void aBackendThatOpensSlowlyHoldsUpNobodyElse() throws Exception {
    var opening = new CountDownLatch(1);
    var open = new CountDownLatch(1);
    var narrow = new NarrowBackend("Binary");
    narrow.whileOpening =
        () -> {
          opening.countDown();
          awaitQuietly(open);
        };
    var devices = devices(narrow);
    var slow = new AtomicReference<Lease>();
    var thread =
        new Thread(
            () ->
                slow.set(devices.open(Target.of("narrow"), devices.jobs().open("slow", "narrow"))));
    thread.start();
    opening.await();
    assertTrue(devices.jobs().list().getFirst().uses("narrow"), "in use while it opens");
    devices.open(Target.of("reference"), devices.jobs().open("test", "reference")).close();

    // Its bundle stops meanwhile: that waits, and leaves nothing open.
    var removal = new Thread(() -> devices.remove(narrow));
    removal.start();
    while (removal.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    open.countDown();
    removal.join();
    thread.join();
    assertEquals(1, narrow.closedDevices);
    assertThrows(DeviceLostException.class, slow.get()::memory);
    assertFalse(devices.jobs().list().getFirst().uses("narrow"));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void keepsNothingOfABackendThatHasGone() throws Exception {
    var narrow = new NarrowBackend("Binary");
    var devices = devices(narrow);
    var lease = devices.open(Target.of("narrow"), devices.jobs().open("test", "narrow"));
    var buffer = lease.allocate(List.of(TensorType.f32(1))).getFirst();
    var inner = new WeakReference<>(((LeasedBuffer) buffer).buffer().get());
    devices.remove(narrow);
    assertTrue(isCollected(inner));
    buffer.close();
    assertEquals(TensorType.f32(1), buffer.type());
    assertFalse(devices.jobs().list().getFirst().uses("narrow"));
  }

  private static boolean isCollected(WeakReference<?> reference) throws InterruptedException {
    for (int i = 0; i < 100 && reference.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    return reference.get() == null;
  }

  @Test
  void closesWhatIsOpen() {
    var narrow = new NarrowBackend("Binary");
    var devices = devices(narrow);
    var lease = devices.open(Target.of("narrow"), devices.jobs().open("test", "narrow"));
    devices.close();
    assertEquals(1, narrow.closedDevices);
    var failure = assertThrows(IllegalStateException.class, lease::memory);
    assertEquals("device narrow is closed: its session has ended", failure.getMessage());
    assertThrows(
        IllegalStateException.class,
        () -> devices.open(Target.of("narrow"), devices.jobs().open("test", "narrow")));
  }
}
