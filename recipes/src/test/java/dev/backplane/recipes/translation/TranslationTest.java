package dev.backplane.recipes.translation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.Backplane;
import dev.backplane.Trainer.Epochs;
import dev.backplane.layers.attention.Transformer;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.optimizer.Adam;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A small Transformer that learns which word goes where, and says it by both searches. */
class TranslationTest {
  private static final List<List<String>> THINGS =
      List.of(List.of("house", "maison"), List.of("door", "porte"), List.of("flower", "fleur"));
  private static final List<List<String>> COLOURS =
      List.of(List.of("red", "rouge"), List.of("green", "verte"), List.of("yellow", "jaune"));

  private static PairCorpus corpus() {
    var pairs = new ArrayList<Pair>();
    for (var thing : THINGS) {
      for (var colour : COLOURS) {
        pairs.add(new Pair(colour.get(0) + " " + thing.get(0), thing.get(1) + " " + colour.get(1)));
      }
    }
    return new PairCorpus("gardens", pairs, pairs);
  }

  @Test
  void whatWasLearntIsSaidGreedilyAndWithBeams() {
    var corpus = corpus();
    var encoding = PairEncoding.make(corpus, Language.FRENCH, 60, 8);
    var data = encoding.dataset(corpus);
    var model =
        new Transformer(
            encoding.source().vocabulary().size(),
            encoding.target().vocabulary().size(),
            16,
            2,
            32,
            1);
    try (var backplane = Backplane.start();
        var run =
            backplane
                .trainer(model, new SparseCategoricalCrossEntropy().ignoring(0), new Adam(0.01))
                .seed(1)
                .fit(
                    data.train().shuffle(1).batch(9),
                    data.test().batch(9),
                    Epochs.epochs(60),
                    backplane.device("reference"))) {
      var sources = corpus.test().stream().map(Pair::source).toList();
      var targets = corpus.test().stream().map(Pair::target).toList();
      assertEquals(targets, new Translation(run, encoding, model, 1).translate(sources));
      assertEquals(targets, new Translation(run, encoding, model, 3).translate(sources));
    }
  }
}
