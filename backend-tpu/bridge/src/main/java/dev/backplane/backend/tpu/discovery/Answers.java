package dev.backplane.backend.tpu.discovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps what plugins answered: for this process, and in the cache for the next. An answer belongs
 * to a file of one length and time of change, and to what plugins read in the environment; a
 * refusal is asked for again after a while, for what was in the way may be gone.
 *
 * @param folder where answers are kept
 * @param probe tries a plugin
 * @param known the answers of this process, by the name of their file
 */
public record Answers(Path folder, ChildProbe probe, Map<String, PluginAnswer> known) {
  private static final Duration REFUSAL_HOLDS = Duration.ofMinutes(10);
  private static final int FORMAT = 2;

  /** Those of this host. */
  public static Answers ofHost(PluginFiles files) {
    return new Answers(
        files.cache().resolve("pjrt-answers"), ChildProbe.ofHost(), new ConcurrentHashMap<>());
  }

  /** What a plugin says, asked for at most once; what could not be asked is not kept. */
  public PluginAnswer of(Path plugin) {
    try {
      return known.computeIfAbsent(name(plugin), name -> keptOrAsked(plugin, name));
    } catch (UncheckedIOException e) {
      return PluginAnswer.refused(
          plugin, "the process that tries it could not be started: " + e.getMessage());
    } catch (CancellationException e) {
      return PluginAnswer.refused(plugin, "interrupted while it was tried");
    }
  }

  private PluginAnswer keptOrAsked(Path plugin, String name) {
    var file = folder.resolve(name);
    var kept = kept(plugin, file);
    if (kept.isPresent()) {
      return kept.get();
    }
    var answer = asked(plugin);
    try {
      Files.createDirectories(folder);
      var beside = Files.createTempFile(folder, name, ".new");
      try (var out = Files.newBufferedWriter(beside)) {
        answer.write(out);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // Without a cache that can be written every process asks for itself.
      System.getLogger(Answers.class.getName())
          .log(System.Logger.Level.DEBUG, "the answer of " + plugin + " is not kept", e);
    }
    return answer;
  }

  private PluginAnswer asked(Path plugin) {
    try {
      return probe.ask(plugin);
    } catch (IOException e) {
      throw Thread.currentThread().isInterrupted() ? untried(plugin) : new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw untried(plugin);
    }
  }

  private static RuntimeException untried(Path plugin) {
    return new CancellationException(plugin + " was not tried to the end");
  }

  private static Optional<PluginAnswer> kept(Path plugin, Path file) {
    try (var in = Files.newBufferedReader(file)) {
      var answer = PluginAnswer.read(plugin, in);
      var age = Duration.between(Files.getLastModifiedTime(file).toInstant(), Instant.now());
      return answer.refusal().isPresent() && age.compareTo(REFUSAL_HOLDS) > 0
          ? Optional.empty()
          : Optional.of(answer);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The file, what tells it from one put in its place, and what its answer hangs on besides. */
  private String name(Path plugin) {
    var about = plugin.toString();
    try {
      var attributes = Files.readAttributes(plugin, BasicFileAttributes.class);
      about += " " + attributes.size() + " " + attributes.lastModifiedTime().toMillis();
    } catch (IOException e) {
      about += " absent";
    }
    about += " " + probe.circumstances() + " " + FORMAT;
    return HexFormat.of().toHexDigits(hash(about));
  }

  private static long hash(String text) {
    long hash = 0xCBF29CE484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
    }
    return hash;
  }
}
