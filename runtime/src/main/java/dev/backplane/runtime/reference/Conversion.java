package dev.backplane.runtime.reference;

import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Convert;
import java.lang.foreign.MemorySegment;

/** Convert, BitcastConvert. */
final class Conversion {
  private Conversion() {}

  static Dense convert(Convert op, Dense x) {
    var to = op.dtype();
    var result = Dense.zeros(x.type().withDType(to));
    for (int i = 0; i < result.size(); i++) {
      switch (result) {
        case Dense.Floats floats ->
            floats.data()[i] =
                switch (x) {
                  case Dense.Floats from -> Rounding.round(to, from.data()[i]);
                  case Dense.Wholes from -> Rounding.round(to, from.data()[i]);
                };
        case Dense.Wholes wholes ->
            wholes.data()[i] =
                switch (x) {
                  case Dense.Floats from -> Rounding.saturate(to, from.data()[i]);
                  case Dense.Wholes from -> whole(op, from.data()[i]);
                };
      }
    }
    return result;
  }

  private static long whole(Convert op, long value) {
    return switch (op.dtype()) {
      case BOOL -> value != 0 ? 1 : 0;
      case I64, I32, I8, U32, U8 -> Rounding.wrap(op.dtype(), value);
      case F64, F32, BF16, F16 -> throw new IllegalStateException(op.dtype() + " is floating");
    };
  }

  static Dense bitcastConvert(BitcastConvert op, Dense x) {
    var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(x.type().bytes())]);
    x.encode(bytes);
    return Dense.decode(x.type().withDType(op.dtype()), bytes);
  }
}
