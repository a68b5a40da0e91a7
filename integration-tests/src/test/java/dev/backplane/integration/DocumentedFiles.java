package dev.backplane.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The blocks of a page that say what they are in a comment before them: {@code <!-- file: PATH -->}
 * is the whole of a file of the repository, {@code <!-- part of: PATH -->} some lines of one,
 * {@code <!-- version 2 -->} what those lines become.
 *
 * @param blocks in their order
 */
record DocumentedFiles(List<Block> blocks) {
  private static final Pattern BLOCK =
      Pattern.compile(
          "^<!-- (file: |part of: |version 2)(\\S*) ?-->\n```\\w+\n(.*?)^```$",
          Pattern.MULTILINE | Pattern.DOTALL);

  /** What a block is. */
  enum Kind {
    FILE,
    PART,
    NEXT_VERSION
  }

  /**
   * One block.
   *
   * @param path of the file in the repository; empty for a next version
   * @param text what stands in the block
   */
  record Block(Kind kind, String path, String text) {}

  static DocumentedFiles of(String page) {
    var text = read(BuiltModule.root().resolve("docs").resolve(page));
    return new DocumentedFiles(
        BLOCK
            .matcher(text)
            .results()
            .map(
                match ->
                    switch (match.group(1)) {
                      case "file: " -> new Block(Kind.FILE, match.group(2), match.group(3));
                      case "part of: " -> new Block(Kind.PART, match.group(2), match.group(3));
                      default -> new Block(Kind.NEXT_VERSION, "", match.group(3));
                    })
            .toList());
  }

  /** Writes the files that the page gives in full, as a reader would, into a folder. */
  void write(String prefix, Path folder) {
    for (var block : blocks) {
      if (block.kind() == Kind.FILE && block.path().startsWith(prefix)) {
        var file = folder.resolve(block.path().substring(prefix.length()));
        try {
          Files.createDirectories(file.getParent());
          Files.writeString(file, block.text());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** Makes the second version of what {@link #write} wrote, as the page says. */
  void upgrade(String prefix, Path folder) {
    for (int i = 0; i + 1 < blocks.size(); i++) {
      var before = blocks.get(i);
      var after = blocks.get(i + 1);
      if (before.kind() == Kind.PART && after.kind() == Kind.NEXT_VERSION) {
        var file = folder.resolve(before.path().substring(prefix.length()));
        var text = read(file);
        if (!text.contains(before.text())) {
          throw new AssertionError(file + " does not contain\n" + before.text());
        }
        try {
          Files.writeString(file, text.replace(before.text(), after.text()));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** Every file of an example, relative to the repository. */
  static List<String> filesOf(String example) {
    var root = BuiltModule.root();
    var files = new ArrayList<String>();
    try (var walk = Files.walk(root.resolve(example))) {
      walk.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .filter(file -> !file.startsWith(example + "/target/"))
          .sorted()
          .forEach(files::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
