package dev.backplane.runtime.reference;

import dev.backplane.op.Constant;
import dev.backplane.op.Iota;
import dev.backplane.op.RandomBits;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/** Constant, Iota, RandomBits. */
final class Creation {
  private Creation() {}

  static Dense constant(Constant op) {
    return Dense.of(op.value());
  }

  static Dense iota(Iota op) {
    var type = op.type();
    var dtype = type.dtype();
    var result = Dense.zeros(type);
    long stride = type.shape().strides()[op.axis()];
    int dimension = type.shape().dimension(op.axis());
    switch (result) {
      case Dense.Floats floats -> {
        for (int i = 0; i < floats.data().length; i++) {
          floats.data()[i] = Rounding.round(dtype, i / stride % dimension);
        }
      }
      case Dense.Wholes wholes -> {
        for (int i = 0; i < wholes.data().length; i++) {
          wholes.data()[i] = Rounding.wrap(dtype, i / stride % dimension);
        }
      }
    }
    return result;
  }

  /** Element i is word j mod 4 of the block (j / 4, iteration, step, stream), j = offset + i. */
  static Dense randomBits(RandomBits op, List<Dense> operands) {
    var key = operands.get(0).longs();
    int step = (int) operands.get(1).longs()[0];
    int iteration = (int) operands.get(2).longs()[0];
    int offset = (int) operands.get(3).longs()[0];
    var result = Dense.zeros(new TensorType(DType.U32, op.shape()));
    var to = result.longs();
    var block = new int[4];
    for (int i = 0; i < to.length; i++) {
      int element = offset + i;
      if (i == 0 || (element & 3) == 0) {
        block[0] = element >>> 2;
        block[1] = iteration;
        block[2] = step;
        block[3] = op.stream();
        Philox.block(block, (int) key[0], (int) key[1]);
      }
      to[i] = Integer.toUnsignedLong(block[element & 3]);
    }
    return result;
  }
}
