package dev.backplane.runtime.train;

import dev.backplane.io.Description;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Metric;
import dev.backplane.nn.Optimizer;
import dev.backplane.runtime.extension.DescriptionJson;
import dev.backplane.runtime.extension.Json;
import dev.backplane.runtime.extension.Located;
import dev.backplane.runtime.extension.Origin;
import dev.backplane.runtime.extension.Pin;
import dev.backplane.runtime.extension.Registry;
import dev.backplane.runtime.job.OpenJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is trained, as plain data: every trace makes it anew from the registry, so that a newer
 * version of a plugin serves the next one. What is not registered is kept as it was given, and pins
 * the job to its class.
 */
final class Blueprint {
  /**
   * One part.
   *
   * @param original the very object, where it cannot be made anew
   */
  private record Part<T>(
      Registry registry,
      Class<T> type,
      String where,
      Description description,
      Optional<T> original,
      List<Pin> pins,
      Set<Origin> origins) {
    static <T> Part<T> of(Registry registry, Class<T> type, T thing, String where) {
      var described = registry.describe(thing, where);
      var original = described.pins().isEmpty() ? Optional.<T>empty() : Optional.of(thing);
      return new Part<>(
          registry,
          type,
          where,
          described.description(),
          original,
          described.pins(),
          described.origins());
    }

    static <T> Part<T> read(Registry registry, Class<T> type, Located json) {
      var description = DescriptionJson.read(json);
      var origins = registry.origins(description, json.where());
      var part =
          new Part<>(
              registry, type, json.where(), description, Optional.<T>empty(), List.of(), origins);
      part.make();
      return part;
    }

    T make() {
      return original.orElseGet(() -> registry.make(description, type, where, origins));
    }
  }

  private final Part<Layer> model;
  private final Part<Loss> loss;
  private final Optional<Part<Optimizer>> optimizer;
  private final List<Part<Metric>> metrics;
  private final List<Part<GradientTransform>> transforms;

  private Blueprint(
      Part<Layer> model,
      Part<Loss> loss,
      Optional<Part<Optimizer>> optimizer,
      List<Part<Metric>> metrics,
      List<Part<GradientTransform>> transforms) {
    this.model = model;
    this.loss = loss;
    this.optimizer = optimizer;
    this.metrics = List.copyOf(metrics);
    this.transforms = List.copyOf(transforms);
  }

  static Blueprint of(
      Registry registry,
      Layer model,
      Loss loss,
      Optimizer optimizer,
      List<Metric> metrics,
      List<GradientTransform> transforms) {
    return new Blueprint(
        Part.of(registry, Layer.class, model, "model"),
        Part.of(registry, Loss.class, loss, "loss"),
        Optional.of(Part.of(registry, Optimizer.class, optimizer, "optimizer")),
        parts(registry, Metric.class, metrics, "metrics"),
        parts(registry, GradientTransform.class, transforms, "transforms"));
  }

  private static <T> List<Part<T>> parts(
      Registry registry, Class<T> type, List<T> things, String where) {
    var parts = new ArrayList<Part<T>>();
    for (int i = 0; i < things.size(); i++) {
      parts.add(Part.of(registry, type, things.get(i), where + "[" + i + "]"));
    }
    return parts;
  }

  /**
   * Reads what {@link #json} or {@link #withoutTraining} wrote.
   *
   * @throws dev.backplane.io.MalformedModelException if a part is unknown or does not fit
   */
  static Blueprint read(Registry registry, Located json) {
    json.only("model", "loss", "optimizer", "metrics", "transforms");
    return new Blueprint(
        Part.read(registry, Layer.class, json.get("model")),
        Part.read(registry, Loss.class, json.get("loss")),
        json.find("optimizer").map(found -> Part.read(registry, Optimizer.class, found)),
        json.get("metrics").items().stream()
            .map(metric -> Part.read(registry, Metric.class, metric))
            .toList(),
        json.find("transforms").map(Located::items).orElse(List.of()).stream()
            .map(transform -> Part.read(registry, GradientTransform.class, transform))
            .toList());
  }

  Json json() {
    var fields = forInference();
    optimizer.ifPresent(part -> fields.put("optimizer", DescriptionJson.write(part.description())));
    fields.put("metrics", json(metrics));
    fields.put("transforms", json(transforms));
    return new Json.Fields(fields);
  }

  /** The JSON of what prediction and evaluation need. */
  Json withoutTraining() {
    var fields = forInference();
    fields.put("metrics", json(metrics));
    return new Json.Fields(fields);
  }

  private LinkedHashMap<String, Json> forInference() {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("model", DescriptionJson.write(model.description()));
    fields.put("loss", DescriptionJson.write(loss.description()));
    return fields;
  }

  private static <T> Json json(List<Part<T>> parts) {
    return new Json.Items(
        parts.stream().map(part -> DescriptionJson.write(part.description())).toList());
  }

  /** What is not registered; such a job keeps the classes of these, and cannot be opened again. */
  List<Pin> pins() {
    var pins = new ArrayList<Pin>();
    pins.addAll(model.pins());
    pins.addAll(loss.pins());
    optimizer.ifPresent(part -> pins.addAll(part.pins()));
    metrics.forEach(part -> pins.addAll(part.pins()));
    transforms.forEach(part -> pins.addAll(part.pins()));
    return List.copyOf(pins);
  }

  /** Enters whose code it uses; what is there when this returns stays until the job ends. */
  void use(OpenJob job) {
    use(job, model, "model");
    use(job, loss, "loss");
    optimizer.ifPresent(part -> use(job, part, "optimizer"));
    metrics.forEach(part -> use(job, part, "metrics"));
    transforms.forEach(part -> use(job, part, "transforms"));
  }

  private static void use(OpenJob job, Part<?> part, String place) {
    part.origins().forEach(origin -> job.use(origin.owner().use(origin.name() + " in " + place)));
    part.pins().forEach(pin -> job.pin(pin.owner().use(pin.what() + " at " + pin.where())));
  }

  Layer model() {
    return model.make();
  }

  Loss loss() {
    return loss.make();
  }

  Optimizer optimizer() {
    return optimizer
        .orElseThrow(() -> new IllegalStateException("a model file has no optimizer"))
        .make();
  }

  List<Metric> metrics() {
    return metrics.stream().map(Part::make).toList();
  }

  List<GradientTransform> transforms() {
    return transforms.stream().map(Part::make).toList();
  }
}
