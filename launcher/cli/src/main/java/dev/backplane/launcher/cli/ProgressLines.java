package dev.backplane.launcher.cli;

import java.util.LinkedHashMap;

/**
 * A JSON object when the first step is next, and one for each epoch.
 *
 * @param lines where they go
 * @param recipe what is trained
 * @param device the id of the device it is trained on
 * @param run the run folder
 */
record ProgressLines(JsonLines lines, String recipe, String device, String run)
    implements ProgressDisplay {
  @Override
  public void onStart(Progress progress) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("event", "started");
    fields.put("recipe", recipe);
    fields.put("device", device);
    fields.put("epochs", progress.epochs());
    fields.put("stepsOfEpoch", progress.steps());
    fields.put("processMilliseconds", ProcessAge.millis());
    fields.put("run", run);
    lines.print(fields);
    lines.out().flush();
  }

  @Override
  public void onEpoch(Progress progress) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("event", "epoch");
    fields.put("epoch", progress.epoch());
    fields.put("epochs", progress.epochs());
    fields.put("samplesPerSecond", progress.samplesPerSecond());
    fields.put("metrics", progress.metrics());
    lines.print(fields);
  }
}
