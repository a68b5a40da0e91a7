package dev.backplane.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.backplane.BackplaneException;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.OutOfDeviceMemoryException;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.reference.ReferenceBackend;
import dev.backplane.tck.FailAt;
import dev.backplane.tck.Strict;
import dev.backplane.tck.Watched;
import dev.backplane.tck.Watcher;
import dev.backplane.tensor.Literal;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Lets every single call of the SPI fail in turn, from opening the device to reading the result.
 */
class FaultTest {
  private static Map<String, Literal> train(Watcher watcher) {
    var devices = new Devices();
    devices.add(Watched.backend(new ReferenceBackend(), watcher));
    try (var training =
        new ModelTrainer(
                devices,
                Tiny.registry(),
                Tiny.model(),
                new Tiny.Squared(),
                new Tiny.Momentum(new Tiny.Constant(0.1), 0.9))
            .name("tiny")
            .open(Tiny.train(), Tiny.REFERENCE)) {
      training.step();
      training.step();
      return training.parameters();
    } finally {
      devices.close();
    }
  }

  @Test
  void trainingKeepsTheProtocolAndLeavesNothingOpen() {
    var strict = new Strict();
    train(strict);
    strict.requireNothingOpen();
  }

  @Test
  void whereverTheDeviceIsLostTheErrorIsTypedAndNothingLeaks() {
    everywhere(() -> new DeviceLostException("pulled out"));
  }

  @Test
  void whereverMemoryEndsTheErrorIsTypedAndNothingLeaks() {
    everywhere(() -> new OutOfDeviceMemoryException("full"));
  }

  private static void everywhere(Supplier<BackplaneException> failure) {
    var undisturbed = train(call -> {});
    var problems = new TreeSet<String>();
    int n = 0;
    boolean failed;
    do {
      var failAt = new FailAt(++n, failure);
      var strict = new Strict();
      var where = new StringBuilder();
      Watcher naming =
          call -> {
            try {
              failAt.before(call);
            } catch (BackplaneException e) {
              where.append(call.kind());
              throw e;
            }
          };
      try {
        var parameters = train(Watcher.all(naming, strict));
        // A fault that was got over must not show in the result.
        if (!parameters.equals(undisturbed)) {
          problems.add(where + ": other parameters than without the fault");
        }
      } catch (BackplaneException e) {
        if (!mentions(e, failure.get().getMessage())) {
          problems.add(where + ": the cause is lost: " + e);
        }
      } catch (RuntimeException | AssertionError e) {
        problems.add(where + ": " + e);
      }
      if (!strict.leaks().isEmpty()) {
        problems.add(
            where + ": leaks " + strict.leaks().size() + ", such as " + strict.leaks().getFirst());
      }
      failed = failAt.failed();
      if (n > 10_000) {
        fail("training never ends");
      }
    } while (failed);
    assertTrue(n > 20, n + " calls");
    assertEquals(new TreeSet<>(), problems);
  }

  private static boolean mentions(Throwable error, String text) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      if (String.valueOf(each.getMessage()).contains(text)) {
        return true;
      }
    }
    return false;
  }
}
