package com.acme.backend;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.backplane.backend.Backend;
import dev.backplane.backend.BackendInfo;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.kit.contraction.MatrixProduct;
import dev.backplane.kit.host.HostDevice;
import dev.backplane.kit.host.Kernel;
import dev.backplane.op.Binary;
import dev.backplane.op.Dot;
import dev.backplane.op.Op;
import dev.backplane.op.Primitive;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Component;

/** Plain loops over f32; what has no loop here the engine runs elsewhere. */
@Component(service = Backend.class, immediate = true)
public final class AcmeBackend implements Backend {
  private static final DeviceInfo DEVICE =
      new DeviceInfo("acme", "Acme's loops", 5, true, "needs nothing", Map.of());

  private interface Function1 {
    float of(float x);
  }

  private interface Function2 {
    float of(float x, float y);
  }

  @Override
  public BackendInfo info() {
    return new BackendInfo("acme", "Acme Inc.", "1.0.0", Primitive.SET_NUMBER);
  }

  @Override
  public List<DeviceInfo> devices() {
    return List.of(DEVICE);
  }

  @Override
  public Device open(List<DeviceInfo> group, DeviceSettings settings) {
    return HostDevice.open(group, settings, AcmeBackend::kernel);
  }

  private static Optional<Kernel> kernel(
      Op op, List<TensorType> operands, List<TensorType> results) {
    boolean f32 =
        Stream.concat(operands.stream(), results.stream()).allMatch(t -> t.dtype() == DType.F32);
    return !f32
        ? Optional.empty()
        : switch (op) {
          case Unary unary -> unary(unary.kind());
          case Binary binary -> binary(binary.kind());
          case Dot dot -> dot(dot, operands.get(0), operands.get(1));
          default -> Optional.empty();
        };
  }

  private static Optional<Kernel> unary(Unary.Kind kind) {
    return switch (kind) {
      case NEGATE -> map(x -> -x);
      case EXP -> map(x -> (float) Math.exp(x));
      case LOG -> map(x -> (float) Math.log(x));
      case SQRT -> map(x -> (float) Math.sqrt(x));
      case TANH -> map(x -> (float) Math.tanh(x));
      case LOGISTIC -> map(x -> (float) (1 / (1 + Math.exp(-x))));
      default -> Optional.empty();
    };
  }

  private static Optional<Kernel> binary(Binary.Kind kind) {
    return switch (kind) {
      case ADD -> map((x, y) -> x + y);
      case SUBTRACT -> map((x, y) -> x - y);
      case MULTIPLY -> map((x, y) -> x * y);
      case DIVIDE -> map((x, y) -> x / y);
      case MAXIMUM -> map((x, y) -> Math.max(x, y));
      case MINIMUM -> map((x, y) -> Math.min(x, y));
      default -> Optional.empty();
    };
  }

  private static Optional<Kernel> map(Function1 f) {
    return Optional.of(
        (x, y) -> {
          for (long i = 0; i < size(y.get(0)); i++) {
            y.get(0).setAtIndex(JAVA_FLOAT, i, f.of(x.get(0).getAtIndex(JAVA_FLOAT, i)));
          }
        });
  }

  private static Optional<Kernel> map(Function2 f) {
    return Optional.of(
        (x, y) -> {
          for (long i = 0; i < size(y.get(0)); i++) {
            float left = x.get(0).getAtIndex(JAVA_FLOAT, i);
            y.get(0).setAtIndex(JAVA_FLOAT, i, f.of(left, x.get(1).getAtIndex(JAVA_FLOAT, i)));
          }
        });
  }

  private static long size(MemorySegment floats) {
    return floats.byteSize() / Float.BYTES;
  }

  /** Contractions whose operands need no transposition first; the others run elsewhere. */
  private static Optional<Kernel> dot(Dot dot, TensorType left, TensorType right) {
    var product = MatrixProduct.of(dot, left, right);
    return product.left().needsCopy() || product.right().needsCopy()
        ? Optional.empty()
        : Optional.of((x, y) -> multiply(product, x.get(0), x.get(1), y.get(0)));
  }

  private static void multiply(MatrixProduct p, MemorySegment x, MemorySegment y, MemorySegment z) {
    long at = 0;
    for (long b = 0; b < p.batch(); b++) {
      for (long row = 0; row < p.m(); row++) {
        for (long column = 0; column < p.n(); column++) {
          long left = b * p.left().batchStride() + row * p.left().rowStride();
          long right = b * p.right().batchStride() + column * p.right().columnStride();
          float sum = 0;
          for (long k = 0; k < p.k(); k++) {
            sum +=
                x.getAtIndex(JAVA_FLOAT, left + k * p.left().columnStride())
                    * y.getAtIndex(JAVA_FLOAT, right + k * p.right().rowStride());
          }
          z.setAtIndex(JAVA_FLOAT, at++, sum);
        }
      }
    }
  }
}
