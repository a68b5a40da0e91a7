package dev.backplane.integration.osgi;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.ops4j.pax.exam.TestContainer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.util.tracker.ServiceTracker;

/** The twins of test objects, and the framework they live in; closing stops it. */
final class TwinClasses implements AutoCloseable {
  private static final long SERVICE_MILLIS = 120_000;

  private final TestContainer container;
  private final BundleContext context = TestBundle.started();
  private final Map<Object, Object> twins = new WeakHashMap<>();

  TwinClasses(TestContainer container) {
    this.container = container;
  }

  /**
   * Calls the twin of a method.
   *
   * @param target the original test object; null for a static method
   */
  void invoke(Method original, Object target, List<Object> arguments) throws Throwable {
    var type = load(original.getDeclaringClass());
    var parameters = new Class<?>[original.getParameterCount()];
    for (var i = 0; i < parameters.length; i++) {
      parameters[i] = load(original.getParameterTypes()[i]);
    }
    var method = type.getDeclaredMethod(original.getName(), parameters);
    method.setAccessible(true);
    var thread = Thread.currentThread();
    var loader = thread.getContextClassLoader();
    thread.setContextClassLoader(type.getClassLoader());
    try {
      method.invoke(target == null ? null : twin(target), arguments.toArray());
    } catch (InvocationTargetException e) {
      throw e.getCause();
    } finally {
      thread.setContextClassLoader(loader);
    }
  }

  private Class<?> load(Class<?> original) throws ClassNotFoundException {
    return original.isPrimitive() ? original : context.getBundle().loadClass(original.getName());
  }

  private Object twin(Object original) throws Exception {
    var known = twins.get(original);
    if (known != null) {
      return known;
    }
    var constructor = load(original.getClass()).getDeclaredConstructor();
    constructor.setAccessible(true);
    var twin = constructor.newInstance();
    for (Class<?> type = twin.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (var field : type.getDeclaredFields()) {
        var wanted = field.getAnnotation(PaxExam.FromFramework.class);
        if (wanted != null) {
          field.setAccessible(true);
          field.set(
              twin,
              field.getType() == BundleContext.class
                  ? context
                  : service(field.getType(), wanted.filter()));
        }
      }
    }
    twins.put(original, twin);
    return twin;
  }

  private Object service(Class<?> type, String filter)
      throws InvalidSyntaxException, InterruptedException {
    var both = "(&(objectClass=%s)%s)".formatted(type.getName(), filter);
    var tracker = new ServiceTracker<>(context, FrameworkUtil.createFilter(both), null);
    tracker.open();
    var service = tracker.waitForService(SERVICE_MILLIS);
    if (service == null) {
      throw new IllegalStateException("no service %s within %d ms".formatted(both, SERVICE_MILLIS));
    }
    return service;
  }

  @Override
  public void close() {
    container.stop();
  }
}
