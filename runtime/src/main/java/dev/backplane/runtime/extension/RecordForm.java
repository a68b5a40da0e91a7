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
import org.jspecify.annotations.Nullable;

/** How the instances of one registered record class are read and made, through its own lookup. */
final class RecordForm {
  private static final Set<Class<?>> PLAIN =
      Set.of(
          int.class,
          Integer.class,
          long.class,
          Long.class,
          double.class,
          Double.class,
          float.class,
          Float.class,
          boolean.class,
          Boolean.class,
          String.class,
          DType.class,
          Shape.class);

  /** By what instances are made and read. */
  private record Members(MethodHandle constructor, List<MethodHandle> accessors) {}

  private final Owner owner;
  private final Extension extension;
  private final List<RecordComponent> components;
  private @Nullable Members found;

  /**
   * Checks that the record can be made and read. Of what is registered a process uses little: where
   * nothing can be in the way, constructor and accessors are found when they are first asked for.
   *
   * @throws BackplaneException if the extension's lookup does not reach them, or a component is of
   *     a type that no file can hold
   */
  RecordForm(Owner owner, Extension extension) {
    this.owner = owner;
    this.extension = extension;
    var type = extension.type();
    components = List.of(type.getRecordComponents());
    for (var component : components) {
      requireHeldByFiles(component);
    }
    if (!reachesAll()) {
      members();
    }
  }

  /** From its own module a lookup of full privilege reaches whatever a record has. */
  private boolean reachesAll() {
    return extension.lookup().lookupClass().getModule() == extension.type().getModule();
  }

  private synchronized Members members() {
    var known = found;
    if (known == null) {
      known = find();
      found = known;
    }
    return known;
  }

  private Members find() {
    var type = extension.type();
    var types = new Class<?>[components.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = components.get(i).getType();
    }
    try {
      var lookup = extension.lookup();
      if (reachesAll()) {
        lookup = MethodHandles.privateLookupIn(type, lookup);
      }
      var accessors = new ArrayList<MethodHandle>();
      for (var component : components) {
        accessors.add(
            lookup.findVirtual(
                type, component.getName(), MethodType.methodType(component.getType())));
      }
      var constructor = lookup.findConstructor(type, MethodType.methodType(void.class, types));
      return new Members(constructor, accessors);
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
    var names = new ArrayList<String>();
    for (var component : components) {
      names.add(component.getName());
    }
    return names;
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
        && (PLAIN.contains(raw)
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
      return members().accessors().get(component).invoke(instance);
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
      return (Record) members().constructor().invokeWithArguments(values);
    } catch (IllegalArgumentException | ShapeException | ClassCastException e) {
      throw e;
    } catch (Throwable e) {
      throw new PartFailedException(
          this + ": its constructor threw " + e + " on " + Arrays.toString(values.toArray()), e);
    }
  }
}
