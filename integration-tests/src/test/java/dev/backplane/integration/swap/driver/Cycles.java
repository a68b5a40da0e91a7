package dev.backplane.integration.swap.driver;

import dev.backplane.Backplane;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;

/**
 * Puts one bundle in and out, over and over: installed, at work, and gone without a trace. Every
 * other time it is updated in place besides.
 */
final class Cycles {
  private static final int STEPS = 20;
  private static final Pattern COPY = Pattern.compile("libjni[a-z]+[0-9]+\\.so");
  private static final int COPIES = 4;
  private static final long HEAP_GROWTH = 2 << 20;

  /** Threads that come and go by themselves; one left behind by each cycle is more. */
  private static final int SPARE_TASKS = 6;

  private final Bundles bundles;
  private final Backplane backplane;
  private final Path jar;
  private final String recipe;
  private final String device;
  private final long residentGrowth;
  private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();

  /**
   * Cycles of one bundle.
   *
   * @param residentGrowth by how many bytes the second half may make the process grow, steadily
   */
  Cycles(
      Bundles bundles,
      Backplane backplane,
      Path jar,
      String recipe,
      String device,
      long residentGrowth) {
    this.residentGrowth = residentGrowth;
    this.bundles = bundles;
    this.backplane = backplane;
    this.jar = jar;
    this.recipe = recipe;
    this.device = device;
  }

  /** What went wrong; ends with the first cycle in which something did. */
  List<String> run(int count, Path cache) throws Exception {
    int settled = count / 2;
    String results = null;
    Vitals before = null;
    long between = 0;
    var files = new TreeSet<String>();
    for (int i = 0; i < count && complaints.isEmpty(); i++) {
      var found = cycle(i % 2 == 1);
      if (results != null && !results.equals(found)) {
        complaints.add("cycle " + i + ": results " + found + ", before " + results);
      }
      results = found;
      requireCollected(i);
      if (i % 10 == 9) {
        System.out.println("after " + (i + 1) + " cycles: " + Vitals.now());
      }
      if (i == settled) {
        before = Vitals.now();
        files.addAll(cached(cache));
        System.out.println("after " + i + " cycles: " + before);
      }
      if (i == (settled + count) / 2) {
        between = Vitals.now().resident();
      }
    }
    var after = settled(before);
    System.out.println("after " + count + " cycles: " + after);
    if (before != null && complaints.isEmpty()) {
      compare(before, after);
      requireSteadyMemory(before.resident(), between, after.resident());
      requireNothingNew("files in the cache", files, cached(cache));
    }
    return complaints;
  }

  /**
   * What is in the cache. JavaCPP copies a library of its own that another loader still has, to a
   * name with a number: there may be as many as there were loaders at one time.
   */
  private Set<String> cached(Path cache) {
    var files = Vitals.tree(cache);
    var copies = files.stream().filter(file -> COPY.matcher(file).find()).toList();
    if (copies.size() > COPIES) {
      complaints.add("copies in the cache: " + copies);
    }
    copies.forEach(files::remove);
    return files;
  }

  /** What is there at the end; what is on its way out, such as a thread, is given a while. */
  private static Vitals settled(Vitals before) throws InterruptedException {
    var after = Vitals.now();
    for (int i = 0; i < 1200 && before != null; i++) {
      if (before.threads().containsAll(after.threads())
          && after.tasks() <= before.tasks() + SPARE_TASKS
          && names(before.libraries()).containsAll(names(after.libraries()))) {
        break;
      }
      Thread.sleep(100);
      after = Vitals.now();
    }
    return after;
  }

  private void compare(Vitals before, Vitals after) {
    requireNothingNew("threads", before.threads(), after.threads());
    if (after.tasks() > before.tasks() + SPARE_TASKS) {
      complaints.add("threads: " + before.tasks() + ", then " + after.tasks());
    }
    requireNothingNew("libraries", names(before.libraries()), names(after.libraries()));
    requireNothingNew("open files", new TreeSet<>(before.files()), new TreeSet<>(after.files()));
    if (after.files().size() > before.files().size()) {
      complaints.add("open files: " + before.files() + ", then " + after.files());
    }
    if (after.heap() - before.heap() > HEAP_GROWTH) {
      complaints.add("the heap has grown");
    }
  }

  /**
   * What leaks in each cycle does so in both quarters; the JVM's compiler takes some megabytes at
   * once, in one of them.
   */
  private void requireSteadyMemory(long before, long between, long after) {
    if (2 * Math.min(between - before, after - between) > residentGrowth) {
      complaints.add("memory has grown: " + before + ", " + between + ", " + after + " bytes");
    }
  }

  /** The loaders that have gone have let go of their own libraries, soon after. */
  private static Set<String> names(Set<String> libraries) {
    return libraries.stream()
        .map(library -> library.replaceAll("(libjni[a-z]+)[0-9]+", "$1"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void requireNothingNew(String what, Set<String> before, Set<String> after) {
    var grown = new TreeSet<>(after);
    grown.removeAll(before);
    if (!grown.isEmpty()) {
      complaints.add("new " + what + ": " + grown);
    }
  }

  /** One coming and going; keeps nothing of the bundle. */
  private String cycle(boolean update) throws Exception {
    var bundle = bundles.install(jar);
    var results = work();
    if (update) {
      loaders.add(new WeakReference<>(Bundles.loader(bundle)));
      bundles.update(bundle, jar);
      var again = work();
      if (!again.equals(results)) {
        complaints.add("after an update results " + again + ", before " + results);
      }
    }
    loaders.add(new WeakReference<>(Bundles.loader(bundle)));
    requireUnused(bundle);
    bundles.remove(bundle);
    requireNoThreads();
    return results;
  }

  /** Threads of a device have ended when its bundle has stopped, not some time later. */
  private void requireNoThreads() {
    for (var thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("backplane-cpu")) {
        complaints.add("a thread is left: " + thread);
      }
    }
  }

  private String work() throws InterruptedException {
    Work.await(backplane, recipe, device);
    return Work.run(backplane, recipe, device, STEPS);
  }

  private void requireUnused(Bundle bundle) {
    for (var job : backplane.jobs()) {
      if (job.uses(bundle.getSymbolicName())) {
        complaints.add("still in use: " + job);
      }
    }
  }

  private void requireCollected(int cycle) throws InterruptedException {
    int alive = Bundles.awaitCollection(loaders);
    if (alive > 0) {
      complaints.add("cycle " + cycle + ": " + alive + " class loaders alive");
    }
  }
}
