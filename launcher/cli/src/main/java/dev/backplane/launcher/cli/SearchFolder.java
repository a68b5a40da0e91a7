package dev.backplane.launcher.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a search: {@code search.json} says what is tried, {@code trials.jsonl} has a line
 * for each training that has ended, {@code trial-001} … are run folders. Both files are written
 * aside and renamed into place: a kill at any moment leaves whole lines.
 */
final class SearchFolder {
  private static final String SEARCH = "search.json";
  private static final String TRIALS = "trials.jsonl";
  private final Path folder;
  private final List<Trial> trials = new ArrayList<>();

  /**
   * A training that has ended.
   *
   * @param number from 1
   * @param asked the epochs it was asked for, in all; 0 for the recipe's
   */
  record Trial(int number, int asked, Map<String, String> settings, Map<String, Double> metrics) {
    Map<String, @Nullable Object> fields() {
      var fields = new LinkedHashMap<String, @Nullable Object>();
      fields.put("event", "trial");
      fields.put("trial", number);
      fields.put("epochs", asked);
      fields.put("settings", settings);
      fields.put("metrics", metrics);
      return fields;
    }

    static Trial of(Map<String, @Nullable Object> fields) throws IOException {
      if (fields.get("trial") instanceof Long number
          && fields.get("epochs") instanceof Long epochs
          && fields.get("settings") instanceof Map<?, ?> settings
          && fields.get("metrics") instanceof Map<?, ?> metrics) {
        var texts = new LinkedHashMap<String, String>();
        settings.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
        var figures = new LinkedHashMap<String, Double>();
        metrics.forEach(
            (key, value) ->
                figures.put(
                    String.valueOf(key),
                    value instanceof Number figure ? figure.doubleValue() : Double.NaN));
        return new Trial(number.intValue(), epochs.intValue(), texts, figures);
      }
      throw new IOException("no trial: " + fields);
    }
  }

  private SearchFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens a folder for a search, new or begun.
   *
   * @throws CommandException if another search began there, or it cannot be read or written
   */
  static SearchFolder open(Path folder, Map<String, @Nullable Object> search) {
    var opened = new SearchFolder(folder);
    var file = folder.resolve(SEARCH);
    try {
      Files.createDirectories(folder);
      var text = line(search);
      if (!Files.exists(file)) {
        opened.replace(SEARCH, text);
      } else if (!Files.readString(file).equals(text)) {
        throw new CommandException(
            ExitCode.FAILED,
            file
                + ": another search began here: "
                + Files.readString(file).strip()
                + "; give the same, or another --out");
      }
      if (Files.exists(folder.resolve(TRIALS))) {
        for (var line : Files.readAllLines(folder.resolve(TRIALS))) {
          opened.trials.add(Trial.of(JsonLines.read(line)));
        }
      }
      return opened;
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  private static CommandException failed(Path folder, IOException e) {
    return new CommandException(
        ExitCode.FAILED, "search folder " + folder + ": " + e.getMessage(), e);
  }

  private static String line(Map<String, @Nullable Object> fields) {
    var text = new StringWriter();
    var out = new PrintWriter(text);
    new JsonLines(out).print(fields);
    out.flush();
    return text.toString().strip() + "\n";
  }

  /** The run folder of a trial. */
  Path run(int number) {
    return folder.resolve(String.format(java.util.Locale.ROOT, "trial-%03d", number));
  }

  /** A training that has ended, in this process or one before. */
  Optional<Trial> find(int number, int asked) {
    return trials.stream().filter(t -> t.number() == number && t.asked() == asked).findFirst();
  }

  /** Adds a training that has ended. */
  void add(Trial trial) {
    trials.add(trial);
    var text = new StringBuilder();
    trials.forEach(each -> text.append(line(each.fields())));
    try {
      replace(TRIALS, text.toString());
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  private void replace(String name, String text) throws IOException {
    var aside = folder.resolve("." + name + ".part");
    try (var channel =
        FileChannel.open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(
        aside,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
