package dev.backplane.launcher.deployer;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Tells people what happens; what was said last of a thing is not said again. */
final class Notices {
  private final Consumer<String> listener;
  private final Map<String, String> said = new HashMap<>();
  private boolean atFirst = true;

  Notices(Consumer<String> listener) {
    this.listener = listener;
  }

  /**
   * Tells something.
   *
   * @param about what it is about
   * @param words for people; nothing where all is well with it
   */
  void say(String about, String words) {
    var before = words.isEmpty() ? said.remove(about) : said.put(about, words);
    if (!words.isEmpty() && !words.equals(before)) {
      listener.accept(words);
    }
  }

  /** Tells something that happens, unless it is no more than what should be at the beginning. */
  void tell(String words) {
    if (!atFirst) {
      listener.accept(words);
    }
  }

  /** Tells something that is worth a word, but not one at every beginning. */
  void mention(String about, String words) {
    if (atFirst) {
      said.put(about, words);
    } else {
      say(about, words);
    }
  }

  /** The beginning is over: from now on people see what changes. */
  void speakOfAll() {
    atFirst = false;
  }
}
