package dev.backplane.runtime.train;

import dev.backplane.data.Buckets;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.runtime.extension.Json;
import dev.backplane.runtime.extension.Located;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The fields of examples: what a batch is made of.
 *
 * @param inputs what the model gets
 * @param targets what it should give
 */
record Fields(List<Feature> inputs, List<Feature> targets) {
  Fields {
    inputs = List.copyOf(inputs);
    targets = List.copyOf(targets);
  }

  static Fields of(Examples examples) {
    return new Fields(examples.inputs(), examples.targets());
  }

  /** The fields of a form of batches: sequences may be cut. */
  Fields of(Form form) {
    return form.length() == form.longest()
        ? this
        : new Fields(
            inputs.stream().map(feature -> cut(feature, form)).toList(),
            targets.stream().map(feature -> cut(feature, form)).toList());
  }

  private static Feature cut(Feature feature, Form form) {
    if (!Buckets.cuts(feature, form.longest())) {
      return feature;
    }
    var stored = feature.stored().withShape(Shape.of(form.length()));
    return new Feature(
        feature.name(), stored, feature.presented(), feature.scale(), feature.offset());
  }

  /** The inputs, then the targets, in the order in which examples gather them. */
  List<Feature> all() {
    var all = new ArrayList<>(inputs);
    all.addAll(targets);
    return all;
  }

  /** The name of a field's host memory in programs. */
  static String host(int field) {
    return "field_" + field;
  }

  /** The inputs of a batch as the model sees them; they come from the host as they are stored. */
  Tensors inputs(ProgramTrace program, int batch) {
    return present(program, inputs, 0, batch);
  }

  /** The targets of a batch as the loss sees them. */
  Tensors targets(ProgramTrace program, int batch) {
    return present(program, targets, inputs.size(), batch);
  }

  private static Tensors present(
      ProgramTrace program, List<Feature> features, int first, int batch) {
    var tensors = new ArrayList<Tensor>();
    for (int i = 0; i < features.size(); i++) {
      var feature = features.get(i);
      var x = program.host(host(first + i), feature.batch(batch));
      tensors.add(program.trace().within("input", () -> present(feature, x)));
    }
    return new Tensors(tensors);
  }

  private static Tensor present(Feature feature, Tensor stored) {
    var x = stored.cast(feature.presented());
    x = feature.scale() == 1 ? x : x.mul(feature.scale());
    return feature.offset() == 0 ? x : x.add(feature.offset());
  }

  Json json() {
    var fields = new LinkedHashMap<String, Json>();
    fields.put("inputs", json(inputs));
    fields.put("targets", json(targets));
    return new Json.Fields(fields);
  }

  private static Json json(List<Feature> features) {
    return new Json.Items(features.stream().map(Fields::json).toList());
  }

  private static Json json(Feature feature) {
    var shape = new ArrayList<Json>();
    feature.shape().dimensions().forEach(d -> shape.add(new Json.Whole(d)));
    var fields = new LinkedHashMap<String, Json>();
    fields.put("name", new Json.Text(feature.name()));
    fields.put("stored", new Json.Text(feature.stored().dtype().toString()));
    fields.put("shape", new Json.Items(shape));
    fields.put("presented", new Json.Text(feature.presented().toString()));
    fields.put("scale", new Json.Real(feature.scale()));
    fields.put("offset", new Json.Real(feature.offset()));
    return new Json.Fields(fields);
  }

  static Fields read(Located json) {
    json.only("inputs", "targets");
    return new Fields(
        json.get("inputs").items().stream().map(Fields::feature).toList(),
        json.get("targets").items().stream().map(Fields::feature).toList());
  }

  private static Feature feature(Located json) {
    json.only("name", "stored", "shape", "presented", "scale", "offset");
    var dimensions = new ArrayList<Integer>();
    json.get("shape").items().forEach(d -> dimensions.add((int) d.whole(0, Integer.MAX_VALUE)));
    try {
      return new Feature(
          json.get("name").text(),
          new TensorType(dtype(json.get("stored")), new Shape(dimensions)),
          dtype(json.get("presented")),
          json.get("scale").real(),
          json.get("offset").real());
    } catch (ShapeException e) {
      throw json.malformed(String.valueOf(e.getMessage()), "a shape within bounds");
    }
  }

  private static DType dtype(Located json) {
    for (var dtype : DType.values()) {
      if (dtype.toString().equals(json.text())) {
        return dtype;
      }
    }
    throw json.malformed(json.shown(), "one of " + List.of(DType.values()));
  }
}
