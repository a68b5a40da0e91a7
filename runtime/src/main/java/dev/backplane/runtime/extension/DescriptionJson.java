package dev.backplane.runtime.extension;

import dev.backplane.io.Description;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Descriptions as JSON: {@code {"name": "dense", "version": 1, "components": {"units": 128}}}. What
 * is written and read back is the same description, but that reals without finite value come back
 * as texts, which the registry takes for them.
 */
public final class DescriptionJson {
  private DescriptionJson() {}

  /** The JSON of a description. */
  public static Json write(Description description) {
    var components = new LinkedHashMap<String, Json>();
    description.components().forEach((name, plain) -> components.put(name, write(plain)));
    var fields = new LinkedHashMap<String, Json>();
    fields.put("name", new Json.Text(description.name()));
    fields.put("version", new Json.Whole(description.version()));
    fields.put("components", new Json.Fields(components));
    return new Json.Fields(fields);
  }

  private static Json write(Description.Plain plain) {
    return switch (plain) {
      case Description.Int number -> new Json.Whole(number.value());
      case Description.Real number -> new Json.Real(number.value());
      case Description.Flag flag -> new Json.Truth(flag.value());
      case Description.Text text -> new Json.Text(text.value());
      case Description.Listing list ->
          new Json.Items(list.values().stream().map(DescriptionJson::write).toList());
      case Description.Nothing nothing -> new Json.Null();
      case Description.Part part -> write(part.description());
    };
  }

  /**
   * The description that JSON holds.
   *
   * @throws dev.backplane.io.MalformedModelException if it holds none, naming where
   */
  public static Description read(Located json) {
    json.only("name", "version", "components");
    Map<String, Description.Plain> components = new LinkedHashMap<>();
    var fields = json.get("components");
    for (var name : fields.keys()) {
      components.put(name, plain(fields.get(name)));
    }
    return new Description(
        json.get("name").text(), (int) json.get("version").whole(1, Integer.MAX_VALUE), components);
  }

  private static Description.Plain plain(Located json) {
    return switch (json.json()) {
      case Json.Fields fields -> new Description.Part(read(json));
      case Json.Items items ->
          new Description.Listing(json.items().stream().map(DescriptionJson::plain).toList());
      case Json.Text(var text) -> new Description.Text(text);
      case Json.Whole(var value) -> new Description.Int(value);
      case Json.Real(var value) -> new Description.Real(value);
      case Json.Truth(var value) -> new Description.Flag(value);
      case Json.Null nothing -> new Description.Nothing();
    };
  }
}
