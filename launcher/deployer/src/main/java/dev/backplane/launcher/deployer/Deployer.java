package dev.backplane.launcher.deployer;

import dev.backplane.launcher.deployer.Plugin.State;
import dev.backplane.launcher.deployer.assembly.PluginJar;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.hooks.service.FindHook;

/**
 * Brings the framework to what the folder says. Of each symbolic name the newest version that is
 * fit should be in; everything else that came from the folder should not. A look does what can be
 * done at once; what must wait, for a job, for another bundle, for a file that is still copied, is
 * tried again at the next.
 */
final class Deployer implements AutoCloseable {
  private final Installed installed;
  private final Folder folder;
  private final Copies copies;
  private final Notices notices;
  private final Usage usage;
  private final Arrivals arrivals;
  private final Resolution resolution;
  private final Departures departures;
  private final ServiceRegistration<?> hooks;
  private final Optional<Complaints> complaints;

  /** By the digest of what they are made of. */
  private final Map<String, Guest> guests = new LinkedHashMap<>();

  /** What was there without the folder and had to go for something in it, by symbolic name. */
  private final Map<String, Guest> originals = new HashMap<>();

  /**
   * Who served last, by symbolic name: whatever becomes of a file, that stays, or comes back, as
   * long as some file wants that name to be in and nothing else can serve it.
   */
  private final Map<String, Guest> serving = new HashMap<>();

  private List<Folder.Found> found = List.of();
  private final Map<Path, String> doubles = new HashMap<>();
  private Set<String> files = Set.of();
  private boolean lookedBefore;

  Deployer(BundleContext context, Path path, Notices notices) {
    this.notices = notices;
    installed = new Installed(context);
    copies = new Copies(ownFolder(context));
    folder = new Folder(path, copies);
    usage = new Usage(context);
    var doorkeeper = new Doorkeeper(context);
    hooks =
        context.registerService(
            new String[] {EventListenerHook.class.getName(), FindHook.class.getName()},
            doorkeeper,
            null);
    departures = new Departures(context, usage, doorkeeper, notices);
    complaints = Complaints.of(context);
    var refusals = new Refusals(departures, notices);
    var starts = new Starts(context, doorkeeper, complaints, refusals, notices);
    arrivals = new Arrivals(context, copies, doorkeeper, starts, refusals, notices);
    resolution = new Resolution(context, starts, refusals, departures, notices);
  }

  private static Path ownFolder(BundleContext context) {
    File data = context.getDataFile("plugins");
    try {
      return data == null ? Files.createTempDirectory("backplane-plugins-") : data.toPath();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("no room for copies of plugins", e);
    }
  }

  /**
   * One look at the folder.
   *
   * @return whether something is under way that needs no job to end and nothing to be dropped, so
   *     that the next look will be another one
   */
  boolean look() throws InterruptedException {
    found = folder.look();
    folder.trouble().ifPresent(words -> notices.say("folder", folder.path() + " " + words));
    var kept = new LinkedHashSet<Guest>();
    // Files that are there at the first look have not come one after the other.
    var lately = lookedBefore ? Instant.now().minus(Resolution.ON_ITS_WAY) : Instant.MAX;
    for (var ranked : wanted().values()) {
      serve(ranked, kept, lately);
    }
    boolean changing = folder.isUnsettled();
    changing |= resolution.startThoseThatFit(kept, changing, lately);
    rememberWhoServes(kept);
    changing |= departures.see(leaving(kept), originals);
    forget(kept);
    tellOfTroubles();
    changing |= guests.values().stream().anyMatch(guest -> guest.state == State.STARTING);
    if (!changing) {
      lookedBefore = true;
      notices.speakOfAll();
    }
    return changing;
  }

  /** What should be in, the best first: by symbolic name. */
  private Map<String, List<Guest>> wanted() {
    var byName = new TreeMap<String, List<Guest>>();
    doubles.clear();
    for (var file : found) {
      file.jar().ifPresent(jar -> want(byName, file, jar));
    }
    originals.forEach((name, original) -> byName.computeIfAbsent(name, _ -> new ArrayList<>()));
    byName.forEach(
        (name, ranked) -> {
          var served = ranked.isEmpty() ? null : serving.get(name);
          addLast(ranked, originals.get(name));
          ranked.sort(Comparator.comparing(Guest::version).reversed());
          addLast(ranked, served);
        });
    return byName;
  }

  private static void addLast(List<Guest> ranked, @Nullable Guest guest) {
    if (guest != null && !ranked.contains(guest)) {
      ranked.add(guest);
    }
  }

  /** Of two files with one name and version the one counts that is in, else the first. */
  private void want(Map<String, List<Guest>> byName, Folder.Found file, PluginJar jar) {
    var guest = guests.computeIfAbsent(jar.digest(), _ -> Guest.of(jar));
    var others = byName.computeIfAbsent(jar.symbolicName(), _ -> new ArrayList<>());
    if (others.contains(guest)) {
      doubles.put(file.file(), "the same as another file here");
      return;
    }
    for (var other : others) {
      if (other.version().equals(guest.version())) {
        var loser = guest.isInstalled() ? other : guest;
        var winner = loser == guest ? other : guest;
        if (winner == guest) {
          others.remove(other);
          others.add(guest);
        }
        doubles.put(
            fileOf(loser),
            "refused: "
                + fileOf(winner).getFileName()
                + " is "
                + winner
                + " too, with other content. Remove one of them, or give one another"
                + " Bundle-Version");
        return;
      }
    }
    others.add(guest);
  }

  private Path fileOf(Guest guest) {
    return found.stream()
        .filter(
            file -> file.jar().isPresent() && guest.equals(guests.get(file.jar().get().digest())))
        .map(Folder.Found::file)
        .findFirst()
        .orElse(folder.path());
  }

  /** Lets the best come in; what serves until then, and what could serve instead, stays. */
  private void serve(List<Guest> ranked, Set<Guest> kept, Instant lately)
      throws InterruptedException {
    boolean mayCome = true;
    for (var guest : ranked) {
      kept.add(guest);
      if (mayCome || guest.isInstalled()) {
        arrivals.come(guest);
      }
      switch (guest.state) {
        case IN -> {
          arrivals.older(ranked.subList(ranked.indexOf(guest) + 1, ranked.size()), guest);
          return;
        }
        case STARTING, LEAVING -> mayCome = false;
        case WAITING -> mayCome &= !guest.fresh && !Resolution.mayStillResolve(guest, lately);
        case OLDER, REFUSED, IGNORED -> {}
      }
    }
  }

  /** Those who are in and should not be. */
  private List<Departures.Leaving> leaving(Set<Guest> kept) {
    var leaving = new ArrayList<Departures.Leaving>();
    for (var bundle : installed.fromTheFolder()) {
      if (guests.values().stream().noneMatch(guest -> bundle.equals(guest.bundle))) {
        // The framework remembers it from an earlier process; the file has gone since.
        leaving.add(new Departures.Leaving(bundle, "as its file is deleted"));
      }
    }
    for (var guest : guests.values()) {
      boolean hangs = guest.attempt != null;
      if (guest.isInstalled() && !kept.contains(guest) && !hangs) {
        leaving.add(new Departures.Leaving(Objects.requireNonNull(guest.bundle), why(guest, kept)));
      }
    }
    for (var guest : kept) {
      if (guest.state == State.LEAVING && guest.obstacle != null) {
        leaving.add(new Departures.Leaving(guest.obstacle, "for " + guest + " in its place"));
      }
      if (guest.state == State.IN && guest.jar().isPresent()) {
        installed
            .olderWithoutTheFolder(guest)
            .ifPresent(bundle -> leaving.add(new Departures.Leaving(bundle, "for " + guest)));
      }
    }
    return leaving;
  }

  private static String why(Guest guest, Set<Guest> kept) {
    return kept.stream()
        .filter(other -> other.symbolicName().equals(guest.symbolicName()))
        .filter(other -> other.state == State.IN)
        .findFirst()
        .map(other -> "for " + other)
        .orElse("as its file is deleted");
  }

  private void rememberWhoServes(Set<Guest> kept) {
    serving.values().removeIf(guest -> !kept.contains(guest));
    var named = new HashSet<String>();
    for (var guest : kept) {
      if (guest.state == State.IN && named.add(guest.symbolicName())) {
        serving.put(guest.symbolicName(), guest);
      }
    }
  }

  /** Forgets guests no file brings any more, and copies nobody needs. */
  private void forget(Set<Guest> kept) {
    var needed = found.stream().flatMap(file -> file.jar().stream()).collect(Collectors.toSet());
    guests
        .values()
        .removeIf(
            guest ->
                !kept.contains(guest)
                    && !guest.isInstalled()
                    && guest.jar().filter(needed::contains).isEmpty());
    Stream.concat(guests.values().stream(), kept.stream())
        .forEach(guest -> guest.jar().ifPresent(needed::add));
    copies.keep(needed);
  }

  private void tellOfTroubles() {
    var names = found.stream().map(Folder.Found::name).collect(Collectors.toSet());
    for (var file : found) {
      var trouble = trouble(file);
      if (file.isJar()) {
        notices.say(file.name(), trouble == null ? "" : file.name() + " " + trouble);
      } else {
        notices.mention(file.name(), file.name() + " " + trouble);
      }
    }
    for (var gone : files) {
      if (!names.contains(gone)) {
        notices.say(gone, "");
      }
    }
    files = names;
  }

  private @Nullable String trouble(Folder.Found file) {
    var doubled = doubles.get(file.file());
    return doubled == null ? file.trouble().orElse(null) : doubled;
  }

  /** The files, and what is not a file any more and still there. */
  List<Plugin> list() {
    var list = new ArrayList<Plugin>();
    for (var file : found) {
      list.add(plugin(file));
    }
    departures
        .waiting()
        .forEach(
            (bundle, reason) ->
                list.add(
                    new Plugin(
                        "-",
                        bundle.getSymbolicName() + " " + bundle.getVersion(),
                        State.LEAVING,
                        reason)));
    return List.copyOf(list);
  }

  private Plugin plugin(Folder.Found file) {
    var trouble = trouble(file);
    var guest = file.jar().map(jar -> guests.get(jar.digest())).orElse(null);
    if (guest == null) {
      var state = file.isJar() ? State.REFUSED : State.IGNORED;
      return new Plugin(file.name(), "", state, trouble == null ? "not read yet" : trouble);
    }
    if (trouble != null) {
      return new Plugin(file.name(), guest.toString(), State.REFUSED, trouble);
    }
    return new Plugin(file.name(), guest.toString(), guest.state, guest.reason);
  }

  @Override
  public void close() {
    hooks.unregister();
    complaints.ifPresent(Complaints::close);
    usage.close();
  }
}
