package dev.backplane.recipes.translation;

import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.recipes.cache.DatasetCache;
import dev.backplane.recipes.cache.DatasetPin;
import dev.backplane.recipes.cache.TarReader;
import dev.backplane.recipes.format.MalformedDataException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipFile;

/** Reads pairs out of the pinned packages. */
final class PairSources {
  private static final String ENGLISH = "en";

  /** In the compiler: {@code diag(1002, 1, "Key_1002", "Unterminated string literal.")}. */
  private static final Pattern DIAGNOSTIC =
      Pattern.compile("diag\\(\\d+, [^,\"]+, \"([^\"]+)\", \"((?:[^\"\\\\]|\\\\.)*)\"");

  private final DatasetCache cache;
  private final Language language;

  PairSources(Access access, Language language) {
    this.cache = DatasetCache.of(access);
    this.language = language;
  }

  /** All pairs, in an order that depends on the packages alone. */
  List<Pair> all() {
    var pairs = new ArrayList<Pair>();
    pairs.addAll(homeAssistant());
    pairs.addAll(
        catalogues(
            PairPins.INDICO,
            name ->
                name.equals(
                    "indico/translations/" + language.indico + "/LC_MESSAGES/messages.mo")));
    pairs.addAll(
        catalogues(
            PairPins.jupyterLab(language),
            name -> name.contains("/" + language.jupyterLab() + "/") && name.endsWith(".mo")));
    pairs.addAll(typeScript());
    pairs.addAll(cldr(PairPins.CLDR, "annotations"));
    pairs.addAll(cldr(PairPins.CLDR_DERIVED, "annotationsDerived"));
    return pairs;
  }

  /** A component has a file for each language, with the same paths in both. */
  private List<Pair> homeAssistant() {
    var files =
        zipMembers(
            PairPins.HOME_ASSISTANT,
            name ->
                name.contains("/translations/")
                    && (name.endsWith("/" + ENGLISH + ".json")
                        || name.endsWith("/" + language.homeAssistant + ".json")));
    var pairs = new ArrayList<Pair>();
    for (var file : files.entrySet()) {
      var name = file.getKey();
      if (!name.endsWith("/" + ENGLISH + ".json")) {
        continue;
      }
      var other =
          files.get(
              name.substring(0, name.lastIndexOf('/') + 1) + language.homeAssistant + ".json");
      if (other != null) {
        join(FlatJson.read(name, file.getValue()), FlatJson.read(name, other), pairs);
      }
    }
    return pairs;
  }

  private List<Pair> catalogues(DatasetPin pin, Predicate<String> wanted) {
    var pairs = new ArrayList<Pair>();
    zipMembers(pin, wanted).forEach((name, bytes) -> pairs.addAll(MoCatalog.read(name, bytes)));
    return pairs;
  }

  private List<Pair> typeScript() {
    var translated = "package/lib/" + language.typeScript + "/diagnosticMessages.generated.json";
    var compiler = "package/lib/tsc.js";
    var files =
        tarMembers(PairPins.TYPE_SCRIPT, name -> name.equals(translated) || name.equals(compiler));
    var english = new TreeMap<String, String>();
    DIAGNOSTIC
        .matcher(new String(files.getOrDefault(compiler, new byte[0]), StandardCharsets.UTF_8))
        .results()
        .forEach(found -> english.put("/" + found.group(1), unescaped(found.group(2))));
    var pairs = new ArrayList<Pair>();
    join(
        english, FlatJson.read(translated, member(PairPins.TYPE_SCRIPT, files, translated)), pairs);
    return pairs;
  }

  private static String unescaped(String string) {
    return string.replace("\\\"", "\"").replace("\\\\", "\\");
  }

  private List<Pair> cldr(DatasetPin pin, String folder) {
    var english = "package/" + folder + "/" + ENGLISH + "/annotations.json";
    var other = "package/" + folder + "/" + language.code + "/annotations.json";
    var files = tarMembers(pin, name -> name.equals(english) || name.equals(other));
    var spoken = new TreeMap<>(FlatJson.read(english, member(pin, files, english)));
    spoken.keySet().removeIf(path -> !path.endsWith("/tts/0"));
    var pairs = new ArrayList<Pair>();
    join(spoken, FlatJson.read(other, member(pin, files, other)), pairs);
    return pairs;
  }

  private static byte[] member(DatasetPin pin, Map<String, byte[]> files, String name) {
    var bytes = files.get(name);
    if (bytes == null) {
      throw new MalformedDataException(pin.name(), "a file " + name, "none");
    }
    return bytes;
  }

  private static void join(
      Map<String, String> english, Map<String, String> other, List<Pair> pairs) {
    new TreeMap<>(english)
        .forEach(
            (path, source) -> {
              var target = other.get(path);
              if (target != null) {
                pairs.add(new Pair(source, target));
              }
            });
  }

  private Path file(DatasetPin pin) {
    return cache.open(pin).file(pin.files().getFirst().name());
  }

  private Map<String, byte[]> zipMembers(DatasetPin pin, Predicate<String> wanted) {
    var members = new TreeMap<String, byte[]>();
    var file = file(pin);
    try (var zip = new ZipFile(file.toFile())) {
      for (var entries = zip.entries(); entries.hasMoreElements(); ) {
        var entry = entries.nextElement();
        if (wanted.test(entry.getName())) {
          try (var in = zip.getInputStream(entry)) {
            members.put(entry.getName(), in.readAllBytes());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
    return members;
  }

  private Map<String, byte[]> tarMembers(DatasetPin pin, Predicate<String> wanted) {
    var members = new HashMap<String, byte[]>();
    var file = file(pin);
    try (var in = new GZIPInputStream(Files.newInputStream(file), 1 << 16)) {
      var tar = new TarReader(new BufferedInputStream(in, 1 << 16));
      for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
        if (wanted.test(entry.get().name())) {
          members.put(entry.get().name(), tar.content().readAllBytes());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
    return members;
  }
}
