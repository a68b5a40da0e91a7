package dev.backplane.recipes.text;

import dev.backplane.recipes.format.MalformedDataException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** A user's own texts: a UTF-8 file of lines {@code CLASS TAB TEXT}. */
final class OwnTexts {
  /** A label is stored as a byte. */
  private static final int MOST_CLASSES = 256;

  /** Some editors begin a UTF-8 file with it. */
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private OwnTexts() {}

  /**
   * Reads and splits a file; the classes are in the order of their names.
   *
   * @throws MalformedDataException if it cannot be read, a line is none, there is no text, all are
   *     of one class, or there are more than 256 classes
   */
  static Corpus read(Path file) {
    var names = new ArrayList<String>();
    var texts = new ArrayList<String>();
    int number = 0;
    for (var line : lines(file)) {
      number++;
      if (number == 1 && line.startsWith(BYTE_ORDER_MARK)) {
        line = line.substring(BYTE_ORDER_MARK.length());
      }
      int tab = line.indexOf('\t');
      if (tab < 1) {
        throw new MalformedDataException(
            file + " line " + number, "a class, a tab and a text", "\"" + line + "\"");
      }
      names.add(line.substring(0, tab).strip());
      texts.add(line.substring(tab + 1).strip());
    }
    var classes = List.copyOf(new TreeSet<>(names));
    if (classes.size() > MOST_CLASSES) {
      throw new MalformedDataException(
          file.toString(), "at most " + MOST_CLASSES + " classes", classes.size() + "");
    }
    var labelled = new ArrayList<LabelledText>();
    for (int i = 0; i < texts.size(); i++) {
      labelled.add(new LabelledText(texts.get(i), classes.indexOf(names.get(i))));
    }
    return Corpus.split(file.toString(), classes, labelled);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw new MalformedDataException(file.toString(), "a file", "none", e);
    } catch (CharacterCodingException e) {
      throw new MalformedDataException(file.toString(), "UTF-8", "bytes that are none", e);
    } catch (IOException e) {
      throw new MalformedDataException(file.toString(), "a readable file", e.toString(), e);
    }
  }
}
