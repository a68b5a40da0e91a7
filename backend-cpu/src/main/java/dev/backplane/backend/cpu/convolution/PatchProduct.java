package dev.backplane.backend.cpu.convolution;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.backplane.backend.cpu.contraction.Accumulator;
import dev.backplane.backend.cpu.contraction.Microkernel;
import dev.backplane.backend.cpu.contraction.Packing;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.backend.cpu.warm.Succession;
import dev.backplane.tensor.DType;
import java.util.Optional;

/**
 * A convolution by our own kernel: what lies under the window at a position is a row, the kernel's
 * elements are columns, and the product of the two is blocked as every other. Any strides,
 * dilations, groups, order of axes and dtype.
 *
 * <p>In its plain form padding is a zero that is multiplied, which is nothing as long as the kernel
 * is finite; the exact form leaves it out.
 */
public final class PatchProduct {
  private final Geometry geometry;
  private final DType operands;
  private final DType result;
  private final boolean bias;
  private final Accumulator accumulator;
  private final String form;
  private final Succession<Microkernel> kernel;
  private final int columns;
  private final long terms;

  /**
   * A convolution to run any number of times.
   *
   * @param bias whether a bias of the result's type, which is then f32, is added to each output
   *     feature
   * @param forms which forms of the microkernel may run; the bits are the same
   */
  public PatchProduct(Geometry geometry, DType operands, DType result, boolean bias, Forms forms) {
    this.geometry = geometry;
    this.operands = operands;
    this.result = result;
    this.bias = bias;
    accumulator = Accumulator.of(operands);
    kernel = Microkernel.of(forms, accumulator);
    form = Microkernel.of(forms != Forms.SCALAR).form();
    columns = Microkernel.PANEL_BYTES / accumulator.bytes();
    terms = geometry.terms();
  }

  /** As reports name it. */
  public String implementation() {
    return "patches:"
        + accumulator.name().toLowerCase(java.util.Locale.ROOT)
        + ":"
        + kernel.running(form);
  }

  /** Its way to the faster form; nothing where it has none. */
  public Optional<Cold> cold() {
    return kernel.cold();
  }

  private long panels() {
    return (geometry.outputs() + columns - 1) / columns;
  }

  private long panelBytes(boolean exact) {
    return (exact ? 1 : panels()) * terms * Microkernel.PANEL_BYTES;
  }

  private long stripBytes(boolean exact) {
    long element = accumulator.bytes();
    return Libc.aligned(terms * (exact ? element + 4 : Microkernel.ROWS * element));
  }

  /** Scratch of one part. */
  public long scratchBytes(boolean exact) {
    return panelBytes(exact)
        + stripBytes(exact)
        + (long) Microkernel.ROWS * Microkernel.PANEL_BYTES;
  }

  /** Something that computes one part at a time. */
  public Work work() {
    return new Work();
  }

  /** The places of one part's work. Not thread-safe; allocates nothing. */
  public final class Work {
    private final int spatial = geometry.windows().size();

    /** Per spatial axis and element of the window: the offset in the input, or -1. */
    private final long[][] offsets = new long[spatial][];

    /** Where the rows of a strip begin in the result. */
    private final long[] starts = new long[Microkernel.ROWS];

    private long input;
    private long strip;
    private long places;
    private long packed;
    private boolean exact;

    private Work() {
      for (int i = 0; i < spatial; i++) {
        offsets[i] = new long[geometry.windows().get(i).size()];
      }
    }

    /**
     * Computes some rows of the result, which are counted image by image, position by position.
     *
     * @param exact whether padding is left out instead of multiplied
     */
    public void run(
        long x, long k, long biasAt, long y, long scratch, long from, long to, boolean exact) {
      this.exact = exact;
      long panel = scratch;
      strip = panel + panelBytes(exact);
      places = strip + terms * accumulator.bytes();
      long tile = strip + stripBytes(exact);
      var tiles = kernel.now();
      for (int group = 0; group < geometry.groups(); group++) {
        input = x + group * geometry.input().group() * operands.bytes();
        long weights = k + group * geometry.kernel().group() * operands.bytes();
        long target = y + group * geometry.output().group() * result.bytes();
        long added = biasAt + group * geometry.outputs() * result.bytes();
        if (exact) {
          for (long p = 0; p < panels(); p++) {
            packPanel(weights, p, panel);
            for (long row = from; row < to; row++) {
              packed = 0;
              pack(row, 0);
              tiles.gathered(accumulator, strip, places, packed, panel, tile);
              store(tile, target, p, 1, added);
            }
          }
        } else {
          for (long p = 0; p < panels(); p++) {
            packPanel(weights, p, panel + p * terms * Microkernel.PANEL_BYTES);
          }
          for (long row = from; row < to; row += Microkernel.ROWS) {
            int rows = (int) Math.min(Microkernel.ROWS, to - row);
            for (int r = 0; r < Microkernel.ROWS; r++) {
              pack(Math.min(row + r, to - 1), r);
            }
            for (long p = 0; p < panels(); p++) {
              long at = panel + p * terms * Microkernel.PANEL_BYTES;
              tiles.run(accumulator, strip, at, tile, terms);
              store(tile, target, p, rows, added);
            }
          }
        }
      }
    }

    private void packPanel(long weights, long panel, long to) {
      packTaps(weights, panel, to, 0);
    }

    /** Packs the kernel's elements under one index of the axes before, and of all behind. */
    private long packTaps(long weights, long panel, long to, int axis) {
      if (axis < spatial) {
        long next = to;
        for (int i = 0; i < offsets[axis].length; i++) {
          long step = geometry.kernel().spatial().get(axis) * operands.bytes();
          next = packTaps(weights + i * step, panel, next, axis + 1);
        }
        return next;
      }
      long width = operands.bytes();
      long filled = Math.min(columns, geometry.outputs() - panel * columns);
      long first = weights + panel * columns * geometry.kernel().batch() * width;
      for (long c = 0; c < geometry.channels(); c++) {
        long row = to + c * Microkernel.PANEL_BYTES;
        Packing.widen(
            operands,
            first + c * geometry.kernel().feature() * width,
            geometry.kernel().batch() * width,
            row,
            accumulator.bytes(),
            filled);
        Packing.zero(
            accumulator, row + filled * accumulator.bytes(), accumulator.bytes(), columns - filled);
      }
      return to + geometry.channels() * Microkernel.PANEL_BYTES;
    }

    /** Packs what lies under the window in one row. */
    private void pack(long row, int place) {
      long rest = row;
      long start = 0;
      for (int axis = spatial - 1; axis >= 0; axis--) {
        int extent = geometry.positions().get(axis);
        int position = (int) (rest % extent);
        rest /= extent;
        start += position * geometry.output().spatial().get(axis);
        findOffsets(axis, position);
      }
      starts[place] = start + rest * geometry.output().batch();
      packAxis(0, rest * geometry.input().batch(), 0, place);
    }

    private void findOffsets(int axis, int position) {
      var w = geometry.windows().get(axis);
      long limit = geometry.inputs().get(axis);
      long stride = geometry.input().spatial().get(axis);
      for (int i = 0; i < w.size(); i++) {
        long at = (long) position * w.stride() + (long) i * w.windowDilation() - w.low();
        long index = at / w.baseDilation();
        boolean inside = at >= 0 && at % w.baseDilation() == 0 && index < limit;
        offsets[axis][i] = inside ? index * stride : -1;
      }
    }

    /** Packs from a term on; gives the next. An offset of -1 is one of padding. */
    private long packAxis(int axis, long offset, long term, int place) {
      if (axis == spatial) {
        packChannels(offset, term, place);
        return term + geometry.channels();
      }
      long next = term;
      for (long each : offsets[axis]) {
        next = packAxis(axis + 1, each < 0 || offset < 0 ? -1 : offset + each, next, place);
      }
      return next;
    }

    private void packChannels(long offset, long term, int place) {
      long width = operands.bytes();
      long element = accumulator.bytes();
      long step = exact ? element : Microkernel.ROWS * element;
      long to = strip + (exact ? packed * element : (term * Microkernel.ROWS + place) * element);
      if (offset >= 0) {
        Packing.widen(
            operands,
            input + offset * width,
            geometry.input().feature() * width,
            to,
            step,
            geometry.channels());
        if (exact) {
          for (long c = 0; c < geometry.channels(); c++) {
            ALL.set(JAVA_INT, places + 4 * packed++, (int) (term + c));
          }
        }
      } else if (!exact) {
        Packing.zero(accumulator, to, step, geometry.channels());
      }
    }

    private void store(long tile, long y, long panel, int rows, long biasAt) {
      long filled = Math.min(columns, geometry.outputs() - panel * columns);
      long step = geometry.output().feature() * result.bytes();
      for (int r = 0; r < rows; r++) {
        long to = y + starts[r] * result.bytes() + panel * columns * step;
        long from = tile + (long) r * Microkernel.PANEL_BYTES;
        for (long c = 0; c < filled; c++) {
          long added = bias ? biasAt + (panel * columns + c) * result.bytes() : 0;
          Packing.store(result, from + c * accumulator.bytes(), to + c * step, added);
        }
      }
    }
  }
}
