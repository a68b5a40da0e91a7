package dev.backplane.launcher.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a search tries: for each setting its values. {@code rate=1e-3,1e-4} is a list; {@code
 * rate=1e-4..1e-1} a range that random trials draw from, each order of magnitude as likely.
 *
 * @param values of each setting, as they are written
 */
record SearchSpace(Map<String, List<String>> values) {
  private static final String RANGE = "..";

  /**
   * Reads {@code KEY=V1,V2} texts; commas within brackets belong to a value.
   *
   * @throws CommandException if one is none
   */
  static SearchSpace of(List<String> texts) {
    var values = new LinkedHashMap<String, List<String>>();
    for (var text : texts) {
      int equals = text.indexOf('=');
      if (equals < 1 || equals == text.length() - 1) {
        throw wrong("--over: expected KEY=VALUE,VALUE… or KEY=LEAST..MOST, found \"" + text + "\"");
      }
      var key = text.substring(0, equals);
      if (values.put(key, split(text.substring(equals + 1))) != null) {
        throw wrong("--over: " + key + " stands twice");
      }
    }
    if (values.isEmpty()) {
      throw wrong("search needs --over KEY=VALUE,VALUE…: what it is to try");
    }
    return new SearchSpace(values);
  }

  private static List<String> split(String text) {
    var values = new ArrayList<String>();
    int depth = 0;
    int begin = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i == text.length() ? ',' : text.charAt(i);
      depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
      if (c == ',' && (depth == 0 || i == text.length())) {
        values.add(text.substring(begin, i).strip());
        begin = i + 1;
      }
    }
    return values;
  }

  private static CommandException wrong(String message) {
    return new CommandException(ExitCode.WRONG_USAGE, message);
  }

  /** Every combination, the last setting changing fastest. */
  List<Map<String, String>> grid() {
    var trials = new ArrayList<Map<String, String>>();
    trials.add(Map.of());
    for (var setting : values.entrySet()) {
      var next = new ArrayList<Map<String, String>>();
      for (var trial : trials) {
        for (var value : setting.getValue()) {
          if (isRange(value)) {
            throw wrong(
                "--over " + setting.getKey() + "=" + value + ": a range needs --random TRIALS");
          }
          var more = new LinkedHashMap<>(trial);
          more.put(setting.getKey(), value);
          next.add(more);
        }
      }
      trials.clear();
      trials.addAll(next);
    }
    return List.copyOf(trials);
  }

  /** So many trials by chance, the same for the same seed. */
  List<Map<String, String>> random(int count, long seed) {
    var random = new SplittableRandom(seed);
    var trials = new ArrayList<Map<String, String>>();
    for (int i = 0; i < count; i++) {
      var trial = new LinkedHashMap<String, String>();
      values.forEach(
          (key, choices) -> {
            var choice = choices.get(random.nextInt(choices.size()));
            trial.put(key, isRange(choice) ? drawn(key, choice, random.nextDouble()) : choice);
          });
      trials.add(trial);
    }
    return List.copyOf(trials);
  }

  private static boolean isRange(String value) {
    return value.contains(RANGE);
  }

  private static String drawn(String key, String range, double share) {
    int at = range.indexOf(RANGE);
    try {
      double least = Double.parseDouble(range.substring(0, at));
      double most = Double.parseDouble(range.substring(at + RANGE.length()));
      if (least > 0 && most > least && Double.isFinite(most)) {
        return String.format(
            Locale.ROOT, "%.4g", Math.exp(Math.log(least) + share * Math.log(most / least)));
      }
    } catch (NumberFormatException e) {
      throw new CommandException(ExitCode.WRONG_USAGE, expected(key, range), e);
    }
    throw wrong(expected(key, range));
  }

  private static String expected(String key, String range) {
    return "--over " + key + "=" + range + ": expected LEAST..MOST, two numbers above 0, rising";
  }
}
