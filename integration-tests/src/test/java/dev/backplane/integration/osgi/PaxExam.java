package dev.backplane.integration.osgi;

import static org.ops4j.pax.exam.CoreOptions.bootDelegationPackages;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;

import java.io.ByteArrayInputStream;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.spi.PaxExamRuntime;

/**
 * Runs a test class inside a framework that Pax Exam starts for it.
 *
 * <p>Jupiter makes and drives the test object as always, in its own class loader, where the classes
 * of bundles are not to be seen. A <em>twin</em> of the test class, defined by a bundle made of the
 * test classes, does the work: each lifecycle and test method is run on the twin instead. Types
 * that cross over (JUnit's, this package's) come from Jupiter's loader on both sides.
 *
 * <p>Limits: other extensions see the original object, not the twin; parameters of test methods
 * must be of types both sides share.
 */
public final class PaxExam implements BeforeAllCallback, InvocationInterceptor {
  /** A static method that returns an {@code Option[]}: the bundles to provision. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  public @interface Provision {}

  /** A field of type BundleContext, or of a service's type: awaited before the first method. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.FIELD)
  public @interface FromFramework {
    /** A filter on the service's properties. */
    String filter() default "";
  }

  private static final Namespace NAMESPACE = Namespace.create(PaxExam.class);

  @Override
  public void beforeAll(ExtensionContext test) throws Exception {
    if (framework(test) != null) {
      return; // a nested class shares the framework of its outer class
    }
    var testClass = test.getRequiredTestClass();
    var container =
        PaxExamRuntime.createContainer(
            PaxExamRuntime.createServerSystem(options(testClass).toArray(Option[]::new)));
    container.start();
    try {
      container.install(new ByteArrayInputStream(TestBundle.jar(testClass)));
      test.getStore(NAMESPACE).put(TwinClasses.class, new TwinClasses(container));
    } catch (Exception | Error e) {
      container.stop();
      throw e;
    }
  }

  private static List<Option> options(Class<?> testClass) throws Exception {
    var options = new ArrayList<Option>();
    options.add(frameworkProperty("org.osgi.framework.bundle.parent").value("app"));
    options.add(
        bootDelegationPackages(
            "org.junit.*",
            "org.opentest4j.*",
            "org.apiguardian.*",
            "org.ops4j.pax.exam.*",
            PaxExam.class.getPackageName()));
    for (var method :
        AnnotationSupport.findAnnotatedMethods(
            testClass, Provision.class, HierarchyTraversalMode.TOP_DOWN)) {
      options.addAll(List.of((Option[]) ReflectionSupport.invokeMethod(method, null)));
    }
    return options;
  }

  private static TwinClasses framework(ExtensionContext test) {
    return test.getStore(NAMESPACE).get(TwinClasses.class, TwinClasses.class);
  }

  private static void onTwin(
      Invocation<?> original, ReflectiveInvocationContext<Method> call, ExtensionContext test)
      throws Throwable {
    original.skip();
    framework(test)
        .invoke(call.getExecutable(), call.getTarget().orElse(null), call.getArguments());
  }

  @Override
  public void interceptBeforeAllMethod(
      Invocation<Void> original, ReflectiveInvocationContext<Method> call, ExtensionContext test)
      throws Throwable {
    onTwin(original, call, test);
  }

  @Override
  public void interceptBeforeEachMethod(
      Invocation<Void> original, ReflectiveInvocationContext<Method> call, ExtensionContext test)
      throws Throwable {
    onTwin(original, call, test);
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> original, ReflectiveInvocationContext<Method> call, ExtensionContext test)
      throws Throwable {
    onTwin(original, call, test);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> original, ReflectiveInvocationContext<Method> call, ExtensionContext test)
      throws Throwable {
    onTwin(original, call, test);
  }

  @Override
  public void interceptAfterEachMethod(
      Invocation<Void> original, ReflectiveInvocationContext<Method> call, ExtensionContext test)
      throws Throwable {
    onTwin(original, call, test);
  }

  @Override
  public void interceptAfterAllMethod(
      Invocation<Void> original, ReflectiveInvocationContext<Method> call, ExtensionContext test)
      throws Throwable {
    onTwin(original, call, test);
  }
}
