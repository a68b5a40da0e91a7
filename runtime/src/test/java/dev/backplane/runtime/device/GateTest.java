package dev.backplane.runtime.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.DeviceLostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GateTest {
  private final Gate gate = new Gate("cpu", "cpu 1.0.0", Duration.ofMillis(50));

  @Test
  void whatHasBegunIsLetThroughAndNothingNewBegins() {
    gate.hold();
    assertTrue(gate.announce(Gate.State.LOST));
    assertEquals("done", gate.pass(() -> "done"));
    assertThrows(DeviceLostException.class, gate::hold);
    gate.release();
    gate.shut();
    assertThrows(DeviceLostException.class, gate::enter);
    assertFalse(gate.tryEnter());
  }

  @Test
  void whoNeverLetsGoHoldsNothingUpForEver() {
    gate.hold();
    gate.announce(Gate.State.LOST);
    gate.shut();
    var refusal = assertThrows(DeviceLostException.class, gate::enter);
    assertTrue(
        String.valueOf(refusal.getMessage())
            .startsWith("device cpu is lost: its backend cpu 1.0.0 has gone"),
        refusal::getMessage);
  }

  @Test
  void onlyOneEndsIt() {
    assertTrue(gate.announce(Gate.State.CLOSED));
    assertFalse(gate.announce(Gate.State.LOST));
    assertFalse(gate.isLost());
    gate.shut();
    assertThrows(IllegalStateException.class, gate::hold);
  }
}
