package dev.backplane.tck;

import dev.backplane.op.Primitive;
import dev.backplane.tensor.DType;
import java.util.List;
import java.util.stream.IntStream;

/** The cases of one primitive, variant and dtype. */
public final class Family {
  private final Class<? extends Primitive> primitive;
  private final String variant;
  private final DType dtype;
  private final int count;
  private final Maker maker;

  /** Makes a case from random numbers; the index gives each its general shape. */
  @FunctionalInterface
  interface Maker {
    Case make(Draw draw, int index);
  }

  Family(
      Class<? extends Primitive> primitive, String variant, DType dtype, int count, Maker maker) {
    this.primitive = primitive;
    this.variant = variant;
    this.dtype = dtype;
    this.count = count;
    this.maker = maker;
  }

  /** The primitive that the cases are about. */
  public Class<? extends Primitive> primitive() {
    return primitive;
  }

  /** Its kind, combiner, mode or the like; empty if it has none. */
  public String variant() {
    return variant;
  }

  /** The dtype that the cases are about. */
  public DType dtype() {
    return dtype;
  }

  /** The number of cases. */
  public int count() {
    return count;
  }

  /** As in {@code Binary.ADD:f32}. */
  public String name() {
    return primitive.getSimpleName() + (variant.isEmpty() ? "" : "." + variant) + ":" + dtype;
  }

  /** The cases under a seed. Equal seeds give equal cases. */
  public List<Case> cases(long seed) {
    return IntStream.range(0, count).mapToObj(index -> at(seed, index)).toList();
  }

  /** One case under a seed. */
  public Case at(long seed, int index) {
    var name = name() + ":" + index;
    return maker.make(new Draw(seed * 31 + name.hashCode()), index).named(name);
  }

  @Override
  public String toString() {
    return name();
  }
}
