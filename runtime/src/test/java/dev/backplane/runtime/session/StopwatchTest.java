package dev.backplane.runtime.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.BackplaneException;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.CompileReport.Kernel;
import dev.backplane.backend.Execution;
import dev.backplane.runtime.session.Stopwatch.Label;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class StopwatchTest {
  /** Takes seven nanoseconds, by its own account. */
  private static final class Sevens implements Execution {
    private long[] nanos = {};

    @Override
    public void start() {
      for (int i = 0; i < nanos.length; i++) {
        nanos[i] += 7;
      }
    }

    @Override
    public void await() {}

    @Override
    public boolean isDone() {
      return true;
    }

    @Override
    public void whenDone(Consumer<Optional<BackplaneException>> action) {
      action.accept(Optional.empty());
    }

    @Override
    public boolean measure(long[] nanos) {
      this.nanos = nanos;
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void whatIsToldIsByWhatMeansItRunsNowNotWhenItWasCompiled() {
    var means = new AtomicReference<>("scalar (until warm)");
    var whole = new Kernel("all", "as a whole", 1);
    var label =
        new Label(
            "cpu",
            whole,
            () -> new CompileReport(List.of(new Kernel("tanh", means.get(), 1)), Map.of(), 0, 0));
    try (var watch = new Stopwatch(new Execution[] {new Sevens()}, List.of(label))) {
      watch.run(0);
      means.set("vector512");
      watch.run(0);
      var measured = watch.measured().getFirst();
      assertEquals("vector512", measured.kernel().implementation());
      assertEquals(7, measured.nanos());
    }
  }
}
