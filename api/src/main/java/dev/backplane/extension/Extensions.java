package dev.backplane.extension;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** The service by which a bundle registers its layers, losses, optimizers, metrics and the like. */
@ConsumerType
public interface Extensions {
  /** What the bundle brings. */
  List<Extension> list();
}
