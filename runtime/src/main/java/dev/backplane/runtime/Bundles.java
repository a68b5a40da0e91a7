package dev.backplane.runtime;

import dev.backplane.runtime.extension.Owner;
import org.osgi.framework.FrameworkUtil;

/** Who a service comes from: a bundle, or what stands for one on class and module path. */
final class Bundles {
  private Bundles() {}

  static Owner ownerOf(Object service) {
    var type = service.getClass();
    try {
      var bundle = FrameworkUtil.getBundle(type);
      if (bundle != null) {
        return new Owner(bundle.getSymbolicName(), bundle.getVersion().toString());
      }
    } catch (NoClassDefFoundError e) {
      // There is no framework: a class or module path, which has modules or packages instead.
      return withoutFramework(type);
    }
    return withoutFramework(type);
  }

  private static Owner withoutFramework(Class<?> type) {
    var module = type.getModule();
    if (module.isNamed()) {
      var version = module.getDescriptor().rawVersion().orElse("0");
      return new Owner(module.getName(), version);
    }
    return new Owner(type.getPackageName(), "0");
  }
}
