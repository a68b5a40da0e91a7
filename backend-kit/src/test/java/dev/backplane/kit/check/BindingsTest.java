package dev.backplane.kit.check;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Execution;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What may not be bound is refused with the constraint's name. */
class BindingsTest {
  private static final TensorType TYPE = TensorType.f32(2);

  /** A buffer that is never copied: only its type and identity matter here. */
  private static final class Held implements Buffer {
    private final TensorType type;

    private Held(TensorType type) {
      this.type = type;
    }

    @Override
    public TensorType type() {
      return type;
    }

    @Override
    public Execution write(MemorySegment host) {
      throw new AssertionError("a check copies nothing");
    }

    @Override
    public Execution read(MemorySegment host) {
      throw new AssertionError("a check copies nothing");
    }

    @Override
    public void close() {}
  }

  private final Buffer first = new Held(TYPE);
  private final Buffer second = new Held(TYPE);
  private final Buffer third = new Held(TYPE);

  private static void refused(String constraint, Runnable check) {
    var refused = assertThrows(IllegalArgumentException.class, check::run);
    assertTrue(refused.getMessage().startsWith(constraint), refused.getMessage());
  }

  private static void bind(Donations donations, List<Buffer> arguments, List<Buffer> results) {
    Bindings.check(List.of(TYPE, TYPE), List.of(TYPE), donations, arguments, results);
  }

  @Test
  void theNumberOfBuffersIsC1() {
    refused("bind C1", () -> bind(Donations.none(), List.of(first), List.of(third)));
  }

  @Test
  void theirTypesAreC2() {
    var other = new Held(TensorType.f32(3));
    refused("bind C2", () -> bind(Donations.none(), List.of(first, other), List.of(third)));
  }

  @Test
  void aResultInAnArgumentThatIsNotDonatedIsC4() {
    refused("bind C4", () -> bind(Donations.none(), List.of(first, second), List.of(second)));
    var elsewhere = new Donations(Map.of(0, 0));
    refused("bind C4", () -> bind(elsewhere, List.of(first, second), List.of(second)));
  }

  @Test
  void aDonatedBufferPassedTwiceIsC5() {
    var donations = new Donations(Map.of(0, 0));
    refused("bind C5", () -> bind(donations, List.of(first, first), List.of(first)));
    refused("bind C5", () -> bind(donations, List.of(first, first), List.of(third)));
    var second = new Donations(Map.of(1, 0));
    refused("bind C5", () -> bind(second, List.of(first, first), List.of(third)));
  }

  @Test
  void donatedBuffersAndSharedReadersPass() {
    var donations = new Donations(Map.of(0, 0));
    assertDoesNotThrow(() -> bind(donations, List.of(first, second), List.of(first)));
    assertDoesNotThrow(() -> bind(donations, List.of(first, second), List.of(third)));
    assertDoesNotThrow(() -> bind(Donations.none(), List.of(first, first), List.of(third)));
  }

  @Test
  void aHostSegmentOfAnotherSizeOrReadOnlyIsRefused() {
    try (var arena = Arena.ofConfined()) {
      var host = arena.allocate(8);
      refused("f32[2] has 8 bytes", () -> Bindings.checkHost(TYPE, host.asSlice(0, 4), false));
      refused("the host segment", () -> Bindings.checkHost(TYPE, host.asReadOnly(), true));
      assertDoesNotThrow(() -> Bindings.checkHost(TYPE, host.asReadOnly(), false));
    }
  }
}
