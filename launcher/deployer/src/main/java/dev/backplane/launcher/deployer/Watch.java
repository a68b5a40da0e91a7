package dev.backplane.launcher.deployer;

import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/**
 * The service, and the thread that looks at the folder. Until the folder is there for the first
 * time nothing else of the deployer is even loaded.
 */
final class Watch implements Plugins, Runnable {
  private static final System.Logger LOGGER = System.getLogger("dev.backplane.plugins");
  private static final Duration SOMEBODY_LISTENS = Duration.ofSeconds(10);
  private static final Duration REST = Duration.ofMillis(500);
  private static final Duration REST_WHILE_SOMETHING_CHANGES = Duration.ofMillis(100);

  /** So long the bundles that start with this one have for themselves, unless somebody asks. */
  private static final Duration START = Duration.ofSeconds(5);

  private static final Duration END = Duration.ofSeconds(5);

  private final BundleContext context;
  private final Path folder;
  private final Instant began = Instant.now();
  private final CountDownLatch wanted = new CountDownLatch(1);
  private final CountDownLatch firstLook = new CountDownLatch(1);
  private final Thread thread = new Thread(this, "backplane-plugins");
  private final Deque<String> untold = new ArrayDeque<>();
  private @Nullable Consumer<String> listener;
  private volatile List<Plugin> plugins = List.of();
  private volatile boolean ended;

  Watch(BundleContext context, Path folder) {
    this.context = context;
    this.folder = folder;
    thread.setDaemon(true);
  }

  void begin() {
    if (!Files.exists(folder)) {
      firstLook.countDown(); // nobody waits for what is not there
    }
    thread.start();
  }

  void end() {
    ended = true;
    thread.interrupt();
    try {
      thread.join(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    try {
      boolean asked = wanted.await(START.toMillis(), TimeUnit.MILLISECONDS);
      LOGGER.log(Level.DEBUG, "the first look at {0}, asked for: {1}", folder, asked);
      while (!ended && !Files.exists(folder)) {
        Thread.sleep(REST);
      }
      if (!ended) {
        watch();
      }
    } catch (InterruptedException e) {
      // The bundle stops; what it brought in stays, as after an update of any other bundle.
    } finally {
      firstLook.countDown();
    }
  }

  private void watch() throws InterruptedException {
    var notices = new Notices(this::tell);
    try (var deployer = new Deployer(context, folder, notices)) {
      while (!ended) {
        var unfinished = true;
        try {
          unfinished = deployer.look();
          plugins = deployer.list();
        } catch (RuntimeException | LinkageError e) {
          if (ended) {
            return; // the framework goes away under it
          }
          notices.say("deployer", "the folder could not be dealt with: " + e);
          LOGGER.log(Level.DEBUG, "the folder of plugins could not be dealt with", e);
        }
        if (!unfinished) {
          firstLook.countDown();
        }
        logWhatNobodyHeard();
        Thread.sleep(unfinished ? REST_WHILE_SOMETHING_CHANGES : REST);
      }
    }
  }

  private void tell(String words) {
    @Nullable Consumer<String> told;
    var line = "plugins: " + words;
    synchronized (this) {
      told = listener;
      if (told == null) {
        untold.add(line);
      }
    }
    if (told != null) {
      told.accept(line);
    }
  }

  /** Somebody who will listen does so soon; else there is the log. */
  private void logWhatNobodyHeard() {
    List<String> lines;
    synchronized (this) {
      if (listener != null || Instant.now().isBefore(began.plus(SOMEBODY_LISTENS))) {
        return;
      }
      lines = List.copyOf(untold);
      untold.clear();
    }
    lines.forEach(line -> LOGGER.log(Level.INFO, line));
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public List<Plugin> list() {
    return plugins;
  }

  @Override
  public boolean awaitFirstLook(Duration patience) throws InterruptedException {
    wanted.countDown();
    return firstLook.await(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public Listening listen(Consumer<String> to) {
    List<String> earlier;
    synchronized (this) {
      listener = to;
      earlier = List.copyOf(untold);
      untold.clear();
    }
    earlier.forEach(to);
    return () -> {
      synchronized (this) {
        if (listener == to) {
          listener = null;
        }
      }
    };
  }
}
