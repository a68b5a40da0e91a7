package dev.backplane.recipes.speech;

import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.layers.audio.signal.MalformedAudioException;
import dev.backplane.layers.audio.signal.WavFile;
import dev.backplane.recipes.cache.DatasetCache;
import dev.backplane.recipes.format.MalformedDataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Words of many voices.
 *
 * @param words what is said
 * @param clips by voice
 */
record Clips(List<String> words, Map<String, List<Clip>> clips) {
  static final List<String> DIGITS =
      List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

  /**
   * What is learned from, and voices that are never heard before the test.
   *
   * @param train clips to learn from
   * @param test clips of other voices
   */
  record Split(Clips train, Clips test) {}

  /** Words said by espeak-ng, each by every voice. */
  static Split synthesized(Access access, List<String> words, Consumer<String> progress) {
    try (var synthesizer = Synthesizer.open(access)) {
      var taught = Voices.taught();
      var heldOut = Voices.heldOut();
      progress.accept(
          "espeak-ng says %d words in %d voices"
              .formatted(words.size(), taught.size() + heldOut.size()));
      return new Split(said(synthesizer, words, taught), said(synthesizer, words, heldOut));
    }
  }

  private static Clips said(
      Synthesizer synthesizer, List<String> words, List<Voices.Voice> voices) {
    var clips =
        voices.parallelStream()
            .flatMap(
                voice -> {
                  try {
                    var said = synthesizer.say(voice, words);
                    return IntStream.range(0, words.size())
                        .mapToObj(
                            word ->
                                new Clip(
                                    voice.name(),
                                    word,
                                    Clip.features(voice.name(), said.get(word))));
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                })
            .toList();
    return of(words, clips);
  }

  private static Clips of(List<String> words, List<Clip> clips) {
    var byVoice = new TreeMap<String, List<Clip>>();
    clips.forEach(
        clip -> byVoice.computeIfAbsent(clip.voice(), voice -> new ArrayList<>()).add(clip));
    return new Clips(words, byVoice);
  }

  /**
   * A user's recordings: a sub-folder for each word, in it WAV files whose names begin with the
   * voice, up to the first underscore, hyphen or point. Each fifth voice is held out.
   *
   * @param names of the sub-folders, in the order of the words
   * @param skipBroken whether files that cannot be heard are left out, and told, instead of refused
   * @param told of each file that is skipped
   * @throws MalformedDataException if there is no such folder, a word has no recordings, a file
   *     cannot be heard, or there are fewer than two voices
   */
  static Split recorded(
      Path folder, List<String> names, boolean skipBroken, Consumer<String> told) {
    var clips = new ArrayList<Clip>();
    for (int word = 0; word < names.size(); word++) {
      var inside = folder.resolve(names.get(word));
      if (!Files.isDirectory(inside)) {
        throw new MalformedDataException(
            folder.toString(), "a sub-folder \"" + names.get(word) + "\" of WAV files", "none");
      }
      var files = wavFiles(inside);
      if (files.isEmpty()) {
        throw new MalformedDataException(inside.toString(), "WAV files", "none");
      }
      int before = clips.size();
      for (var file : files) {
        try {
          clips.add(heard(file, word));
        } catch (MalformedAudioException | MalformedDataException e) {
          if (!skipBroken) {
            throw e;
          }
          told.accept("skipped: " + e.getMessage());
        }
      }
      if (clips.size() == before) {
        throw new MalformedDataException(
            inside.toString(), "WAV files that can be heard", "none of " + files.size());
      }
    }
    var voices = clips.stream().map(Clip::voice).distinct().sorted().toList();
    if (voices.size() < 2) {
      throw new MalformedDataException(
          folder.toString(),
          "recordings of two or more voices",
          "only \"" + voices.getFirst() + "\"");
    }
    var held =
        IntStream.range(0, voices.size()).filter(i -> i % 5 == 0).mapToObj(voices::get).toList();
    return new Split(
        of(names, clips.stream().filter(clip -> !held.contains(clip.voice())).toList()),
        of(names, clips.stream().filter(clip -> held.contains(clip.voice())).toList()));
  }

  private static Clip heard(Path file, int word) {
    var voice = file.getFileName().toString().replaceFirst("[_.-].*", "");
    return new Clip(voice, word, Clip.features(file.toString(), WavFile.read(file)));
  }

  private static List<Path> wavFiles(Path folder) {
    try (var inside = Files.list(folder)) {
      return inside.filter(file -> file.toString().endsWith(".wav")).sorted().toList();
    } catch (IOException e) {
      throw new MalformedDataException(
          folder.toString(), "WAV files", "that it cannot be read: " + e.getMessage(), e);
    }
  }

  /** The prompts of a real speaker: digits, then letters. */
  static List<Clip> prompts(Access access, int count) {
    var files = DatasetCache.of(access).open(SpeechPins.PROMPTS);
    var names = SpeechPins.paths("asterisk-prompts.txt");
    return IntStream.range(0, count)
        .mapToObj(
            word -> {
              var name = names.get(word).substring(names.get(word).lastIndexOf('/') + 1);
              return new Clip("prompt", word, Clip.features(name, WavFile.read(files.file(name))));
            })
        .toList();
  }
}
