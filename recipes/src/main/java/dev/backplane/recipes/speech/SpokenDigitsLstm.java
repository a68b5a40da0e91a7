package dev.backplane.recipes.speech;

import dev.backplane.Run;
import dev.backplane.data.Recipe;
import dev.backplane.layers.audio.SpecAugment;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.transform.ClipByGlobalNorm;
import dev.backplane.layers.recurrent.Lstm;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.osgi.service.component.annotations.Component;

/** Which digit a voice says: log-mel frames, an LSTM, softmax. */
@Component(service = Recipe.class, immediate = true)
public final class SpokenDigitsLstm implements Recipe {
  private static final int EPOCHS = 60;
  private static final int BATCH = 64;
  private static final Utterances.Form FORM = new Utterances.Form(60, 1, 1, true, false);
  private static final Variation VARIATION = new Variation(0.1, 0.2, 0.3, 1, 0.1);
  private static final Listening LISTENING =
      new Listening(
          Clips.DIGITS,
          IntStream.range(0, 10).mapToObj(Integer::toString).toList(),
          FORM,
          VARIATION);

  /** For the service loaders. */
  public SpokenDigitsLstm() {}

  @Override
  public String name() {
    return "spoken-digits-lstm";
  }

  @Override
  public String summary() {
    return "which of ten digits a voice says: log-mel frames, an LSTM; voices of espeak-ng or"
        + " yours";
  }

  @Override
  public List<Setting> settings() {
    return Listening.settings("128", "0.3", "3000", EPOCHS);
  }

  @Override
  public Plan plan(Request request) {
    var settings = LISTENING.chosen(this, request, BATCH);
    var data = LISTENING.data(name(), request, settings);
    return new Plan(
        data,
        Sequential.of(
            new SpecAugment(1, 6, 1, 6),
            new Lstm(settings.units()),
            new Dropout(settings.dropout()),
            new Dense(data.classes().size())),
        new SparseCategoricalCrossEntropy(),
        settings.optimizer(),
        List.of(new dev.backplane.layers.core.metric.Accuracy()),
        List.of(new ClipByGlobalNorm(5)),
        EPOCHS,
        BATCH);
  }

  /** The path of a WAV file with one spoken digit; of any rate, channels are mixed. */
  @Override
  public List<Literal> read(String input) {
    return List.of(LISTENING.read(input));
  }

  /**
   * {@code noisy_accuracy}: on the held-out voices in loud noise; {@code real_right}: how many of
   * ten digits of a real speaker are understood.
   */
  @Override
  public Map<String, Double> measure(Run run, Plan plan) {
    var figures =
        new TreeMap<>(Map.of("noisy_accuracy", Listening.inLoudNoise(run, plan, "accuracy")));
    LISTENING.prompts().ifPresent(clips -> figures.put("real_right", right(run, clips)));
    return figures;
  }

  private static double right(Run run, List<Clip> clips) {
    return clips.stream()
        .filter(clip -> run.predict(LISTENING.input(clip)).argMax() == clip.word())
        .count();
  }
}
