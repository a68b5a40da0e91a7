package dev.backplane.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NameMapTest {
  private static final Literal CUBE =
      Literal.of(Shape.of(2, 3, 2), new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});

  @Test
  void linesRenameAndOrderTheAxesAnew() {
    var map =
        NameMap.parse(
            """
            # a comment
            layer/kernel <- fc.weight (2, 0, 1)   # axes

            layer/bias <- fc.bias
            """);
    var bias = Literal.of(new float[] {1, 2});
    var ours = map.apply(Map.of("fc.weight", CUBE, "fc.bias", bias, "unused", bias));
    assertEquals(
        java.util.List.of("layer/kernel", "layer/bias"), java.util.List.copyOf(ours.keySet()));
    var kernel = ours.get("layer/kernel");
    assertEquals(Shape.of(2, 2, 3), kernel.type().shape());
    // ours[c][a][b] = theirs[a][b][c]
    assertArrayEquals(new float[] {0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11}, kernel.toFloats());
    assertArrayEquals(bias.toFloats(), ours.get("layer/bias").toFloats());
  }

  private static void refused(String text, String words) {
    var failure =
        assertThrows(
            IllegalArgumentException.class, () -> NameMap.parse(text).apply(Map.of("a", CUBE)));
    assertTrue(String.valueOf(failure.getMessage()).contains(words), failure.getMessage());
  }

  @Test
  void whatIsNoMapOrDoesNotFitIsRefusedByPlace() {
    refused("x <- a\ny = a", "line 2: expected \"PATH <- NAME\"");
    refused("x <- a (0, 0, 1)", "expected each axis of 0 to 2 once, found [0, 0, 1]");
    refused("x <- a (0, 1, 99999999999)", "line 1: expected the number of an axis");
    refused("x <- a (1, 0)", "a is f32[2,3,2]; its axes for x are given as [1, 0]");
    refused("x <- b", "there is no tensor b for x; there are [a]");
    refused("x <- a\nx <- b", "x stands twice");
  }
}
