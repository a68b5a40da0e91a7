package dev.backplane.runtime.extension;

import dev.backplane.BackplaneException;
import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.io.Description;
import dev.backplane.io.MalformedModelException;
import dev.backplane.nn.Sequential;
import dev.backplane.runtime.name.Nearest;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Stable names and the record classes behind them. Thread-safe; bundles come and go.
 *
 * <p>One symbolic name may be there in several versions: the newest serves, older classes are still
 * described. A name claimed by two symbolic names serves neither, until one of them goes.
 */
public final class Registry {
  /** The name under which a description holds a part that is not registered. */
  public static final String UNREGISTERED = "unregistered";

  /** One claim of a name. */
  record Claim(Owner owner, Extensions source, RecordForm form) {
    Extension extension() {
      return form.extension();
    }

    Origin origin() {
      return new Origin(extension().name(), extension().version(), owner);
    }
  }

  private final List<Claim> claims = new ArrayList<>();
  private final Map<Owner, String> refusals = new LinkedHashMap<>();

  /** A registry that knows what {@code api} itself brings: {@link Sequential}. */
  public Registry() {
    add(
        new Owner("dev.backplane.runtime", "0"),
        () -> List.of(Extension.of("sequential", 1, Sequential.class, MethodHandles.lookup())));
  }

  /**
   * Takes in what a bundle brings.
   *
   * @throws BackplaneException if it names one thing twice, or its lookup does not reach its
   *     records; nothing of the bundle is registered then
   */
  public void add(Owner owner, Extensions extensions) {
    var added = new ArrayList<Claim>();
    for (var extension : Foreign.call(extensions, "registration", extensions::list)) {
      if (extension.name().equals(UNREGISTERED)) {
        throw new BackplaneException(
            owner + ": the name \"" + UNREGISTERED + "\" is reserved, choose another");
      }
      for (var other : added) {
        if (same(other.extension(), extension.name(), extension.version())) {
          throw new BackplaneException(
              owner
                  + ": registers "
                  + extension.name()
                  + " version "
                  + extension.version()
                  + " twice");
        }
      }
      added.add(new Claim(owner, extensions, new RecordForm(owner, extension)));
    }
    synchronized (claims) {
      claims.addAll(added);
    }
  }

  /** Remembers why a bundle's parts are not registered, to tell who asks for one of them. */
  public void refuse(Owner owner, String reason) {
    synchronized (claims) {
      refusals.put(owner, reason);
    }
  }

  /**
   * Forgets what a bundle brought by this one. A bundle that starts again brings the same by
   * another one, which may come before word of the first one's going does.
   */
  public void remove(Owner owner, Extensions extensions) {
    synchronized (claims) {
      refusals.remove(owner);
      claims.removeIf(claim -> claim.source() == extensions);
    }
  }

  /** The names that serve, with the newest version of each. */
  public SortedMap<String, Integer> names() {
    var names = new TreeMap<String, Integer>();
    for (var claim : claims()) {
      names.merge(claim.extension().name(), claim.extension().version(), Math::max);
    }
    names.keySet().removeIf(name -> conflict(name).isPresent());
    return names;
  }

  /** Names claimed by several symbolic names, each with those. */
  public SortedMap<String, List<String>> conflicts() {
    var conflicts = new TreeMap<String, List<String>>();
    for (var claim : claims()) {
      conflict(claim.extension().name())
          .ifPresent(owners -> conflicts.put(claim.extension().name(), owners));
    }
    return conflicts;
  }

  /**
   * The plain data of a thing.
   *
   * @param thing a model, loss, optimizer, metric …
   * @param where its place in the job, such as {@code model}
   * @throws BackplaneException if a name in it is claimed by two symbolic names
   */
  public Described describe(Object thing, String where) {
    return new Describer(this).describe(thing, where);
  }

  /**
   * The thing that a description describes.
   *
   * @param as what it is to be, such as {@code Layer.class}
   * @param where the place of the description, such as {@code config.json: model}
   * @throws MalformedModelException if a name or component is unknown or a value does not fit
   */
  public <T> T make(Description description, Class<T> as, String where) {
    return make(description, as, where, Set.of());
  }

  /**
   * The same for a job that has begun: from the bundles it began with, as long as they are there.
   *
   * @param origins those bundles; a name whose bundle is not among them, or has gone, is served by
   *     the newest
   */
  public <T> T make(Description description, Class<T> as, String where, Set<Origin> origins) {
    return new Maker(this, origins, false).make(description, as, where, Map.of());
  }

  /**
   * The thing that a user wrote or a file describes.
   *
   * @param offered values of its components, by name, for where it has such and the description
   *     says nothing of them
   * @throws MalformedModelException if a name or component is unknown or a value does not fit
   */
  <T> T make(Description description, Class<T> as, String where, Map<String, ?> offered) {
    return new Maker(this, Set.of(), description.version() == PartText.NEWEST)
        .make(description, as, where, offered);
  }

  /** The names that serve for parts of a kind. */
  List<String> names(Class<?> kind) {
    return names().keySet().stream()
        .filter(
            name ->
                claims().stream()
                    .anyMatch(
                        claim ->
                            claim.extension().name().equals(name)
                                && kind.isAssignableFrom(claim.extension().type())))
        .toList();
  }

  /**
   * Which bundles serve a description now.
   *
   * @throws MalformedModelException if a name is unknown
   */
  public Set<Origin> origins(Description description, String where) {
    var origins = new HashSet<Origin>();
    collect(description, where, origins);
    return origins;
  }

  private void collect(Description description, String where, Set<Origin> into) {
    into.add(claim(description.name(), description.version(), where, Set.of()).origin());
    description.components().forEach((name, value) -> collect(value, where + "." + name, into));
  }

  private void collect(Description.Plain value, String where, Set<Origin> into) {
    if (value instanceof Description.Part(var part)) {
      collect(part, where, into);
    } else if (value instanceof Description.Listing(var values)) {
      for (int i = 0; i < values.size(); i++) {
        collect(values.get(i), where + "[" + i + "]", into);
      }
    }
  }

  /** The class' own claim, by which its instances are read; from whatever bundle version it is. */
  Optional<Claim> claimOf(Class<?> type) {
    for (var claim : claims()) {
      if (claim.extension().type() == type) {
        requireNoConflict(claim.extension().name());
        return Optional.of(claim);
      }
    }
    return Optional.empty();
  }

  /**
   * The claim that serves a name as a user writes it, of the newest version.
   *
   * @param name may lack the words before the last if it is one of Backplane's own
   * @param kind what it is to be; tells names apart that end alike
   */
  Claim written(String name, Class<?> kind, String where) {
    var full = full(name, kind);
    requireNoConflict(full);
    var newest = names().get(full);
    if (newest == null) {
      throw unknown(name, kind, where);
    }
    return claim(full, newest, where, Set.of());
  }

  private MalformedModelException unknown(String name, Class<?> kind, String where) {
    var names = names(kind);
    var meant = new ArrayList<>(names);
    names.forEach(known -> meant.add(known.substring(known.lastIndexOf('.') + 1)));
    var whole = names.stream().filter(known -> known.endsWith("." + name)).findFirst();
    var hint = whole.map(known -> "; did you mean " + known + "?");
    return new MalformedModelException(
        where,
        "the unknown name \"" + name + "\"" + hint.orElseGet(() -> Nearest.hint(name, meant)),
        "one of "
            + String.join(", ", names)
            + "; is the bundle installed that brings it?"
            + refused());
  }

  /**
   * Backplane's own names come first, short ones too, and others' short names are not looked for:
   * what others install must not change what is meant.
   */
  private String full(String name, Class<?> kind) {
    var ours = claims().stream().filter(claim -> claim.owner().isOurs()).toList();
    if (ours.stream().anyMatch(claim -> claim.extension().name().equals(name))) {
      return name;
    }
    return ours.stream()
        .filter(claim -> kind.isAssignableFrom(claim.extension().type()))
        .map(claim -> claim.extension().name())
        .filter(known -> known.endsWith("." + name))
        .findFirst()
        .orElse(name);
  }

  /** The claim that serves a name and version: of the bundles given, else of the newest. */
  Claim claim(String name, int version, String where, Set<Origin> origins) {
    if (name.equals(UNREGISTERED)) {
      throw new MalformedModelException(
          where,
          "a part that was not registered when this was written",
          "only registered parts; register its class in an Extensions service and train anew");
    }
    requireNoConflict(name);
    Optional<Claim> serving =
        claims().stream()
            .filter(claim -> same(claim.extension(), name, version))
            .max(
                Comparator.comparing((Claim claim) -> origins.contains(claim.origin()))
                    .thenComparing(Claim::owner, Owner.BY_VERSION));
    return serving.orElseThrow(() -> unknown(name, version, where));
  }

  private MalformedModelException unknown(String name, int version, String where) {
    var versions = new TreeSet<Integer>();
    for (var claim : claims()) {
      if (claim.extension().name().equals(name)) {
        versions.add(claim.extension().version());
      }
    }
    if (!versions.isEmpty()) {
      return new MalformedModelException(
          where,
          name + " version " + version,
          "version " + versions + "; is the bundle that brings it too old?");
    }
    return new MalformedModelException(
        where,
        "the unknown name \"" + name + "\"" + Nearest.hint(name, names().keySet()),
        "a registered name: "
            + String.join(", ", names().keySet())
            + "; is the bundle installed that brings it?"
            + refused());
  }

  private String refused() {
    synchronized (claims) {
      return refusals.isEmpty()
          ? ""
          : "; these bundles' parts were refused: " + String.join("; ", refusals.values());
    }
  }

  private static boolean same(Extension extension, String name, int version) {
    return extension.name().equals(name) && extension.version() == version;
  }

  private void requireNoConflict(String name) {
    conflict(name)
        .ifPresent(
            owners -> {
              throw new BackplaneException(
                  "the name \""
                      + name
                      + "\" is claimed by "
                      + String.join(" and ", owners)
                      + ": remove one of these bundles");
            });
  }

  private Optional<List<String>> conflict(String name) {
    var owners = new TreeSet<String>();
    for (var claim : claims()) {
      if (claim.extension().name().equals(name)) {
        owners.add(claim.owner().name());
      }
    }
    return owners.size() > 1 ? Optional.of(List.copyOf(owners)) : Optional.empty();
  }

  private List<Claim> claims() {
    synchronized (claims) {
      return List.copyOf(claims);
    }
  }
}
