package dev.backplane.runtime.extension;

import dev.backplane.io.Description;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From things to plain data. Collects what is not registered on its way. */
final class Describer {
  private final Registry registry;
  private final List<Pin> pins = new ArrayList<>();
  private final Set<Origin> origins = new HashSet<>();

  Describer(Registry registry) {
    this.registry = registry;
  }

  Described describe(Object thing, String where) {
    return new Described(part(thing, where), pins, origins);
  }

  private Description part(Object thing, String where) {
    var claim = registry.claimOf(thing.getClass());
    if (claim.isEmpty() || !(thing instanceof Record instance)) {
      return unregistered(thing, where, "its class is not registered in an Extensions service");
    }
    origins.add(claim.get().origin());
    Map<String, Description.Plain> components = new LinkedHashMap<>();
    var form = claim.get().form();
    var names = form.names();
    for (int i = 0; i < names.size(); i++) {
      components.put(names.get(i), plain(form.value(instance, i), where + "." + names.get(i)));
    }
    var extension = form.extension();
    return new Description(extension.name(), extension.version(), components);
  }

  private Description.Plain plain(@Nullable Object value, String where) {
    return switch (value) {
      case Integer number -> new Description.Int(number);
      case Long number -> new Description.Int(number);
      case Double number -> new Description.Real(number);
      case Float number -> new Description.Real(number);
      case Boolean flag -> new Description.Flag(flag);
      case String text -> new Description.Text(text);
      case DType dtype -> new Description.Text(dtype.toString());
      case Enum<?> constant -> new Description.Text(constant.name());
      case Shape shape ->
          new Description.Listing(
              shape.dimensions().stream()
                  .map(d -> (Description.Plain) new Description.Int(d))
                  .toList());
      case Optional<?> optional ->
          optional.isPresent() ? plain(optional.get(), where) : new Description.Nothing();
      case List<?> list -> {
        var values = new ArrayList<Description.Plain>();
        for (int i = 0; i < list.size(); i++) {
          values.add(plain(list.get(i), where + "[" + i + "]"));
        }
        yield new Description.Listing(values);
      }
      case null -> new Description.Part(unregistered("null", where, "null is no plain data"));
      case Object thing -> new Description.Part(part(thing, where));
    };
  }

  /** Stands for what files cannot hold; its kind is for people, nothing is made from it. */
  private Description unregistered(Object thing, String where, String reason) {
    var type = thing.getClass();
    var name = type.isHidden() || type.isSynthetic() ? "a lambda" : type.getSimpleName();
    pins.add(new Pin(where, name, reason, Owner.of(thing.getClass())));
    return new Description(Registry.UNREGISTERED, 1, Map.of("kind", new Description.Text(name)));
  }
}
