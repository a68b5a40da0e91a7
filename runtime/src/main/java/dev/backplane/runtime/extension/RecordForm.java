package dev.backplane.runtime.extension;

import dev.backplane.BackplaneException;
import dev.backplane.extension.Extension;
import dev.backplane.extension.PartFailedException;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How the instances of one registered record class are read and made, through its own lookup. */
final class RecordForm {
  private static final Set<Class<?>> PLAIN =
      Set.of(
          Integer.class,
          Long.class,
          Double.class,
          Float.class,
          Boolean.class,
          String.class,
          DType.class,
          Shape.class);

  private final Owner owner;
  private final Extension extension;
  private final List<RecordComponent> components;
  private final List<MethodHandle> accessors = new ArrayList<>();
  private final MethodHandle constructor;

  /**
   * Finds constructor and accessors.
   *
   * @throws BackplaneException if the extension's lookup does not reach them, or a component is of
   *     a type that no file can hold
   */
  RecordForm(Owner owner, Extension extension) {
    this.owner = owner;
    this.extension = extension;
    var type = extension.type();
    components = List.of(type.getRecordComponents());
    components.forEach(this::requireHeldByFiles);
    var types = components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      var lookup = extension.lookup();
      if (lookup.lookupClass().getModule() == type.getModule()) {
        lookup = MethodHandles.privateLookupIn(type, lookup);
      }
      constructor = lookup.findConstructor(type, MethodType.methodType(void.class, types));
      for (var component : components) {
        accessors.add(
            lookup.findVirtual(
                type, component.getName(), MethodType.methodType(component.getType())));
      }
    } catch (ReflectiveOperationException e) {
      throw new BackplaneException(
          this
              + ": the lookup does not reach "
              + type.getSimpleName()
              + "; register it from its own bundle with MethodHandles.lookup()",
          e);
    }
  }

  Owner owner() {
    return owner;
  }

  Extension extension() {
    return extension;
  }

  List<RecordComponent> components() {
    return components;
  }

  List<String> names() {
    return components.stream().map(RecordComponent::getName).toList();
  }

  private void requireHeldByFiles(RecordComponent component) {
    var type = component.getGenericType();
    if (!isHeldByFiles(type)) {
      throw new BackplaneException(
          this
              + ": component "
              + component.getName()
              + " is a "
              + type.getTypeName()
              + ", which no file can hold; expected an int, long, double, float, boolean, String,"
              + " enum, DType, Shape, another registered record or an interface of such, or an"
              + " Optional or List of these");
    }
  }

  private static boolean isHeldByFiles(Type type) {
    if (type instanceof ParameterizedType generic) {
      return (generic.getRawType() == Optional.class || generic.getRawType() == List.class)
          && isHeldByFiles(generic.getActualTypeArguments()[0]);
    }
    return type instanceof Class<?> raw
        && (PLAIN.contains(MethodType.methodType(raw).wrap().returnType())
            || raw.isEnum()
            || raw.isRecord()
            || (raw.isInterface() && !raw.getName().startsWith("java.")));
  }

  /** As in {@code extension acme.swish of com.acme.plugin 1.0.0}. */
  @Override
  public String toString() {
    return "extension " + extension.name() + " of " + owner;
  }

  Object value(Record instance, int component) {
    try {
      return accessors.get(component).invoke(instance);
    } catch (Throwable e) {
      throw new PartFailedException(
          this + ": reading " + names().get(component) + " failed: " + e, e);
    }
  }

  /**
   * Makes an instance.
   *
   * @throws IllegalArgumentException what the record's own constructor says of the values
   */
  Record make(List<Object> values) {
    try {
      return (Record) constructor.invokeWithArguments(values);
    } catch (IllegalArgumentException | ShapeException | ClassCastException e) {
      throw e;
    } catch (Throwable e) {
      throw new PartFailedException(
          this + ": its constructor threw " + e + " on " + Arrays.toString(values.toArray()), e);
    }
  }
}
