package dev.backplane.recipes.speech;

import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.vision.transform.Dice;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Words of one voice one behind the other, with pauses between and noise over all, composed anew in
 * each epoch: a pure function of seed, epoch and number. Input: features f32 [frames, bands], 0
 * where nobody speaks. Targets: the labels, i32 [most words], which are the words + 1; how many
 * they are; and the frames that count, halved and rounded up where the model halves them.
 *
 * @param clips what is composed
 * @param form how
 * @param size how many
 * @param seed of what is drawn
 * @param epoch the epoch
 */
record Utterances(Clips clips, Form form, int size, long seed, int epoch) implements Examples {
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

  private static final float SILENCE = (float) Math.log(1e-6);

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
    return new Utterances(clips, form, size, seed, epoch);
  }

  /** One composed utterance. */
  private record Composed(float[][] frames, int[] words) {}

  private Composed compose(int row) {
    var dice = new Dice().begin(seed, epoch, row);
    var voices = List.copyOf(clips.clips().values());
    var voice = voices.get(dice.nextInt(voices.size()));
    int count = dice.nextInt(form.shortest(), form.longest() + 1);
    var words = new int[count];
    var parts = new float[count][][];
    var pauses = new int[count + 1];
    int used = 0;
    for (int i = 0; i < count; i++) {
      pauses[i] = dice.nextInt(1, 9);
      var clip = voice.get(dice.nextInt(voice.size()));
      if (used + pauses[i] + clip.frames().length > form.frames()) {
        // What does not fit any more is left unsaid.
        words = java.util.Arrays.copyOf(words, i);
        break;
      }
      words[i] = clip.word();
      parts[i] = clip.frames();
      used += pauses[i] + clip.frames().length;
    }
    pauses[words.length] = dice.nextInt(0, Math.min(8, form.frames() - used) + 1);
    used += pauses[words.length];
    double noise = Math.exp(dice.nextDouble(Math.log(1e-6), Math.log(0.3)));
    double gain = Math.exp(2 * dice.nextDouble(-1.5, 1.5));
    var frames = new float[Math.max(1, used)][Clip.BANDS];
    int at = 0;
    for (int i = 0; i <= words.length; i++) {
      for (int p = 0; p < pauses[i]; p++) {
        java.util.Arrays.fill(frames[at++], SILENCE);
      }
      for (int f = 0; i < words.length && f < parts[i].length; f++) {
        System.arraycopy(parts[i][f], 0, frames[at++], 0, Clip.BANDS);
      }
    }
    for (var frame : frames) {
      for (int band = 0; band < frame.length; band++) {
        double spread = 0.5 - Math.log(1 - dice.nextDouble());
        frame[band] = (float) Math.log(gain * Math.exp(frame[band]) + noise * spread);
      }
    }
    Clip.standardize(frames);
    return new Composed(frames, words);
  }

  @Override
  public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
    for (int i = 0; i < count; i++) {
      var composed = compose(rows[from + i]);
      if (field == 0) {
        write(form, composed.frames(), target.asSlice(i * form.input().stored().bytes()));
      } else if (form.label()) {
        target.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, composed.words()[0]);
      } else if (field == 1) {
        for (int k = 0; k < form.longest(); k++) {
          int label = k < composed.words().length ? composed.words()[k] + 1 : 0;
          target.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * (i * (long) form.longest() + k), label);
        }
      } else {
        int value = field == 2 ? composed.words().length : form.framesOut(composed.frames().length);
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
