package dev.backplane.kit.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Convolution;
import dev.backplane.op.Convolution.Layout;
import dev.backplane.op.Dot;
import dev.backplane.op.Op;
import dev.backplane.op.Precision;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Window;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Counts that can be checked by hand. */
class WorkTest {
  private static Node node(Op op, TensorType... operands) {
    var values = new ArrayList<Value>();
    for (var operand : operands) {
      values.add(new Value(values.size(), operand));
    }
    var results = new ArrayList<Value>();
    for (var result : op.infer(List.of(operands))) {
      results.add(new Value(100 + results.size(), result));
    }
    return new Node(op, values, results, "");
  }

  @Test
  void aProductIsAMultiplicationAndAnAdditionEach() {
    var dot = new Dot(List.of(), List.of(), List.of(1), List.of(0), DType.F32, Precision.FULL);
    assertEquals(
        2L * 64 * 784 * 128,
        Work.flops(node(dot, TensorType.f32(64, 784), TensorType.f32(784, 128))));
  }

  @Test
  void aConvolutionMultipliesTheKernelAtEachPosition() {
    var window = Window.of(3, 1);
    var convolution =
        new Convolution(
            List.of(window, window),
            Layout.channelsLast(2),
            Layout.kernelLast(2),
            Layout.channelsLast(2),
            2,
            1,
            DType.F32,
            Precision.FULL);
    var node = node(convolution, TensorType.f32(5, 28, 28, 4), TensorType.f32(3, 3, 2, 32));
    assertEquals(2L * (5 * 26 * 26 * 32) * (3 * 3 * 2), Work.flops(node));
  }

  @Test
  void anElementIsAnOperationWhereItIsFloating() {
    var add = new Binary(Binary.Kind.ADD);
    assertEquals(12, Work.flops(node(add, TensorType.f32(3, 4), TensorType.f32(3, 4))));
    var whole = TensorType.of(DType.I32, 3, 4);
    assertEquals(0, Work.flops(node(add, whole, whole)));
    var less = new Compare(Compare.Direction.LT);
    assertEquals(0, Work.flops(node(less, TensorType.f32(3, 4), TensorType.f32(3, 4))));
  }

  @Test
  void aReductionIsAnOperationForEachElementItTakes() {
    var sum = new Reduce(Combiner.ADD, List.of(0));
    assertEquals(12, Work.flops(node(sum, TensorType.f32(3, 4))));
    var window = new ReduceWindow(Combiner.ADD, List.of(Window.one(), Window.of(2, 2)));
    assertEquals(3 * 2 * 2, Work.flops(node(window, TensorType.f32(3, 4))));
  }

  @Test
  void aValueThatIsReadTwiceIsReadOnce() {
    var x = new Value(1, TensorType.f32(10));
    var y = new Value(2, TensorType.of(DType.U8, 10));
    assertEquals(50, Work.bytes(List.of(x, x), List.of(y)));
  }
}
