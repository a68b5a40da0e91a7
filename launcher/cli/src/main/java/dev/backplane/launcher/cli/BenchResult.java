package dev.backplane.launcher.cli;

import dev.backplane.backend.DeviceInfo;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code bench} found out.
 *
 * @param recipe the recipe's name
 * @param device where it ran
 * @param threads the number the device used
 * @param batch the examples of a batch
 * @param start until the first step
 * @param measured what came after it; empty if nothing was to come
 */
record BenchResult(
    String recipe,
    DeviceInfo device,
    int threads,
    int batch,
    Start start,
    Optional<Measured> measured) {
  /**
   * Until the first step had ended.
   *
   * @param compileMillis from the description of the model until the training was open
   * @param startToFirstStepMillis since the process began
   */
  record Start(double compileMillis, double startToFirstStepMillis) {}

  /**
   * What was measured of the running thing.
   *
   * @param steps how many were made in all
   * @param step of the training
   * @param one inference of a batch of 1
   * @param many inference of a batch of 64
   * @param allocatedBytesPerStep on the heap, over all threads
   * @param atFirst the kernels of the step that ran scalar when it began to be measured
   * @param atLast those that still did when that ended
   * @param profile where the time of a step goes; empty if it was not asked for
   */
  record Measured(
      long steps,
      Timing step,
      Timing one,
      Timing many,
      double allocatedBytesPerStep,
      ScalarKernels atFirst,
      ScalarKernels atLast,
      Optional<StepProfile> profile) {}

  private double samplesPerSecond(Measured found) {
    return batch / found.step().median() * 1e6;
  }

  void print(PrintWriter out) {
    out.printf(
        "%s on %s (%s), %d thread%s%n",
        recipe, device.id(), device.name(), threads, threads == 1 ? "" : "s");
    measured.ifPresent(
        found -> {
          out.printf("  training step, batch %d: %s%n", batch, found.step());
          out.printf("  inference, batch 1: %s%n", found.one());
          out.printf("  inference, batch 64: %s%n", found.many());
          out.printf("  %s%n", ProgressDisplay.rate(samplesPerSecond(found)));
          out.printf(
              Locale.ROOT,
              "  %d steps in all; %.0f bytes of heap allocated per step%n",
              found.steps(),
              found.allocatedBytesPerStep());
          if (found.atFirst().count() > 0) {
            out.printf(
                "  not warm when measuring began: %s ran scalar; %d when it ended%n",
                found.atFirst(), found.atLast().count());
          }
        });
    out.printf(
        Locale.ROOT,
        "  compiled in %.0f ms; first step %.0f ms after the process began%n",
        start.compileMillis(),
        start.startToFirstStepMillis());
    measured.flatMap(Measured::profile).ifPresent(profile -> profile.print(out));
    out.flush(); // whoever waits for the line waits no longer than that
  }

  void print(JsonLines json) {
    measured.flatMap(Measured::profile).ifPresent(profile -> profile.print(json));
    var fields = new LinkedHashMap<String, Object>();
    fields.put("event", measured.isPresent() ? "bench" : "first_step");
    fields.put("recipe", recipe);
    fields.put("device", device.id());
    fields.put("threads", threads);
    fields.put("batch", batch);
    measured.ifPresent(
        found -> {
          fields.put("steps", found.steps());
          fields.put("stepMicros", found.step().fields());
          fields.put(
              "inferMicros",
              Map.of("batch1", found.one().fields(), "batch64", found.many().fields()));
          fields.put("samplesPerSecond", samplesPerSecond(found));
          fields.put("allocatedBytesPerStep", found.allocatedBytesPerStep());
          fields.put("kernels", found.atFirst().all());
          fields.put("scalarKernelsAtFirst", found.atFirst().reasons());
          fields.put("scalarKernelsAtLast", found.atLast().reasons());
        });
    fields.put("compileMillis", start.compileMillis());
    fields.put("startToFirstStepMillis", start.startToFirstStepMillis());
    json.print(fields);
  }
}
