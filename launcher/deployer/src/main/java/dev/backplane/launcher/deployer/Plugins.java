package dev.backplane.launcher.deployer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** The folder of plugins and what became of each file in it: a service of the deployer. */
@ProviderType
public interface Plugins {
  /** The folder that is watched; it need not be there. */
  Path folder();

  /** What is in the folder, and what has left it and is still in use; by name of the file. */
  List<Plugin> list();

  /**
   * Waits until what lay in the folder when the process began has been taken in or refused. The
   * first look begins when this is called for the first time, or a few seconds after the deployer:
   * by then the bundles that start with it have started.
   *
   * @param patience how long at most
   * @return false if that was not long enough
   * @throws InterruptedException if the waiting thread is interrupted
   */
  boolean awaitFirstLook(Duration patience) throws InterruptedException;

  /**
   * Tells of every change in words, a line each, beginning with those nobody has been told of yet.
   * While nobody listens they go to the log.
   *
   * @param listener called by the deployer's own thread
   * @return to end it
   */
  Listening listen(Consumer<String> listener);

  /** Somebody listens until it is closed. */
  interface Listening extends AutoCloseable {
    @Override
    void close();
  }
}
