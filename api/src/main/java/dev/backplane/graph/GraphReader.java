package dev.backplane.graph;

import dev.backplane.BackplaneException;
import dev.backplane.io.MalformedModelException;
import dev.backplane.op.Attributes;
import dev.backplane.op.Composite;
import dev.backplane.op.Op;
import dev.backplane.op.Primitive;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads what {@link GraphWriter} writes, guided by the components of the ops' records. */
final class GraphReader {
  /** Graphs within ops and lists within lists: more than any program has. */
  private static final int DEEPEST = 100;

  private static final Map<String, Class<?>> OPS =
      Stream.concat(
              Arrays.stream(Primitive.class.getPermittedSubclasses()), Stream.of(Composite.class))
          .collect(Collectors.toMap(Class::getSimpleName, type -> type));

  private final GraphTokens tokens;
  private final Function<String, Optional<Literal>> literals;
  private int depth;

  GraphReader(String text, Function<String, Optional<Literal>> literals) {
    this.tokens = new GraphTokens(text);
    this.literals = literals;
  }

  Graph read() {
    var graph = graph();
    if (!tokens.isAtEnd()) {
      throw tokens.malformed("found " + tokens.next() + " behind the graph", "nothing more");
    }
    return graph;
  }

  private Graph graph() {
    descend();
    tokens.expect("graph");
    tokens.expect("(");
    var defined = new HashMap<Integer, Value>();
    var inputs = tokens.sees(")") ? List.<Value>of() : definitions(defined);
    tokens.expect(")");
    tokens.expect("{");
    var nodes = new ArrayList<Node>();
    while (!tokens.sees("return")) {
      nodes.add(node(defined));
    }
    tokens.expect("return");
    var outputs = tokens.sees("}") ? List.<Value>of() : uses(defined);
    tokens.expect("}");
    depth--;
    return checked("this graph", () -> new Graph(inputs, nodes, outputs));
  }

  private void descend() {
    if (++depth > DEEPEST) {
      throw tokens.malformed("more than " + DEEPEST + " levels", "a shallower graph");
    }
  }

  private Node node(Map<Integer, Value> defined) {
    var results = new ArrayList<Value>();
    if (!tokens.takes("=")) {
      results.addAll(definitions(new HashMap<>()));
      tokens.expect("=");
    }
    var op = op();
    tokens.expect("(");
    var operands = tokens.sees(")") ? List.<Value>of() : uses(defined);
    tokens.expect(")");
    var origin = tokens.takes("@") ? tokens.quoted() : "";
    var inferred = checked(op.name(), () -> op.infer(Value.types(operands)));
    var stated = Value.types(results);
    if (!inferred.equals(stated)) {
      throw tokens.malformed(op.name() + " with results " + stated, "results " + inferred);
    }
    results.forEach(result -> define(defined, result));
    return new Node(op, operands, results, origin);
  }

  private List<Value> definitions(Map<Integer, Value> defined) {
    var values = new ArrayList<Value>();
    do {
      tokens.expect("%");
      int id = tokens.small("the number of a value");
      tokens.expect(":");
      var value = new Value(id, tensorType());
      define(defined, value);
      values.add(value);
    } while (tokens.takes(","));
    return values;
  }

  private void define(Map<Integer, Value> defined, Value value) {
    if (defined.put(value.id(), value) != null) {
      throw tokens.malformed("%" + value.id() + " for the second time", "a new number");
    }
  }

  private List<Value> uses(Map<Integer, Value> defined) {
    var values = new ArrayList<Value>();
    do {
      tokens.expect("%");
      int id = tokens.small("the number of a value");
      var value = defined.get(id);
      if (value == null) {
        throw tokens.malformed("%" + id, "a value that was defined before");
      }
      values.add(value);
    } while (tokens.takes(","));
    return values;
  }

  private Op op() {
    var name = tokens.word("an op");
    var type = OPS.get(name);
    if (type == null) {
      throw tokens.malformed(
          "unknown op \"" + name + "\"", "one of " + new TreeMap<>(OPS).keySet());
    }
    return (Op) components(type);
  }

  /** The components of a record whose name has been read. */
  private Object components(Class<?> type) {
    descend();
    tokens.expect("{");
    var components = type.getRecordComponents();
    var values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      if (i > 0) {
        tokens.expect(",");
      }
      tokens.expect(components[i].getName());
      tokens.expect("=");
      values[i] = value(components[i].getGenericType());
    }
    tokens.expect("}");
    depth--;
    return checked(type.getSimpleName(), () -> make(type, values));
  }

  private static Object make(Class<?> type, Object[] values) {
    try {
      var types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refusal) {
        throw refusal;
      }
      throw new IllegalStateException("cannot make a " + type, e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + type, e);
    }
  }

  private Object value(Type type) {
    if (type instanceof ParameterizedType generic) {
      var argument = generic.getActualTypeArguments()[0];
      return generic.getRawType() == List.class ? list(argument) : optional(argument);
    }
    var plain = (Class<?>) type;
    if (plain == int.class || plain == Integer.class) {
      return tokens.small("a whole number");
    } else if (plain == boolean.class) {
      return flag();
    } else if (plain == String.class) {
      return tokens.quoted();
    } else if (plain == DType.class) {
      return dtype();
    } else if (plain == Shape.class) {
      return shape();
    } else if (plain == TensorType.class) {
      return tensorType();
    } else if (plain == Graph.class) {
      return graph();
    } else if (plain == Literal.class) {
      return literal();
    } else if (plain == Attributes.class) {
      return attributes();
    } else if (plain.isEnum()) {
      return constant(plain);
    } else if (plain.isRecord()) {
      tokens.expect(plain.getSimpleName());
      return components(plain);
    }
    throw new IllegalStateException("no text form for a component of " + type);
  }

  private List<Object> list(Type element) {
    tokens.expect("[");
    var values = new ArrayList<Object>();
    while (!tokens.takes("]")) {
      if (!values.isEmpty()) {
        tokens.expect(",");
      }
      values.add(value(element));
    }
    return values;
  }

  private Optional<Object> optional(Type element) {
    return tokens.takes("none") ? Optional.empty() : Optional.of(value(element));
  }

  private boolean flag() {
    if (tokens.takes("true")) {
      return true;
    }
    if (tokens.takes("false")) {
      return false;
    }
    throw tokens.malformed("found " + tokens.next(), "true or false");
  }

  private Object constant(Class<?> type) {
    var name = tokens.word("one of " + Arrays.toString(type.getEnumConstants()));
    for (var constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    throw tokens.malformed(
        "found \"" + name + "\"", "one of " + Arrays.toString(type.getEnumConstants()));
  }

  private DType dtype() {
    var word = tokens.word("a dtype");
    return checked("this dtype", () -> DType.parse(word));
  }

  private Shape shape() {
    tokens.expect("[");
    var dimensions = new ArrayList<Integer>();
    while (!tokens.takes("]")) {
      if (!dimensions.isEmpty()) {
        tokens.expect(",");
      }
      dimensions.add(tokens.small("a dimension"));
    }
    return checked("this shape", () -> new Shape(dimensions));
  }

  private TensorType tensorType() {
    var dtype = dtype();
    return new TensorType(dtype, shape());
  }

  private Attributes attributes() {
    tokens.expect("{");
    var values = new TreeMap<String, Attributes.Value>();
    while (!tokens.takes("}")) {
      if (!values.isEmpty()) {
        tokens.expect(",");
      }
      var name = tokens.quoted();
      tokens.expect("=");
      values.put(name, attribute());
    }
    return new Attributes(values);
  }

  private Attributes.Value attribute() {
    descend();
    var value = plain();
    depth--;
    return value;
  }

  private Attributes.Value plain() {
    if (tokens.takes("[")) {
      var values = new ArrayList<Attributes.Value>();
      while (!tokens.takes("]")) {
        if (!values.isEmpty()) {
          tokens.expect(",");
        }
        values.add(attribute());
      }
      return new Attributes.Listing(values);
    }
    if (tokens.sees("\"")) {
      return new Attributes.Text(tokens.quoted());
    }
    if (tokens.sees("true") || tokens.sees("false")) {
      return new Attributes.Flag(flag());
    }
    var word = tokens.word("a value");
    for (var dtype : DType.values()) {
      if (dtype.toString().equals(word)) {
        return new Attributes.Type(dtype);
      }
    }
    if (word.matches("-?[0-9]+")) {
      return new Attributes.Int(checked("this number", () -> Long.parseLong(word)));
    }
    if (word.equals("nan")) {
      return new Attributes.Real(Double.longBitsToDouble(nanBits()));
    }
    return new Attributes.Real(real(word));
  }

  private long nanBits() {
    tokens.expect(":");
    var bits = tokens.word("the bits of a NaN in hex");
    return checked("this NaN", () -> Long.parseUnsignedLong(bits, 16));
  }

  private double real(String word) {
    return switch (word) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> checked("this number", () -> Double.parseDouble(word));
    };
  }

  private Literal literal() {
    var type = tensorType();
    if (tokens.takes("#")) {
      var hash = tokens.word("a hash");
      var literal =
          literals
              .apply(hash)
              .orElseThrow(
                  () -> tokens.malformed("#" + hash + " is missing", "it beside the text"));
      if (!literal.hash().equals(hash) || !literal.type().equals(type)) {
        throw tokens.malformed(
            "#" + hash + " is " + literal.type() + " of hash " + literal.hash(), type.toString());
      }
      return literal;
    }
    tokens.expect("{");
    var elements = new ArrayList<Long>();
    while (!tokens.takes("}")) {
      if (!elements.isEmpty()) {
        tokens.expect(",");
      }
      elements.add(element(type.dtype()));
    }
    if (elements.size() != type.shape().size()) {
      throw tokens.malformed(
          elements.size() + " elements", type.shape().size() + " of them, for " + type);
    }
    var bytes = new byte[Math.toIntExact(type.bytes())];
    for (int i = 0; i < elements.size(); i++) {
      FloatBits.set(bytes, type.dtype(), i, elements.get(i));
    }
    return Literal.copyOf(type, MemorySegment.ofArray(bytes));
  }

  /** An element by its bits. */
  private long element(DType dtype) {
    if (!dtype.isFloating()) {
      return tokens.whole("an element of " + dtype);
    }
    var word = tokens.word("an element of " + dtype);
    if (word.equals("nan")) {
      return nanBits();
    }
    return FloatBits.of(dtype, real(word));
  }

  /** What the text says must also be accepted by those it says it of. */
  private <T> T checked(String what, Supplier<T> maker) {
    try {
      return maker.get();
    } catch (MalformedModelException e) {
      throw e;
    } catch (BackplaneException | IllegalArgumentException e) {
      throw tokens.malformed(what + " is refused: " + e.getMessage(), "a valid one", e);
    }
  }
}
