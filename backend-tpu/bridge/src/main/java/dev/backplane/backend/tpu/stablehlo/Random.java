package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.op.RandomBits;
import dev.backplane.tensor.Shape;
import java.util.List;

/**
 * RandomBits: Philox4x32-10 written out in integer arithmetic, so that every device gives the same
 * bits. StableHLO's own generators are free to give others.
 */
final class Random {
  private static final int ROUNDS = 10;
  private static final String[] MULTIPLIERS = {"3528531795", "3449720151"};
  private static final int[] WEYL = {0x9E3779B9, 0xBB67AE85};

  private Random() {}

  /** Whole blocks from the one that holds the first element on, and of their words a part. */
  static Ssa bits(Emitter to, RandomBits op, List<Ssa> operands) {
    var key = operands.get(0);
    var offset = operands.get(3);
    int size = Math.toIntExact(op.shape().size());
    int blocks = Math.ceilDiv(size + 3, 4);
    var counters = Shape.of(blocks);
    var two = to.splat("2", offset);
    var first = to.binary("stablehlo.shift_right_logical", offset, two);
    var number =
        to.binary("stablehlo.add", spread(to, first, counters), to.iota("ui32", counters, 0));
    // Elements are numbered modulo 2^32, so blocks modulo 2^30.
    var c0 = to.binary("stablehlo.and", number, to.splat("1073741823", number));
    Ssa[] words = {
      c0,
      spread(to, operands.get(2), counters),
      spread(to, operands.get(1), counters),
      to.splat(Integer.toUnsignedString(op.stream()), "ui32", counters)
    };
    for (int round = 0; round < ROUNDS; round++) {
      words = round(to, words, key(to, key, 0, round, counters), key(to, key, 1, round, counters));
    }
    var table = List.of(words).stream().map(word -> to.reshape(word, Shape.of(blocks, 1))).toList();
    var all =
        to.reshape(Movement.concatenate(to, table, 1, Shape.of(blocks, 4)), Shape.of(4 * blocks));
    var skipped = to.convert(to.binary("stablehlo.and", offset, to.splat("3", offset)), "i32");
    return to.reshape(to.dynamicSlice(all, List.of(skipped), Shape.of(size)), op.shape());
  }

  private static Ssa spread(Emitter to, Ssa scalar, Shape shape) {
    return to.broadcast(scalar, shape, List.of());
  }

  /** A word of the key as it is in a round. */
  private static Ssa key(Emitter to, Ssa key, int word, int round, Shape shape) {
    var one = List.of(1);
    var part = to.slice(key, List.of(word), List.of(word + 1), one, Shape.of(1));
    var scalar = to.reshape(part, Shape.scalar());
    var step = to.splat(Integer.toUnsignedString(WEYL[word] * round), scalar);
    return spread(to, to.binary("stablehlo.add", scalar, step), shape);
  }

  private static Ssa[] round(Emitter to, Ssa[] c, Ssa key0, Ssa key1) {
    var product0 = product(to, c[0], MULTIPLIERS[0]);
    var product1 = product(to, c[2], MULTIPLIERS[1]);
    return new Ssa[] {
      exclusive(to, exclusive(to, high(to, product1), c[1]), key0),
      to.convert(product1, "ui32"),
      exclusive(to, exclusive(to, high(to, product0), c[3]), key1),
      to.convert(product0, "ui32")
    };
  }

  private static Ssa exclusive(Emitter to, Ssa x, Ssa y) {
    return to.binary("stablehlo.xor", x, y);
  }

  private static Ssa product(Emitter to, Ssa x, String factor) {
    var wide = to.convert(x, "ui64");
    return to.binary("stablehlo.multiply", wide, to.splat(factor, wide));
  }

  private static Ssa high(Emitter to, Ssa product) {
    var shifted = to.binary("stablehlo.shift_right_logical", product, to.splat("32", product));
    return to.convert(shifted, "ui32");
  }
}
