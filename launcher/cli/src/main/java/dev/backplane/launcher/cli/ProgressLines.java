package dev.backplane.launcher.cli;

import java.util.LinkedHashMap;

/**
 * A JSON object for each epoch.
 *
 * @param lines where it goes
 */
record ProgressLines(JsonLines lines) implements ProgressDisplay {
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
