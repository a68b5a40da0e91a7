package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/** Constants in every dtype: few elements so that they can be read, many as their bytes. */
final class Constants {
  private Constants() {}

  /** Up to so many elements are written one by one. */
  private static final int READABLE = 16;

  static Ssa constant(Emitter to, Literal value) {
    var type = value.type();
    var element = Ssa.element(type.dtype());
    if (type.shape().size() == 0) {
      return to.splat("", element, type.shape());
    }
    if (value.isSplat()) {
      return to.splat(element(value, 0), element, type.shape());
    }
    if (type.dtype() == DType.BOOL) {
      // How parsers read the bytes of packed bools differs between versions.
      var bytes = to.splat(bytes(value), "ui8", type.shape());
      return to.convert(bytes, "i1");
    }
    var flat = type.shape().size() > READABLE ? bytes(value) : elements(value);
    var list = type.shape().rank() == 1 || type.shape().size() > READABLE;
    var constant =
        to.splat(
            flat,
            element,
            list ? type.shape() : dev.backplane.tensor.Shape.of((int) type.shape().size()));
    return to.reshape(constant, type.shape());
  }

  private static String bytes(Literal value) {
    var bytes = value.data().toArray(ValueLayout.JAVA_BYTE);
    return "\"0x" + HexFormat.of().withUpperCase().formatHex(bytes) + "\"";
  }

  private static String elements(Literal value) {
    var text = new StringBuilder("[");
    for (int i = 0; i < value.type().shape().size(); i++) {
      text.append(i == 0 ? "" : ", ").append(element(value, i));
    }
    return text.append(']').toString();
  }

  /** One element: decimal where that reads back as the very bits, else its bits. */
  private static String element(Literal value, int index) {
    var dtype = value.type().dtype();
    return switch (dtype) {
      case F64 ->
          decimal(value.doubleAt(index), Double.toString(value.doubleAt(index)), value, index);
      case F32 ->
          decimal(
              value.doubleAt(index), Float.toString((float) value.doubleAt(index)), value, index);
      case BF16, F16 -> bits(value, index);
      case I64, I32, I8, U32, U8 -> Long.toString(value.longAt(index));
      case BOOL -> value.longAt(index) != 0 ? "true" : "false";
    };
  }

  private static String decimal(double number, String text, Literal value, int index) {
    boolean single = value.type().dtype() == DType.F32;
    double read = Double.isFinite(number) ? Double.parseDouble(text) : Double.NaN;
    return (single ? (float) read : read) == number ? text : bits(value, index);
  }

  private static String bits(Literal value, int index) {
    int width = value.type().dtype().bytes();
    var text = new StringBuilder("0x");
    for (int i = width - 1; i >= 0; i--) {
      text.append(
          HexFormat.of()
              .withUpperCase()
              .toHexDigits(value.data().get(ValueLayout.JAVA_BYTE, (long) index * width + i)));
    }
    return text.toString();
  }
}
