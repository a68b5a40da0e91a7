package dev.backplane.runtime.checkpoint;

import dev.backplane.io.MalformedModelException;
import dev.backplane.runtime.extension.Json;
import dev.backplane.runtime.extension.JsonFormat;
import dev.backplane.runtime.extension.Located;
import dev.backplane.tensor.Literal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a training goes on from: a folder of {@code state.safetensors} and {@code
 * checkpoint.json}, which holds the hash of the former.
 *
 * @param position where the training is
 * @param history the figures of each epoch that has ended
 * @param state parameters, slots, metrics, counters: everything that lives on the device
 */
public record Checkpoint(
    Position position, List<Map<String, Double>> history, SortedMap<String, Literal> state) {
  private static final String STATE = "state.safetensors";
  private static final String ABOUT = "checkpoint.json";
  private static final int FORMAT = 1;

  /** The most bytes of {@code checkpoint.json}. */
  private static final long MOST_ABOUT = 64L << 20;

  /** Copies. */
  public Checkpoint {
    history =
        history.stream().map(row -> Collections.unmodifiableMap(new LinkedHashMap<>(row))).toList();
    state = Collections.unmodifiableSortedMap(new TreeMap<>(state));
  }

  /**
   * Where a training is.
   *
   * @param steps steps made in all
   * @param epochs epochs that have ended
   * @param step steps made in the epoch that has not
   */
  public record Position(long steps, int epochs, int step) {
    /** The beginning. */
    public static final Position START = new Position(0, 0, 0);
  }

  /** Writes the two files into a folder that is there, forcing them to the disk. */
  void write(Path folder) throws IOException {
    var file = folder.resolve(STATE);
    new SafeTensors(state, new TreeMap<>()).write(file);
    var about = new LinkedHashMap<String, Json>();
    about.put("format", new Json.Whole(FORMAT));
    about.put("steps", new Json.Whole(position.steps()));
    about.put("epochs", new Json.Whole(position.epochs()));
    about.put("stepsOfEpoch", new Json.Whole(position.step()));
    about.put("sha256", new Json.Text(sha256(file)));
    about.put("history", new Json.Items(history.stream().map(Checkpoint::row).toList()));
    Durable.write(folder.resolve(ABOUT), JsonFormat.pretty(new Json.Fields(about)));
    Durable.forceFolder(folder);
  }

  private static Json row(Map<String, Double> figures) {
    var row = new LinkedHashMap<String, Json>();
    figures.forEach((name, figure) -> row.put(name, new Json.Real(figure)));
    return new Json.Fields(row);
  }

  /**
   * Reads a checkpoint.
   *
   * @throws MalformedModelException if it is not whole
   * @throws IOException if it cannot be read
   */
  public static Checkpoint read(Path folder) throws IOException {
    var name = folder.toString();
    var about =
        readJson(folder.resolve(ABOUT), MOST_ABOUT, name + "/" + ABOUT)
            .only("format", "steps", "epochs", "stepsOfEpoch", "sha256", "history");
    about.get("format").whole(FORMAT, FORMAT);
    var position =
        new Position(
            about.get("steps").whole(0, Long.MAX_VALUE),
            (int) about.get("epochs").whole(0, Integer.MAX_VALUE),
            (int) about.get("stepsOfEpoch").whole(0, Integer.MAX_VALUE));
    var history = new ArrayList<Map<String, Double>>();
    for (var row : about.get("history").items()) {
      var figures = new LinkedHashMap<String, Double>();
      row.keys().forEach(key -> figures.put(key, row.get(key).real()));
      history.add(figures);
    }
    if (history.size() != position.epochs()) {
      throw about
          .get("history")
          .malformed(history.size() + " rows", "one for each of " + position.epochs() + " epochs");
    }
    return new Checkpoint(position, history, state(folder, name, about.get("sha256")));
  }

  private static SortedMap<String, Literal> state(Path folder, String name, Located expected)
      throws IOException {
    var file = folder.resolve(STATE);
    if (!Files.isRegularFile(file)) {
      throw new MalformedModelException(name, "no " + STATE, "one beside " + ABOUT);
    }
    var tensors = SafeTensors.read(file).tensors();
    var found = sha256(file);
    if (!found.equals(expected.text())) {
      throw new MalformedModelException(
          name + "/" + STATE, "the hash " + found, expected.shown() + " as in " + ABOUT);
    }
    return tensors;
  }

  /** Reads a JSON file of bounded size. */
  static Located readJson(Path file, long most, String where) throws IOException {
    try {
      long size = Files.size(file);
      if (size > most) {
        throw new MalformedModelException(where, size + " bytes", "at most " + most);
      }
      return JsonFormat.read(Files.readAllBytes(file), where);
    } catch (NoSuchFileException e) {
      throw new MalformedModelException(where, "no such file", "one", e);
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      try (var stream = new DigestInputStream(Files.newInputStream(file), digest)) {
        stream.transferTo(java.io.OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
