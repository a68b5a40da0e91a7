package dev.backplane.recipes.speech;

import dev.backplane.Run;
import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.data.Recipe.Plan;
import dev.backplane.data.Recipe.Request;
import dev.backplane.data.Recipe.Setting;
import dev.backplane.layers.audio.signal.WavFile;
import dev.backplane.layers.core.schedule.CosineDecay;
import dev.backplane.nn.Optimizer;
import dev.backplane.recipes.SettingValues;
import dev.backplane.recipes.cache.DatasetException;
import dev.backplane.recipes.format.MalformedDataException;
import dev.backplane.tensor.Literal;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the recipes that listen have in common.
 *
 * @param said what a synthesizer is asked to say for each word
 * @param names of the words, also of the folders of a user's recordings
 * @param form of the utterances
 * @param variation of those that are learned from
 */
record Listening(List<String> said, List<String> names, Utterances.Form form, Variation variation) {
  private static final System.Logger LOG = System.getLogger(Listening.class.getName());
  private static final int TESTED = 500;

  /**
   * A user's choices.
   *
   * @param units of the LSTM
   * @param dropout the share dropped
   * @param examples utterances of an epoch
   * @param optimizer how it learns
   * @param recordings a folder, or nothing
   * @param skipBroken whether files of that folder that cannot be heard are left out
   */
  record Chosen(
      int units,
      double dropout,
      int examples,
      Optimizer optimizer,
      String recordings,
      boolean skipBroken) {}

  static List<Setting> settings(String units, String dropout, String examples, int epochs) {
    return List.of(
        new Setting("units", units, "units of the LSTM"),
        new Setting("dropout", dropout, "share of features dropped while training"),
        new Setting("examples", examples, "utterances of an epoch, composed anew in each"),
        new Setting("rate", "0.002", "learning rate, where the optimizer says nothing of it"),
        new Setting(
            "decay",
            String.valueOf(epochs),
            "epochs in which the rate sinks along half a cosine; the training's own number"),
        new Setting(
            "recordings",
            "",
            "a folder of WAV files, WORD/VOICE_ANYTHING.wav, instead of espeak-ng"),
        new Setting("skip-broken", "0", "1 to leave out files of it that cannot be heard"),
        SettingValues.OPTIMIZER);
  }

  Chosen chosen(Recipe recipe, Request request, int batch) {
    var values = new SettingValues(recipe, request);
    int examples = values.integer("examples", 1, 1 << 24);
    int steps = values.integer("decay", 1, 1 << 16) * Math.ceilDiv(examples, batch);
    double rate = values.positive("rate");
    return new Chosen(
        values.integer("units", 1, 1 << 12),
        values.share("dropout"),
        examples,
        values.optimizer(new CosineDecay(rate, steps, rate / 1000)),
        request.settings().getOrDefault("recordings", "").strip(),
        values.integer("skip-broken", 0, 1) == 1);
  }

  Dataset data(String name, Request request, Chosen chosen) {
    var split =
        chosen.recordings().isEmpty()
            ? Clips.synthesized(request.access(), said, request.access().progress())
            : Clips.recorded(
                Path.of(chosen.recordings()),
                names,
                chosen.skipBroken(),
                request.access().progress());
    return new Dataset(
        name,
        new Utterances(
            split.train(), form, variation, Noise.LEARNED, chosen.examples(), request.seed(), 0),
        new Utterances(split.test(), form, Variation.NONE, Noise.QUIET, TESTED, 1, 0),
        form.label() ? names : List.of());
  }

  /**
   * A user's recording.
   *
   * @throws MalformedDataException if more is said than the model has frames for
   */
  Clip clip(String file) {
    var recording = WavFile.read(Path.of(file));
    if (recording.clipped() > 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          file + ": " + recording.clipped() + " samples are clipped: it may be misunderstood");
    }
    var frames = Clip.features(file, recording);
    if (frames.length > form.frames()) {
      throw new MalformedDataException(
          file,
          "at most %.1f s of speech".formatted(form.frames() / (double) Clip.FRAMES_A_SECOND),
          "%.1f s between its silent ends"
              .formatted(frames.length / (double) Clip.FRAMES_A_SECOND));
    }
    return new Clip(file, 0, frames);
  }

  Literal read(String file) {
    return input(clip(file));
  }

  /** A clip as the model's input. */
  Literal input(Clip clip) {
    if (clip.frames().length > form.frames()) {
      throw new MalformedDataException(
          clip.voice(), form.frames() + " frames at most", "" + clip.frames().length);
    }
    var frames = clip.betweenSilence(form.frames());
    Clip.standardize(frames);
    var type = form.input().stored();
    var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes())]);
    Utterances.write(form, frames, bytes);
    return Literal.copyOf(type, bytes);
  }

  /** The figure of that name on the test's utterances once more, in loud noise. */
  static double inLoudNoise(Run run, Plan plan, String metric) {
    if (!(plan.data().test() instanceof Utterances test)) {
      throw new IllegalStateException("expected utterances, found " + plan.data().test());
    }
    var figures = run.evaluate(test.in(Noise.LOUD).batch(plan.batch()));
    return Objects.requireNonNull(figures.get(metric), metric);
  }

  /** The prompts of a real speaker, where they can be had. */
  Optional<List<Clip>> prompts() {
    try {
      return Optional.of(Clips.prompts(Access.silent(), names.size()));
    } catch (DatasetException e) {
      LOG.log(System.Logger.Level.WARNING, "not measured on a real speaker: " + e.getMessage());
      return Optional.empty();
    }
  }
}
