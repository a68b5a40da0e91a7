package dev.backplane.runtime.board;

import dev.backplane.tensor.Literal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * What TensorBoard shows of a run: a scalar for each figure and a histogram for each parameter,
 * with the epoch as step, pictures, and the hyper-parameters.
 *
 * <p>The messages are {@code Event} and {@code Summary} of tensorflow/core and {@code
 * HParamsPluginData} of the hparams plugin; numbers below are those of their fields.
 */
public final class Events {
  private static final String FILE = "events.out.tfevents.1.backplane";
  private static final String VERSION = "brain.Event:2";
  private static final int BUCKETS = 32;

  private final EventFile file;

  private Events(EventFile file) {
    this.file = file;
  }

  /**
   * Opens the event file of a run folder, cut to its epochs; a new one begins with the run's
   * hyper-parameters.
   *
   * @param epochs how many have ended
   * @param hyperParameters texts, those that are numbers as such
   */
  public static Events open(Path folder, int epochs, Map<String, String> hyperParameters)
      throws IOException {
    var file = EventFile.open(folder.resolve(FILE), record -> step(record) <= epochs);
    var events = new Events(file);
    if (file.isEmpty()) {
      file.add(event(0).text(3, VERSION).toBytes());
      events.begin(hyperParameters);
    }
    return events;
  }

  /** The step of an event: its second field; 0 where there is none. */
  private static long step(ByteBuffer event) {
    // An event of ours begins with the key and eight bytes of its time, then the step.
    int at = 1 + Double.BYTES;
    if (event.limit() <= at || event.get(at) != 2 << 3) {
      return 0;
    }
    long step = 0;
    for (int shift = 0; ++at < event.limit() && shift < Long.SIZE; shift += 7) {
      step |= (event.get(at) & 0x7fL) << shift;
      if (event.get(at) >= 0) {
        return step;
      }
    }
    return step;
  }

  private static Message event(long step) {
    return new Message().real(1, System.currentTimeMillis() / 1e3).whole(2, step);
  }

  private void add(long step, Message summary) throws IOException {
    file.add(event(step).message(5, summary).toBytes());
  }

  private void begin(Map<String, String> hyperParameters) throws IOException {
    var start = new Message();
    for (var parameter : hyperParameters.entrySet()) {
      start.message(
          1, new Message().text(1, parameter.getKey()).message(2, value(parameter.getValue())));
    }
    start.text(4, "").real(5, System.currentTimeMillis() / 1e3);
    var summary = new Message();
    summary.message(1, plugin("_hparams_/experiment", new Message().message(2, new Message())));
    summary.message(1, plugin("_hparams_/session_start_info", new Message().message(3, start)));
    add(0, summary);
  }

  /** A google.protobuf.Value. */
  private static Message value(String text) {
    try {
      double number = Double.parseDouble(text);
      return new Message().real(2, number);
    } catch (NumberFormatException e) {
      return new Message().text(3, text);
    }
  }

  /** A value that only its metadata is read of; the tensor is one that says nothing. */
  private static Message plugin(String tag, Message content) {
    var data = new Message().text(1, "hparams").bytes(2, content.toBytes());
    var shape = new Message().message(2, new Message().whole(1, 1));
    var nothing = new Message().whole(1, 1).message(2, shape).bytes(5, new byte[Float.BYTES]);
    return new Message()
        .text(1, tag)
        .message(8, nothing)
        .message(9, new Message().message(1, data));
  }

  /**
   * An epoch has ended.
   *
   * @param figures by name; {@code test_loss} is shown as {@code loss/test}, beside the others
   * @param parameters whose values are shown as histograms, by path
   */
  public void epoch(int epoch, Map<String, Double> figures, Map<String, Literal> parameters)
      throws IOException {
    var summary = new Message();
    figures.forEach(
        (name, figure) ->
            summary.message(1, new Message().text(1, tag(name)).single(2, figure.floatValue())));
    for (var parameter : parameters.entrySet()) {
      if (parameter.getValue().type().dtype().isFloating()) {
        summary.message(
            1,
            new Message()
                .text(1, "parameters/" + parameter.getKey())
                .message(5, histogram(parameter.getValue())));
      }
    }
    add(epoch, summary);
  }

  private static String tag(String figure) {
    int end = figure.indexOf('_');
    return end < 0 ? figure : figure.substring(end + 1) + "/" + figure.substring(0, end);
  }

  /** The finite values in buckets of equal width. */
  private static Message histogram(Literal values) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    double count = 0;
    double sum = 0;
    double squares = 0;
    int size = Math.toIntExact(values.type().shape().size());
    for (int i = 0; i < size; i++) {
      double value = values.doubleAt(i);
      if (Double.isFinite(value)) {
        least = Math.min(least, value);
        most = Math.max(most, value);
        count++;
        sum += value;
        squares += value * value;
      }
    }
    var limits = new double[BUCKETS];
    var buckets = new double[BUCKETS];
    double width = (most - least) / BUCKETS;
    for (int i = 0; i < BUCKETS; i++) {
      limits[i] = i == BUCKETS - 1 ? most : least + (i + 1) * width;
    }
    for (int i = 0; i < size; i++) {
      double value = values.doubleAt(i);
      if (Double.isFinite(value)) {
        int bucket = width > 0 ? (int) ((value - least) / width) : 0;
        buckets[Math.min(BUCKETS - 1, bucket)]++;
      }
    }
    var histogram = new Message();
    if (count > 0) {
      histogram.real(1, least).real(2, most).real(3, count).real(4, sum).real(5, squares);
      histogram.reals(6, limits).reals(7, buckets);
    }
    return histogram;
  }

  /** A picture, at step 0. */
  public void picture(String tag, Picture picture) throws IOException {
    var image =
        new Message()
            .whole(1, picture.height())
            .whole(2, picture.width())
            .whole(3, picture.channels())
            .bytes(4, picture.png());
    add(0, new Message().message(1, new Message().text(1, tag).message(4, image)));
  }
}
