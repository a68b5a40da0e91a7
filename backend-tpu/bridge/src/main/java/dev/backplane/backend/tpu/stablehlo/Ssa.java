package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A value of the module's text.
 *
 * @param name what it is called there, such as {@code %v7}
 * @param element its element type as StableHLO writes it; also types that no {@link DType} has
 * @param shape its shape
 */
record Ssa(String name, String element, Shape shape) {
  /** A value of a tensor type. */
  static Ssa of(String name, TensorType type) {
    return new Ssa(name, element(type.dtype()), type.shape());
  }

  /** How StableHLO writes an element type. Signless integers are its signed ones. */
  static String element(DType dtype) {
    return switch (dtype) {
      case F64 -> "f64";
      case F32 -> "f32";
      case BF16 -> "bf16";
      case F16 -> "f16";
      case I64 -> "i64";
      case I32 -> "i32";
      case I8 -> "i8";
      case U32 -> "ui32";
      case U8 -> "ui8";
      case BOOL -> "i1";
    };
  }

  /** As in {@code tensor<64x784xf32>}. */
  static String type(String element, Shape shape) {
    var text = new StringBuilder("tensor<");
    shape.dimensions().forEach(dimension -> text.append(dimension).append('x'));
    return text.append(element).append('>').toString();
  }

  String type() {
    return type(element, shape);
  }

  /** The same element under another name and shape. */
  Ssa shaped(Shape other) {
    return new Ssa(name, element, other);
  }

  boolean isFloating() {
    return element.startsWith("f") || element.startsWith("bf");
  }

  boolean isUnsigned() {
    return element.startsWith("ui");
  }

  boolean isBool() {
    return element.equals("i1");
  }

  /** A float of fewer than 32 bits, which adds up and is computed with in f32. */
  boolean isNarrow() {
    return element.equals("bf16") || element.equals("f16");
  }

  /** {@code %a, %b}. */
  static String names(List<Ssa> values) {
    return values.stream().map(Ssa::name).collect(Collectors.joining(", "));
  }

  /** {@code tensor<f32>, tensor<i1>}. */
  static String types(List<Ssa> values) {
    return values.stream().map(Ssa::type).collect(Collectors.joining(", "));
  }
}
