package dev.backplane.recipes.speech;

import dev.backplane.Run;
import dev.backplane.data.Recipe;
import dev.backplane.layers.audio.SpecAugment;
import dev.backplane.layers.audio.ctc.CtcDecoder;
import dev.backplane.layers.audio.ctc.CtcErrorRate;
import dev.backplane.layers.audio.ctc.CtcLoss;
import dev.backplane.layers.convolution.Convolution1d;
import dev.backplane.layers.convolution.Padding;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.activation.Relu;
import dev.backplane.layers.core.transform.ClipByGlobalNorm;
import dev.backplane.layers.recurrent.Bidirectional;
import dev.backplane.layers.recurrent.Lstm;
import dev.backplane.layers.text.ErrorRate;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Component;

/** Strings of digits and letters: convolutions, a bidirectional LSTM, CTC. */
@Component(service = Recipe.class, immediate = true)
public final class SpeechCtc implements Recipe {
  private static final int BEAM = 8;
  private static final int EPOCHS = 30;
  private static final int BATCH = 32;
  private static final Utterances.Form FORM = new Utterances.Form(200, 1, 5, false, true);
  private static final List<String> SYMBOLS =
      Stream.concat(
              IntStream.range(0, 10).mapToObj(Integer::toString),
              IntStream.rangeClosed('a', 'z').mapToObj(c -> String.valueOf((char) c)))
          .toList();

  /** What espeak-ng is asked to say: letters by their names, which a lone "a" would not be. */
  private static final List<String> SAID =
      Stream.concat(
              Clips.DIGITS.stream(),
              SYMBOLS.stream().skip(10).map(letter -> letter.toUpperCase(java.util.Locale.ROOT)))
          .toList();

  private static final Variation VARIATION = new Variation(0.1, 0.2, 0.3, 1, 0.1);
  private static final Listening LISTENING = new Listening(SAID, SYMBOLS, FORM, VARIATION);

  /** For the service loaders. */
  public SpeechCtc() {}

  @Override
  public String name() {
    return "speech-ctc";
  }

  @Override
  public String summary() {
    return "strings of digits and letters a voice says: convolutions, a bidirectional LSTM, CTC";
  }

  @Override
  public List<Setting> settings() {
    return Listening.settings("128", "0.2", "6000", EPOCHS);
  }

  @Override
  public Plan plan(Request request) {
    var settings = LISTENING.chosen(this, request, BATCH);
    return new Plan(
        LISTENING.data(name(), request, settings),
        Sequential.of(
            new SpecAugment(1, 6, 2, 8),
            new Convolution1d(96, 5, new Relu()).padding(Padding.SAME),
            new Convolution1d(96, 5, new Relu()).stride(2).padding(Padding.SAME),
            new Bidirectional(new Lstm(settings.units()).withSequences()),
            new Dropout(settings.dropout()),
            new Dense(SYMBOLS.size() + 1)),
        new CtcLoss(),
        settings.optimizer(),
        List.of(new CtcErrorRate()),
        List.of(new ClipByGlobalNorm(5)),
        EPOCHS,
        BATCH);
  }

  /** The path of a WAV file with a string of spoken digits and letters. */
  @Override
  public List<Literal> read(String input) {
    return List.of(LISTENING.read(input));
  }

  /** The transcript of a WAV file, by prefix beam search. */
  @Override
  public Optional<String> tell(Run run, String input) {
    return Optional.of(transcript(run, LISTENING.clip(input)));
  }

  private static String transcript(Run run, Clip clip) {
    var probabilities = run.predict(LISTENING.input(clip));
    var dimensions = probabilities.type().shape().dimensions();
    var table =
        Literal.of(
            Shape.of(dimensions.get(dimensions.size() - 2), dimensions.getLast()),
            probabilities.toFloats());
    int frames = FORM.framesOut(clip.betweenSilence(FORM.frames()).length);
    var text = new StringBuilder();
    for (int label : new CtcDecoder(0).beam(table, frames, BEAM).getFirst().labels()) {
      text.append(SYMBOLS.get(label - 1));
    }
    return text.toString();
  }

  /**
   * {@code noisy_cer}: the error rate on the held-out voices in loud noise; {@code real_cer}: on
   * the digits and letters of a real speaker, one by one.
   */
  @Override
  public Map<String, Double> measure(Run run, Plan plan) {
    var figures = new TreeMap<>(Map.of("noisy_cer", Listening.inLoudNoise(run, plan, "cer")));
    LISTENING.prompts().ifPresent(clips -> figures.put("real_cer", errorRate(run, clips)));
    return figures;
  }

  private static double errorRate(Run run, List<Clip> clips) {
    return ErrorRate.characters(
        clips.stream().map(clip -> transcript(run, clip)).toList(),
        clips.stream().map(clip -> SYMBOLS.get(clip.word())).toList());
  }
}
