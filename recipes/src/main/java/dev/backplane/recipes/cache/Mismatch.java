package dev.backplane.recipes.cache;

import java.io.IOException;
import java.util.List;

/** A source gave files that are not the pinned ones, or not all of them. */
final class Mismatch extends IOException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // always an immutable list of strings
  private final List<String> problems;

  /** Every problem of a source, a line each. */
  Mismatch(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** One file whose contents are not the pinned ones. */
  static Mismatch of(PinnedFile file, String where, String found) {
    return new Mismatch(
        List.of(
            "%s is not the pinned %s: expected %,d bytes with sha256 %s, found %s"
                .formatted(where, file.name(), file.bytes(), file.sha256(), found)));
  }

  List<String> problems() {
    return problems;
  }
}
