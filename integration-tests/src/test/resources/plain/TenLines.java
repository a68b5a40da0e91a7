package plain;

import static dev.backplane.Trainer.Epochs.epochs;
import static dev.backplane.layers.core.activation.Activations.relu;

import dev.backplane.Backplane;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.metric.Accuracy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.nn.Sequential;

/** The README's ten lines, on data that needs no network. */
class TenLines {
  public static void main(String[] arguments) {
    try (var backplane = Backplane.start()) {
      var data = backplane.dataset("iris");
      var model = Sequential.of(new Dense(16, relu()), new Dense(3));
      var run =
          backplane
              .trainer(model, new SparseCategoricalCrossEntropy(), new Adam(1e-2))
              .metrics(new Accuracy())
              .fit(
                  data.train().shuffle(42).batch(16),
                  data.test().batch(30),
                  epochs(60),
                  backplane.device(arguments[0]));
      System.out.println(run);
      System.out.println(run.predict(data.test().example(0).input()).argMax());
      System.out.println("accuracy " + run.metrics().get("test_accuracy"));
    }
  }
}
