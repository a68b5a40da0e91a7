package dev.backplane.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NearestTest {
  private static final List<String> RECIPES = List.of("fashion-mnist-mlp", "mnist-mlp", "iris-mlp");

  @Test
  void findsTheNameThatWasMeant() {
    assertEquals(Optional.of("fashion-mnist-mlp"), Nearest.to("fashon-mnist-mlp", RECIPES));
    assertEquals(Optional.of("iris-mlp"), Nearest.to("irsi-mlp", RECIPES));
    assertEquals(Optional.of("mnist-mlp"), Nearest.to("minst-mlp", RECIPES));
  }

  @Test
  void doesNotGuessWhereNothingIsNear() {
    assertEquals(Optional.empty(), Nearest.to("resnet", RECIPES));
    assertEquals(
        "; there is fashion-mnist-mlp, iris-mlp, mnist-mlp", Nearest.hint("resnet", RECIPES));
  }

  @Test
  void saysNothingWhereNothingIsKnown() {
    assertEquals("", Nearest.hint("anything", List.of()));
  }
}
