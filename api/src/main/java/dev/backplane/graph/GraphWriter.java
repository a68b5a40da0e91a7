package dev.backplane.graph;

import dev.backplane.op.Attributes;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes what {@link GraphReader} reads. One rule for every record, so no op can be forgotten. */
final class GraphWriter {
  private final StringBuilder text = new StringBuilder();
  private final Map<String, Literal> beside = new HashMap<>();
  private int depth;

  String write(Graph graph) {
    graph(graph);
    return text.append('\n').toString();
  }

  /** The literals met so far that are too large for the text. */
  Map<String, Literal> beside() {
    return beside;
  }

  private void graph(Graph graph) {
    text.append("graph (").append(definitions(graph.inputs())).append(") {\n");
    depth++;
    for (var node : graph.nodes()) {
      indent().append(definitions(node.results())).append(" = ");
      value(node.op());
      text.append(" (").append(uses(node.operands())).append(')');
      if (!node.origin().isEmpty()) {
        text.append(" @ ");
        quote(node.origin());
      }
      text.append('\n');
    }
    indent().append("return ").append(uses(graph.outputs())).append('\n');
    depth--;
    indent().append('}');
  }

  private StringBuilder indent() {
    return text.append("  ".repeat(depth));
  }

  private static String definitions(List<Value> values) {
    return values.stream().map(Value::toString).collect(Collectors.joining(", "));
  }

  private static String uses(List<Value> values) {
    return values.stream().map(value -> "%" + value.id()).collect(Collectors.joining(", "));
  }

  private void value(Object value) {
    switch (value) {
      case Graph graph -> graph(graph);
      case Literal literal -> literal(literal);
      case Attributes attributes -> attributes(attributes);
      case Shape _, TensorType _, DType _, Integer _, Long _, Boolean _ -> text.append(value);
      case Double number -> text.append(real(number));
      case String string -> quote(string);
      case Enum<?> constant -> text.append(constant.name());
      case List<?> list -> list(list);
      case Optional<?> optional -> optional.ifPresentOrElse(this::value, () -> text.append("none"));
      case Record record -> record(record);
      default ->
          throw new IllegalStateException("no text form for a component of " + value.getClass());
    }
  }

  private void list(List<?> list) {
    text.append('[');
    for (int i = 0; i < list.size(); i++) {
      text.append(i == 0 ? "" : ", ");
      value(list.get(i));
    }
    text.append(']');
  }

  private void record(Record record) {
    var type = record.getClass();
    text.append(type.getSimpleName()).append('{');
    var separator = "";
    for (var component : type.getRecordComponents()) {
      text.append(separator).append(component.getName()).append('=');
      value(read(record, component));
      separator = ", ";
    }
    text.append('}');
  }

  private static Object read(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private void attributes(Attributes attributes) {
    text.append('{');
    var separator = "";
    for (var entry : attributes.values().entrySet()) {
      text.append(separator);
      quote(entry.getKey());
      text.append('=');
      attribute(entry.getValue());
      separator = ", ";
    }
    text.append('}');
  }

  private void attribute(Attributes.Value attribute) {
    switch (attribute) {
      case Attributes.Int(var number) -> text.append(number);
      case Attributes.Real(var number) -> text.append(real(number));
      case Attributes.Flag(var flag) -> text.append(flag);
      case Attributes.Text(var string) -> quote(string);
      case Attributes.Type(var dtype) -> text.append(dtype);
      case Attributes.Listing(var values) -> {
        text.append('[');
        for (int i = 0; i < values.size(); i++) {
          text.append(i == 0 ? "" : ", ");
          attribute(values.get(i));
        }
        text.append(']');
      }
    }
  }

  private void literal(Literal literal) {
    var type = literal.type();
    text.append(type);
    if (type.shape().size() > GraphText.INLINE) {
      beside.put(literal.hash(), literal);
      text.append(" #").append(literal.hash());
      return;
    }
    text.append(" {");
    int count = Math.toIntExact(type.shape().size());
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ", ").append(element(literal, i));
    }
    text.append('}');
  }

  private static String element(Literal literal, int index) {
    if (!literal.type().dtype().isFloating()) {
      return Long.toString(literal.longAt(index));
    }
    double value = literal.doubleAt(index);
    return Double.isNaN(value) ? FloatBits.nan(literal, index) : real(value);
  }

  /** Hex, as {@code 0x1.8p0}; {@code inf}, {@code -inf}; a NaN with its bits. */
  private static String real(double value) {
    if (Double.isNaN(value)) {
      return "nan:" + Long.toHexString(Double.doubleToRawLongBits(value));
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return Double.toHexString(value);
  }

  private void quote(String string) {
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ') {
            text.append(String.format("\\u%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
