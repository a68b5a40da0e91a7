package dev.backplane;

import org.osgi.annotation.versioning.ProviderType;

/** How {@link Backplane#start()} finds the runtime. */
@ProviderType
public interface BackplaneProvider {
  /** Starts the engine. */
  Backplane start();
}
