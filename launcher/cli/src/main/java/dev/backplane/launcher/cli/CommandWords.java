package dev.backplane.launcher.cli;

import java.util.ArrayList;
import java.util.List;

/** The words of a typed line: apart at blanks, together in quotes or behind a backslash. */
final class CommandWords {
  private CommandWords() {}

  /**
   * Takes a line apart.
   *
   * @throws CommandException if a quote is not closed
   */
  static List<String> of(String line) {
    var words = new ArrayList<String>();
    var word = new StringBuilder();
    boolean begun = false;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != 0 && c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
        begun = true;
      } else if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
        word.append(line.charAt(++i));
        begun = true;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (begun) {
          words.add(word.toString());
          word.setLength(0);
        }
        begun = false;
      } else {
        word.append(c);
        begun = true;
      }
    }
    if (quote != 0) {
      throw new CommandException(
          ExitCode.WRONG_USAGE, "the quote " + quote + " is not closed: " + line);
    }
    if (begun) {
      words.add(word.toString());
    }
    return words;
  }
}
