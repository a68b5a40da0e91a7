package dev.backplane.runtime.train;

import dev.backplane.Training;
import dev.backplane.nn.Initializer;
import dev.backplane.nn.ParameterSpec;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What lives on the device between steps, by path. Paths of parameters and state are those of their
 * layers; what the engine keeps for itself begins with a dollar sign.
 *
 * <p>The table is filled while the training step is traced for the first time, and is fixed then.
 */
final class StateTable {
  /** u32[2]: the seed, low word first. */
  static final String KEY = "$key";

  /** i32: batches trained on. */
  static final String STEP = "$step";

  /** i32: updates made. */
  static final String UPDATES = "$updates";

  /** f32: the factor on the learning rate. */
  static final String RATE_FACTOR = "$rate_factor";

  /** i32: the first step, from 1, whose loss was not finite; 0 for none. */
  static final String FAILED = "$failed_step";

  /** How much the examples weigh whose gradients wait for an update. */
  static final String ACCUMULATED_WEIGHT = "$accumulated_weight";

  private static final String INTERNAL = "$";

  /**
   * One state.
   *
   * @param parameter whether it is a parameter, whose first value is drawn; else it is filled
   * @param fill the first value of other state
   * @param trainable whether the optimizer changes it
   * @param group the group of a parameter
   */
  record Entry(
      String path,
      TensorType type,
      boolean parameter,
      double fill,
      boolean trainable,
      String group) {}

  /** Plugins' objects: needed once, and forgotten then, lest a job keep their classes. */
  private final Map<String, Initializer> initializers = new HashMap<>();

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private boolean fixed;

  /** A layer that was applied: the simple name of its class, and what it gave. */
  private record Applied(String kind, List<TensorType> outputs) {}

  private final Map<String, Applied> layers = new LinkedHashMap<>();

  /** What is not trained, by path of the parameter or a layer around it. */
  private final List<String> frozen;

  /** A table of what every training has, where everything trainable is trained. */
  StateTable() {
    this(List.of());
  }

  /** A table of what every training has, some of it not to be trained. */
  StateTable(List<String> frozen) {
    this.frozen = List.copyOf(frozen);
    internal(KEY, TensorType.of(DType.U32, 2), 0);
    internal(STEP, TensorType.of(DType.I32), 0);
    internal(UPDATES, TensorType.of(DType.I32), 0);
    internal(RATE_FACTOR, TensorType.of(DType.F32), 1);
    internal(FAILED, TensorType.of(DType.I32), 0);
  }

  /** From now on nothing new may come. */
  void fix() {
    for (var path : frozen) {
      if (entries.values().stream().noneMatch(e -> e.parameter() && isWithin(e.path(), path))) {
        throw new IllegalArgumentException(
            "freeze: no parameter is "
                + path
                + " or in it; there are "
                + entries.values().stream().filter(Entry::parameter).map(Entry::path).toList());
      }
    }
    fixed = true;
  }

  /** A layer was applied; only the first passes, before all is fixed, are remembered. */
  void applied(String path, String kind, List<TensorType> outputs) {
    if (!fixed) {
      layers.put(path, new Applied(kind, outputs));
    }
  }

  /** The layers, those within others before them, with the numbers of their own parameters. */
  List<Training.Part> layers() {
    return layers.entrySet().stream()
        .map(
            layer ->
                new Training.Part(
                    layer.getKey(),
                    layer.getValue().kind(),
                    layer.getValue().outputs(),
                    numbers(layer.getKey(), false),
                    numbers(layer.getKey(), true)))
        .toList();
  }

  private long numbers(String layer, boolean trained) {
    return entries.values().stream()
        .filter(e -> e.parameter() && (e.trainable() || !trained))
        .filter(e -> e.path().substring(0, Math.max(0, e.path().lastIndexOf('/'))).equals(layer))
        .mapToLong(e -> e.type().shape().size())
        .sum();
  }

  /** A layer's parameter. */
  void parameter(String path, ParameterSpec spec) {
    boolean trained = spec.trainable() && frozen.stream().noneMatch(f -> isWithin(path, f));
    declare(new Entry(path, spec.type(), true, 0, trained, spec.group()), "parameter");
    if (!fixed) {
      initializers.putIfAbsent(path, spec.initializer());
    }
  }

  /** Whether a path is the one, or of the layers, that a pattern names. */
  private static boolean isWithin(String path, String pattern) {
    var parts = pattern.split("\\*", -1);
    var regex = Arrays.stream(parts).map(Pattern::quote).collect(Collectors.joining("[^/]*"));
    return Pattern.matches(regex + "(/.*)?", path);
  }

  /** A layer's state. */
  void state(String path, TensorType type, double initial) {
    declare(new Entry(path, type, false, initial, false, ""), "state");
  }

  /** Something of the engine's own, an optimizer's slot or a metric's figure. */
  void internal(String path, TensorType type, double initial) {
    declare(new Entry(path, type, false, initial, false, ""), "state");
  }

  private void declare(Entry entry, String what) {
    var before = entries.get(entry.path());
    if (before == null && !fixed) {
      entries.put(entry.path(), entry);
    } else if (before == null) {
      throw new ShapeException(
          "Forward C1: the "
              + what
              + " "
              + entry.path()
              + " is asked for only in some passes; a"
              + " layer must ask for all it has in every pass, whether it trains or not");
    } else if (!before.type().equals(entry.type())) {
      throw new ShapeException(
          "Forward C2: the "
              + what
              + " "
              + entry.path()
              + " was asked for as "
              + before.type()
              + " before, now as "
              + entry.type());
    } else if (before.parameter() != entry.parameter() || before.trainable() != entry.trainable()) {
      throw new ShapeException(
          "Forward C3: "
              + entry.path()
              + " is asked for as a parameter and as state, or trained"
              + " and not; give one of them another name");
    }
  }

  /** What draws the first value of a parameter. */
  Initializer initializer(String path) {
    var initializer = initializers.get(path);
    if (initializer == null) {
      throw new IllegalStateException("the initializer of " + path + " is forgotten");
    }
    return initializer;
  }

  /** Lets go of the initializers: the state has its first values. */
  void forgetInitializers() {
    initializers.clear();
  }

  /** All entries, in the order in which they came. */
  Collection<Entry> entries() {
    return Collections.unmodifiableCollection(entries.values());
  }

  /** Refuses to keep what is no state, or is trained. */
  void requireKept(String path) {
    var entry = entries.get(path);
    if (entry == null || entry.trainable()) {
      throw new ShapeException(
          "Forward C4: keep of "
              + path
              + (entry == null
                  ? ", which is not known: ask for state(…) first"
                  : ", which the optimizer changes: make it state, or not trainable"));
    }
  }

  /** Whether there is a state of this path. */
  boolean has(String path) {
    return entries.containsKey(path);
  }

  /** One entry. */
  Entry get(String path) {
    var entry = entries.get(path);
    if (entry == null) {
      throw new IllegalStateException("there is no state " + path);
    }
    return entry;
  }

  /** The parameters the optimizer changes, in the order in which the model asks for them. */
  List<Entry> trainable() {
    return entries.values().stream().filter(Entry::trainable).toList();
  }

  /** The types of all, by path. */
  SortedMap<String, TensorType> types() {
    var types = new TreeMap<String, TensorType>();
    entries.values().forEach(entry -> types.put(entry.path(), entry.type()));
    return types;
  }

  /** Whether a path is the engine's own. */
  static boolean isInternal(String path) {
    return path.startsWith(INTERNAL);
  }

  /** The path of an optimizer's slot. */
  static String slot(String parameter, String slot) {
    return "$optimizer/" + parameter + "/" + slot;
  }

  /** The path of the sum of gradients that wait for an update. */
  static String accumulated(String parameter) {
    return "$accumulated/" + parameter;
  }
}
