package dev.backplane.runtime.extension;

import dev.backplane.BackplaneException;
import dev.backplane.extension.Extension;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How the instances of one registered record class are read and made, through its own lookup. */
final class RecordForm {
  private final Owner owner;
  private final Extension extension;
  private final List<RecordComponent> components;
  private final List<MethodHandle> accessors = new ArrayList<>();
  private final MethodHandle constructor;

  /**
   * Finds constructor and accessors.
   *
   * @throws BackplaneException if the extension's lookup does not reach them
   */
  RecordForm(Owner owner, Extension extension) {
    this.owner = owner;
    this.extension = extension;
    var type = extension.type();
    components = List.of(type.getRecordComponents());
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
          "extension "
              + extension.name()
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

  Object value(Record instance, int component) {
    try {
      return accessors.get(component).invoke(instance);
    } catch (Throwable e) {
      throw new BackplaneException(
          "extension " + extension.name() + ": reading " + names().get(component) + " failed", e);
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
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new BackplaneException(
          "extension "
              + extension.name()
              + ": its constructor failed on "
              + Arrays.toString(values.toArray()),
          e);
    }
  }
}
