package dev.backplane.launcher.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;

/** A terminal with line editing, history, and completion of commands and options. */
final class TerminalScreen implements Screen {
  private final Terminal terminal;
  private final LineReader reader;
  private volatile boolean reading;

  private TerminalScreen(Terminal terminal, LineReader reader) {
    this.terminal = terminal;
    this.reader = reader;
  }

  static TerminalScreen open(Cli cli) throws IOException {
    var terminal = TerminalBuilder.builder().system(true).dumb(true).build();
    var spec = cli.line(ShellRoot.class).getCommandSpec();
    var reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .completer((_, line, candidates) -> complete(spec, line, candidates))
            // What is typed is for us, not for a shell with history expansion.
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
    return new TerminalScreen(terminal, reader);
  }

  private static void complete(CommandSpec spec, ParsedLine line, List<Candidate> candidates) {
    var words = new ArrayList<CharSequence>();
    AutoComplete.complete(
        spec, line.words().toArray(String[]::new), line.wordIndex(), 0, line.cursor(), words);
    words.forEach(word -> candidates.add(new Candidate(word.toString())));
  }

  @Override
  public @Nullable String readLine(String prompt) {
    reading = true;
    try {
      return reader.readLine(prompt);
    } catch (UserInterruptException e) {
      return "";
    } catch (EndOfFileException e) {
      return null;
    } finally {
      reading = false;
    }
  }

  @Override
  public void print(String line) {
    if (reading) {
      reader.printAbove(line);
    } else {
      PluginNews.print(line);
    }
  }

  @Override
  public boolean isInteractive() {
    return true;
  }

  @Override
  public void onInterrupt(Runnable action) {
    terminal.handle(Terminal.Signal.INT, _ -> action.run());
  }

  @Override
  public void close() throws IOException {
    terminal.close();
  }
}
