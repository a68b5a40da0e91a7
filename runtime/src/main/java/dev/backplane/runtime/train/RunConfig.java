package dev.backplane.runtime.train;

import dev.backplane.BackplaneException;
import dev.backplane.Goal;
import dev.backplane.Target;
import dev.backplane.backend.Tuning;
import dev.backplane.data.Batches;
import dev.backplane.op.Precision;
import dev.backplane.runtime.extension.Json;
import dev.backplane.runtime.extension.Located;
import dev.backplane.runtime.extension.Registry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The configuration of a run: what {@code config.json} holds. {@code training} is what makes the
 * bits: it must be the same on resume.
 *
 * @param name the model's name
 * @param notes what the caller noted
 * @param blueprint what is trained
 * @param fields what a batch is made of
 * @param training seed, batch, data and the like
 * @param best by what the best epoch is kept, where it is
 * @param tuning the choices in force
 */
record RunConfig(
    String name,
    Map<String, String> notes,
    Blueprint blueprint,
    Fields fields,
    Json training,
    Optional<Goal> best,
    SortedMap<String, String> tuning) {
  private static final int FORMAT = 1;
  private static final String PRECISION = "precision";

  /** What makes the bits, beside model and optimizer. */
  static Json training(
      long seed, Batches train, int accumulate, List<String> frozen, Precision precision) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("seed", new Json.Whole(seed));
    fields.put("batch", new Json.Whole(train.size()));
    fields.put(
        "shuffle",
        train.seed().isPresent() ? new Json.Whole(train.seed().getAsLong()) : new Json.Null());
    fields.put("examples", new Json.Whole(train.examples().size()));
    fields.put("accumulate", new Json.Whole(accumulate));
    train
        .examples()
        .buckets()
        .ifPresent(
            buckets -> {
              var lengths = buckets.lengths().stream().map(l -> (Json) new Json.Whole(l));
              fields.put("buckets", new Json.Items(lengths.toList()));
            });
    if (!frozen.isEmpty()) {
      var paths = frozen.stream().sorted().distinct().map(path -> (Json) new Json.Text(path));
      fields.put("frozen", new Json.Items(paths.toList()));
    }
    if (precision != Precision.FULL) {
      fields.put(PRECISION, new Json.Text(precision.name()));
    }
    return new Json.Fields(fields);
  }

  /** In which precision its model multiplies. */
  Precision precision() {
    return training instanceof Json.Fields(var fields)
            && fields.get(PRECISION) instanceof Json.Text(var name)
            && name.equals(Precision.BF16.name())
        ? Precision.BF16
        : Precision.FULL;
  }

  /**
   * The JSON of a run.
   *
   * @param target where it runs, for people
   */
  Json json(Target target, String device) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("format", new Json.Whole(FORMAT));
    fields.put("name", new Json.Text(name));
    fields.put("notes", Json.texts(new TreeMap<>(notes)));
    fields.put("blueprint", blueprint.json());
    fields.put("fields", this.fields.json());
    fields.put("training", training);
    fields.put("best", json(best));
    fields.put("target", target(target, device));
    fields.put("tuning", Json.texts(tuning));
    fields.put("versions", Json.texts(versions()));
    return new Json.Fields(fields);
  }

  private static Json json(Optional<Goal> best) {
    if (best.isEmpty()) {
      return new Json.Null();
    }
    var fields = new LinkedHashMap<String, Json>();
    fields.put("figure", new Json.Text(best.get().figure()));
    fields.put("higher", new Json.Truth(best.get().higher()));
    return new Json.Fields(fields);
  }

  /** Runs of before there were goals have none. */
  private static Optional<Goal> best(Located run) {
    return run.find("best")
        .filter(json -> !(json.json() instanceof Json.Null))
        .map(json -> json.only("figure", "higher"))
        .map(json -> new Goal(json.get("figure").text(), json.get("higher").truth()));
  }

  private static Json target(Target target, String device) {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("device", new Json.Text(device));
    fields.put("threads", new Json.Whole(target.settings().threads()));
    fields.put("options", Json.texts(new TreeMap<>(target.settings().options())));
    fields.put("strict", new Json.Truth(target.strict()));
    fields.put("contractions", new Json.Text(target.numerics().contractions().name()));
    fields.put("vectors", new Json.Truth(target.numerics().vectors()));
    return new Json.Fields(fields);
  }

  private static Map<String, String> versions() {
    var versions = new TreeMap<String, String>();
    versions.put("java", Runtime.version().toString());
    var bundle = RunConfig.class.getPackage().getImplementationVersion();
    if (bundle != null) {
      versions.put("backplane", bundle);
    }
    return versions;
  }

  /**
   * Reads what {@link #json} wrote.
   *
   * @throws dev.backplane.io.MalformedModelException if it is not that
   */
  static RunConfig read(Registry registry, Located json) {
    json.only(
        "format",
        "name",
        "notes",
        "blueprint",
        "fields",
        "training",
        "best",
        "target",
        "tuning",
        "versions");
    json.get("format").whole(FORMAT, FORMAT);
    json.get("training")
        .only("seed", "batch", "shuffle", "examples", "accumulate", "buckets", "frozen", PRECISION);
    return new RunConfig(
        json.get("name").text(),
        texts(json.get("notes")),
        Blueprint.read(registry, json.get("blueprint")),
        Fields.read(json.get("fields")),
        json.get("training").json(),
        best(json),
        texts(json.get("tuning")));
  }

  private static SortedMap<String, String> texts(Located json) {
    var texts = new TreeMap<String, String>();
    json.keys().forEach(key -> texts.put(key, json.get(key).text()));
    return texts;
  }

  /** The tuning choices of a run that is there, which a resume must take over. */
  static Tuning tuning(Located json, Tuning.Mode mode) {
    return new Tuning(texts(json.get("tuning")), mode);
  }

  /**
   * Refuses to resume a run that was set up in another way.
   *
   * @param found the configuration in the folder
   * @throws BackplaneException naming the first thing that differs
   */
  void requireSame(Located found) {
    // First, and not only to name it: models of two data sets may be alike in all the rest.
    requireSame(found, "name", new Json.Text(name));
    requireSame(found, "blueprint", blueprint.json());
    requireSame(found, "fields", fields.json());
    requireSame(found, "training", training);
    if (!best(found).equals(best)) {
      throw differs(
          found,
          "best is "
              + best(found).map(Goal::toString).orElse("not kept")
              + " in the run, "
              + best.map(Goal::toString).orElse("not kept")
              + " now");
    }
  }

  private static void requireSame(Located found, String key, Json wanted) {
    var difference = difference(key, found.get(key).json(), wanted);
    if (!difference.isEmpty()) {
      throw differs(found, difference);
    }
  }

  private static BackplaneException differs(Located found, String difference) {
    return new BackplaneException(
        "resume: "
            + found.document()
            + " differs from what is wanted now: "
            + difference
            + "; give what the run began with (only the number of epochs may change), or train"
            + " into another folder");
  }

  /** Where, and how, two values differ; empty where they do not. */
  private static String difference(String path, Json run, Json now) {
    if (run.equals(now)) {
      return "";
    }
    if (run instanceof Json.Fields(var before) && now instanceof Json.Fields(var after)) {
      var keys = new TreeSet<>(before.keySet());
      keys.addAll(after.keySet());
      for (var key : keys) {
        var left = before.get(key);
        var right = after.get(key);
        if (left == null || right == null) {
          return path + "." + key + (left == null ? " is new" : " is missing now");
        }
        var difference = difference(path + "." + key, left, right);
        if (!difference.isEmpty()) {
          return difference;
        }
      }
    }
    if (run instanceof Json.Items(var before)
        && now instanceof Json.Items(var after)
        && before.size() == after.size()) {
      for (int i = 0; i < before.size(); i++) {
        var difference = difference(path + "[" + i + "]", before.get(i), after.get(i));
        if (!difference.isEmpty()) {
          return difference;
        }
      }
    }
    return path
        + " is "
        + new Located(run, "", "").shown()
        + " in the run, "
        + new Located(now, "", "").shown()
        + " now";
  }
}
