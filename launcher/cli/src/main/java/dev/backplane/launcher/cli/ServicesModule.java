package dev.backplane.launcher.cli;

import com.google.inject.AbstractModule;
import dev.backplane.Backplane;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceException;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Binds each OSGi service that commands use as a live proxy: every call goes to the service that is
 * registered at that moment, so that what Guice wired survives the swap of a bundle.
 */
final class ServicesModule extends AbstractModule {
  /** The service interfaces that commands may have injected. */
  private static final List<Class<?>> SERVICES = List.of(Backplane.class);

  private final BundleContext context;

  ServicesModule(BundleContext context) {
    this.context = context;
  }

  @Override
  protected void configure() {
    bind(BundleContext.class).toInstance(context);
    SERVICES.forEach(this::bindService);
  }

  private <T> void bindService(Class<T> type) {
    bind(type).toInstance(proxy(type));
  }

  private <T> T proxy(Class<T> type) {
    var tracker = new ServiceTracker<T, T>(context, type, null);
    tracker.open();
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              var service = tracker.getService();
              if (service == null) {
                throw new ServiceException(
                    "no service "
                        + type.getName()
                        + "; './backplane why' tells which bundle is missing",
                    ServiceException.UNREGISTERED);
              }
              try {
                return method.invoke(service, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
