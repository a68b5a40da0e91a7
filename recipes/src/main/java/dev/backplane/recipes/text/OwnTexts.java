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
  private OwnTexts() {}

  /**
   * Reads and splits a file; the classes are in the order of their names.
   *
   * @throws MalformedDataException if it cannot be read, a line is none, there is no text or all
   *     are of one class
   */
  static Corpus read(Path file) {
    var names = new ArrayList<String>();
    var texts = new ArrayList<String>();
    int number = 0;
    for (var line : lines(file)) {
      number++;
      int tab = line.indexOf('\t');
      if (tab < 1) {
        throw new MalformedDataException(
            file + " line " + number, "a class, a tab and a text", "\"" + line + "\"");
      }
      names.add(line.substring(0, tab).strip());
      texts.add(line.substring(tab + 1).strip());
    }
    var classes = List.copyOf(new TreeSet<>(names));
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
