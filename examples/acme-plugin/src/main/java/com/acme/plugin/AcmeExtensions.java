package com.acme.plugin;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Registers what this bundle brings under names that files and settings use. */
@Component(service = Extensions.class, immediate = true)
public final class AcmeExtensions implements Extensions {
  @Override
  public List<Extension> list() {
    var lookup = MethodHandles.lookup();
    return List.of(
        Extension.of("acme.swish", 1, Swish.class, lookup).withDefault("beta", 1.0),
        Extension.of("acme.lion", 1, Lion.class, lookup)
            .withDefault("beta1", 0.9)
            .withDefault("beta2", 0.99)
            .withDefault("decay", 0.0),
        Extension.of("acme.top_k", 1, TopK.class, lookup).withDefault("k", 5));
  }
}
