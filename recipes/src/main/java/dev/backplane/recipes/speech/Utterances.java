package dev.backplane.recipes.speech;

import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.vision.transform.Dice;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Words of one voice one behind the other, with pauses between and noise over all, composed anew in
 * each epoch: a pure function of seed, epoch and number. Input: features f32 [frames, bands], 0
 * where nobody speaks. Targets: the labels, i32 [most words], which are the words + 1; how many
 * they are; and the frames that count, halved and rounded up where the model halves them.
 *
 * @param clips what is composed
 * @param form how
 * @param variation how far it is changed
 * @param noise how loud it is
 * @param size how many
 * @param seed of what is drawn
 * @param epoch the epoch
 */
record Utterances(
    Clips clips, Form form, Variation variation, Noise noise, int size, long seed, int epoch)
    implements Examples {
  /**
   * What utterances look like.
   *
   * @param frames the longest
   * @param shortest words, at least
   * @param longest words, at most
   * @param label whether the target is one label i32 [] instead, the word itself, and the utterance
   *     ends with the last frame instead of beginning with the first
   * @param halved whether the model halves the frames
   */
  record Form(int frames, int shortest, int longest, boolean label, boolean halved) {
    Feature input() {
      return Feature.of("features", TensorType.f32(frames, Clip.BANDS));
    }

    List<Feature> targets() {
      return label
          ? List.of(Feature.of("label", TensorType.of(DType.I32)))
          : List.of(
              Feature.of("labels", TensorType.of(DType.I32, longest)),
              Feature.of("length", TensorType.of(DType.I32)),
              Feature.of("frames", TensorType.of(DType.I32)));
    }

    /** The frames that the model gives for so many. */
    int framesOut(int used) {
      return halved ? (used + 1) / 2 : used;
    }
  }

  private static final int LONGEST_PAUSE = 8;

  @Override
  public List<Feature> inputs() {
    return List.of(form.input());
  }

  @Override
  public List<Feature> targets() {
    return form.targets();
  }

  @Override
  public Utterances epoch(int epoch) {
    return new Utterances(clips, form, variation, noise, size, seed, epoch);
  }

  /**
   * What an utterance consists of.
   *
   * @param clips its words
   * @param lengths in frames of each word
   * @param pauses in frames, before each word and behind the last
   * @param dice that go on with how it sounds
   */
  private record Composed(List<Clip> clips, int[] lengths, int[] pauses, Dice dice) {
    int frames() {
      return Arrays.stream(lengths).sum() + Arrays.stream(pauses).sum();
    }
  }

  private Composed compose(int row) {
    var dice = new Dice().begin(seed, epoch, row);
    var voices = List.copyOf(clips.clips().values());
    var voice = voices.get(dice.nextInt(voices.size()));
    int count = dice.nextInt(form.shortest(), form.longest() + 1);
    var said = new ArrayList<Clip>();
    var lengths = new int[count];
    var pauses = new int[count + 1];
    int left = form.frames();
    for (int i = 0; i < count; i++) {
      int pause = dice.nextInt(1, LONGEST_PAUSE + 1);
      var clip = voice.get(dice.nextInt(voice.size()));
      int length = variation.frames(clip.frames().length, dice);
      if (i == 0) {
        length = Math.min(length, left - pause);
      }
      if (pause + length > left) {
        // What does not fit any more is left unsaid.
        lengths = Arrays.copyOf(lengths, i);
        pauses = Arrays.copyOf(pauses, i + 1);
        break;
      }
      said.add(clip);
      lengths[i] = length;
      pauses[i] = pause;
      left -= pause + length;
    }
    pauses[lengths.length] = dice.nextInt(0, Math.min(LONGEST_PAUSE, left) + 1);
    return new Composed(said, lengths, pauses, dice);
  }

  /** The same words where it is louder or quieter. */
  Utterances in(Noise other) {
    return new Utterances(clips, form, variation, other, size, seed, epoch);
  }

  /** How it sounds: the features of speech and noise, on a line. */
  private float[][] sound(Composed composed) {
    var dice = composed.dice();
    var frames = new float[composed.frames()][Clip.BANDS];
    double tract = variation.tract(dice);
    var colour = variation.colour(dice);
    int at = 0;
    for (int i = 0; i < composed.pauses().length; i++) {
      for (int p = 0; p < composed.pauses()[i]; p++) {
        Arrays.fill(frames[at++], Clip.SILENCE);
      }
      if (i < composed.lengths().length) {
        int end = at + composed.lengths()[i];
        Variation.stretched(
            composed.clips().get(i).frames(), tract, Arrays.copyOfRange(frames, at, end));
        at = end;
      }
    }
    for (var frame : frames) {
      for (int band = 0; band < frame.length; band++) {
        frame[band] = (float) Math.exp(frame[band] + colour[band]);
      }
    }
    variation.echo(frames, dice);
    double power = noise.power(Noise.mean(frames), dice);
    var noises = variation.tilted(dice);
    for (int band = 0; band < noises.length; band++) {
      noises[band] = power * Math.exp(noises[band]);
    }
    for (var frame : frames) {
      for (int band = 0; band < frame.length; band++) {
        double spread = (0.5 - Math.log(1 - dice.nextDouble())) / 1.5;
        frame[band] = (float) Math.log(frame[band] + noises[band] * spread);
      }
    }
    Clip.standardize(frames);
    return frames;
  }

  @Override
  public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
    for (int i = 0; i < count; i++) {
      var composed = compose(rows[from + i]);
      var said = composed.clips();
      if (field == 0) {
        write(form, sound(composed), target.asSlice(i * form.input().stored().bytes()));
      } else if (form.label()) {
        target.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, said.getFirst().word());
      } else if (field == 1) {
        for (int k = 0; k < form.longest(); k++) {
          int label = k < said.size() ? said.get(k).word() + 1 : 0;
          target.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * (i * (long) form.longest() + k), label);
        }
      } else {
        int value = field == 2 ? said.size() : form.framesOut(composed.frames());
        target.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, value);
      }
    }
  }

  /** Features in the form of the model's input: at its end for a label, else at its beginning. */
  static void write(Form form, float[][] frames, MemorySegment target) {
    target.asSlice(0, form.input().stored().bytes()).fill((byte) 0);
    int first = form.label() ? form.frames() - frames.length : 0;
    for (int f = 0; f < frames.length; f++) {
      for (int band = 0; band < Clip.BANDS; band++) {
        long at = (first + (long) f) * Clip.BANDS + band;
        target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * at, frames[f][band]);
      }
    }
  }
}
