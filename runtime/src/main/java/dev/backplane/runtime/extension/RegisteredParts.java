package dev.backplane.runtime.extension;

import dev.backplane.BackplaneException;
import dev.backplane.extension.Parts;
import dev.backplane.io.Description;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The parts of a registry, as users and recipes name them. */
public final class RegisteredParts implements Parts {
  private final Registry registry;

  /** The parts of a registry; what comes and goes in it comes and goes here. */
  public RegisteredParts(Registry registry) {
    this.registry = registry;
  }

  @Override
  public <T> T make(Class<T> kind, String text, Map<String, ?> offered) {
    return registry.make(description(text), kind, "part", offered);
  }

  private static Description description(String text) {
    return text.stripLeading().startsWith("{")
        ? DescriptionJson.read(
            JsonFormat.read(text.strip().getBytes(StandardCharsets.UTF_8), "part"))
        : PartText.read(text, "part");
  }

  @Override
  public List<String> names(Class<?> kind) {
    return registry.names(kind);
  }

  @Override
  public String json(Object part) {
    var described = registry.describe(part, part.getClass().getSimpleName());
    if (!described.pins().isEmpty()) {
      throw new BackplaneException(
          "only registered parts have a form in files: " + described.pins().getFirst());
    }
    var bytes = JsonFormat.pretty(DescriptionJson.write(described.description()));
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
