package dev.backplane.launcher.deployer;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.launcher.deployer.assembly.ClaimedNames;
import dev.backplane.launcher.deployer.assembly.Objections;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.hooks.service.FindHook;
import org.osgi.framework.hooks.service.ListenerHook.ListenerInfo;

/**
 * Looks at what a plugin registers before anybody else sees it. The names of extensions are known
 * only when the plugin's code runs; if one of them is taken, its service is hidden from the start,
 * so that the name goes on serving who had it and no job sees the two of them.
 */
final class Doorkeeper implements EventListenerHook, FindHook {
  /** Why a bundle's services are hidden, and the names it is about. */
  record Objection(String words, Set<String> names) {}

  private final BundleContext context;
  private final Set<Bundle> guests = ConcurrentHashMap.newKeySet();
  private final Map<Bundle, Objection> shut = new ConcurrentHashMap<>();

  /** What has been looked at and may be seen. */
  private final Set<ServiceReference<?>> approved = ConcurrentHashMap.newKeySet();

  Doorkeeper(BundleContext context) {
    this.context = context;
  }

  /** A bundle whose services are looked at. */
  void expect(Bundle guest) {
    guests.add(guest);
  }

  /** Hides whatever a bundle registers from now on. */
  void shut(Bundle guest, String why) {
    shut.putIfAbsent(guest, new Objection(why, Set.of()));
  }

  /** A bundle is gone. */
  void forget(Bundle guest) {
    guests.remove(guest);
    shut.remove(guest);
  }

  Optional<Objection> objection(Bundle guest) {
    return Optional.ofNullable(shut.get(guest));
  }

  @Override
  public void event(ServiceEvent event, Map<BundleContext, Collection<ListenerInfo>> listeners) {
    var reference = event.getServiceReference();
    var bundle = reference.getBundle();
    if (event.getType() == ServiceEvent.UNREGISTERING) {
      approved.remove(reference);
      return;
    }
    if (bundle == null || !guests.contains(bundle)) {
      return;
    }
    if (event.getType() == ServiceEvent.REGISTERED && isExtensions(reference)) {
      var objection = judge(bundle, reference);
      objection.ifPresent(words -> shut.putIfAbsent(bundle, words));
      if (objection.isEmpty()) {
        approved.add(reference);
      }
    }
    if (shut.containsKey(bundle)) {
      listeners.clear();
    }
  }

  @Override
  public void find(
      BundleContext asking,
      String name,
      String filter,
      boolean allServices,
      Collection<ServiceReference<?>> references) {
    if (!guests.isEmpty()) {
      references.removeIf(this::isHidden);
    }
  }

  private boolean isHidden(ServiceReference<?> reference) {
    var bundle = reference.getBundle();
    return bundle != null
        && guests.contains(bundle)
        && (shut.containsKey(bundle) || (isExtensions(reference) && !approved.contains(reference)));
  }

  private static boolean isExtensions(ServiceReference<?> reference) {
    return reference.getProperty(Constants.OBJECTCLASS) instanceof String[] types
        && Arrays.asList(types).contains(Extensions.class.getName());
  }

  private Optional<Objection> judge(Bundle bundle, ServiceReference<?> reference) {
    try {
      if (!(context.getService(reference) instanceof Extensions extensions)) {
        return Optional.of(new Objection("its service Extensions cannot be had", Set.of()));
      }
      return judge(bundle, extensions.list());
    } catch (RuntimeException | LinkageError e) {
      return Optional.of(new Objection("its extensions cannot be listed: " + e, Set.of()));
    } finally {
      context.ungetService(reference);
    }
  }

  private Optional<Objection> judge(Bundle bundle, List<Extension> extensions) {
    var names = new HashSet<String>();
    var versions = new HashSet<String>();
    for (var extension : extensions) {
      names.add(extension.name());
      if (!versions.add(extension.name() + " version " + extension.version())) {
        return Optional.of(
            new Objection(
                "it registers " + extension.name() + " version " + extension.version() + " twice",
                Set.of()));
      }
    }
    return Objections.duplicates(
            bundle.getSymbolicName(), names, ClaimedNames.registered(context, bundle))
        .map(words -> new Objection(words, Set.copyOf(names)));
  }
}
