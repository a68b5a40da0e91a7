package dev.backplane.backend.cpu.contraction;

import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.warm.Succession;
import java.util.Locale;

/**
 * The inner loop of a blocked product: a tile of {@link #ROWS} × one panel, summed over k from
 * first to last, fused multiply-adds for floats. Every element is one chain of operations in that
 * order, so that the scalar and the vector form give equal bits.
 */
public interface Microkernel {
  /** Rows of a tile. */
  int ROWS = 4;

  /** Bytes of one row of a tile: a panel has this many bytes of columns. */
  int PANEL_BYTES = 128;

  /** As reports name it. */
  String form();

  /**
   * Computes a tile.
   *
   * @param strip {@code k} groups of {@link #ROWS} elements of the left operand
   * @param panel {@code k} groups of {@link #PANEL_BYTES} of the right operand
   * @param tile receives {@link #ROWS} rows of {@link #PANEL_BYTES}
   */
  void run(Accumulator type, long strip, long panel, long tile, long k);

  /**
   * Computes one row of a tile from some of the terms, in their order; floats only.
   *
   * @param values the left factors
   * @param places of each factor, which group of the panel it is multiplied with; 32 bits each
   */
  void gathered(Accumulator type, long values, long places, long count, long panel, long tile);

  /**
   * The best form.
   *
   * @param vectors whether the Vector API may be used; the bits are the same
   */
  static Microkernel of(boolean vectors) {
    return vectors ? new VectorMicrokernel() : new ScalarMicrokernel();
  }

  /**
   * The best form, in the end.
   *
   * @param type of the sums that are asked for
   */
  static Succession<Microkernel> of(Forms forms, Accumulator type) {
    return switch (forms) {
      case SCALAR -> Succession.of(of(false));
      case VECTOR -> Succession.of(of(true));
      case VECTOR_ONCE_WARM ->
          Succession.of(
              "the product of " + type.name().toLowerCase(Locale.ROOT),
              of(false),
              () -> of(true),
              vectors -> new MicrokernelRehearsal(vectors, type));
    };
  }
}
