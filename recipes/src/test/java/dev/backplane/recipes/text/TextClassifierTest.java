package dev.backplane.recipes.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Run;
import dev.backplane.Trainer.Epochs;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.layers.core.loss.BinaryCrossEntropy;
import dev.backplane.layers.core.loss.ClassWeighted;
import dev.backplane.layers.core.metric.ConfusionMatrix;
import dev.backplane.layers.core.metric.F1;
import dev.backplane.nn.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's own sentences, trained and asked as the command line does it. */
class TextClassifierTest {
  private static final Backplane BACKPLANE = Backplane.start();
  private static final Recipe RECIPE = new SentimentEmbedding();

  @TempDir Path folder;

  @AfterAll
  static void close() {
    BACKPLANE.close();
  }

  private Path sentences(List<String> classes) throws IOException {
    var lines = new ArrayList<String>();
    var things = List.of("film", "plot", "cast", "score", "end", "book", "actor", "joke", "song");
    var words = List.of("dull bleak", "bright lovely", "odd strange");
    for (int label = 0; label < classes.size(); label++) {
      for (var word : words.get(label).split(" ")) {
        for (var thing : things) {
          lines.add(classes.get(label) + "\tThe " + thing + " is " + word + ".");
          lines.add(classes.get(label) + "\tA " + word + " " + thing + "!");
        }
      }
    }
    return Files.write(folder.resolve("own.tsv"), lines);
  }

  private static Recipe.Plan plan(Map<String, String> settings) {
    return RECIPE.plan(
        new Recipe.Request(settings, Access.silent(), 1, BACKPLANE.parts(), Map.of()));
  }

  private static Run train(Recipe.Plan plan) {
    var trainer =
        BACKPLANE
            .trainer(plan.model(), plan.loss(), plan.optimizer())
            .metrics(plan.metrics().toArray(Metric[]::new))
            .note("classes", String.join("\n", plan.data().classes()))
            .seed(1);
    plan.files().forEach(trainer::file);
    return trainer.fit(
        plan.data().train().shuffle(1).batch(8),
        plan.data().test().batch(8),
        Epochs.epochs(25),
        BACKPLANE.device("reference"));
  }

  private Map<String, String> own(String... more) throws IOException {
    var settings = new HashMap<String, String>();
    settings.put("texts", sentences(List.of("bad", "good")).toString());
    settings.put("length", "8");
    settings.put("rate", "0.02");
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return settings;
  }

  @Test
  void oneSigmoidLearnsAndTellsBothClasses() throws IOException {
    try (var run = train(plan(own()))) {
      assertEquals(1, run.metrics().get("test_accuracy"));
      var told = RECIPE.tell(run, "What a LOVELY, bright thing").orElseThrow();
      assertTrue(told.matches("good (9\\d|100)\\.\\d %, bad \\d\\.\\d %"), told);
      assertTrue(RECIPE.tell(run, "dull").orElseThrow().startsWith("bad "));
    }
  }

  @Test
  void softmaxTakesMoreThanTwoClasses() throws IOException {
    var settings = own("output", "softmax");
    settings.put("texts", sentences(List.of("bad", "good", "odd")).toString());
    try (var run = train(plan(settings))) {
      assertEquals(1, run.metrics().get("test_accuracy"));
      assertTrue(RECIPE.tell(run, "strange").isEmpty());
      var read = RECIPE.read("an odd joke", run.files()).getFirst();
      assertEquals(2, run.predict(read).argMax());
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() throws IOException {
    var three = own();
    three.put("texts", sentences(List.of("bad", "good", "odd")).toString());
    assertTrue(refusal(three).contains("two classes for one sigmoid"), refusal(three));
    assertEquals(
        "sentiment-embedding: --set length: expected a power of two, so that few programs are"
            + " compiled, found 24",
        refusal(own("length", "24")));
    assertEquals(
        "sentiment-embedding: --set output: expected sigmoid or softmax, found \"tanh\"",
        refusal(own("output", "tanh")));
  }

  private static String refusal(Map<String, String> settings) {
    return String.valueOf(assertThrows(RuntimeException.class, () -> plan(settings)).getMessage());
  }

  @Test
  void anEvaluationNumbersWordsAsTheRunDid() throws IOException {
    var first = plan(own("vocabulary", "10"));
    var again =
        RECIPE.plan(
            new Recipe.Request(own(), Access.silent(), 9, BACKPLANE.parts(), first.files()));
    assertEquals(first.files(), again.files());
    assertEquals(first.model(), again.model());
    var row = first.data().test().example(3).input();
    assertEquals(row, again.data().test().example(3).input());
  }

  @Test
  void aFoldTakesThePlaceOfTheShareThatSaysWhenToStop() throws IOException {
    var whole = plan(own());
    var second = plan(own("folds", "4", "fold", "2"));
    int all = whole.data().train().size() + whole.validation().orElseThrow().size();
    assertEquals(all, second.data().train().size() + second.validation().orElseThrow().size());
    assertEquals(all / 4.0, second.validation().orElseThrow().size(), 1);
    assertEquals(1, second.callbacks().size());
    var plain = plan(own("folds", "4", "validation", "0"));
    assertEquals(List.of(), plain.callbacks());
    assertTrue(plain.validation().isPresent());
    assertTrue(plan(own("validation", "0")).validation().isEmpty());
    assertTrue(refusal(own("folds", "4", "fold", "5")).contains("--set fold: expected"));
  }

  @Test
  void classesCountAsTheUserSays() throws IOException {
    var lines = new ArrayList<>(Files.readAllLines(sentences(List.of("bad", "good"))));
    lines.removeIf(line -> line.startsWith("good") && line.endsWith("!"));
    var few = Files.write(folder.resolve("few.tsv"), lines).toString();
    var settings = own("class-weights", "balanced", "validation", "0");
    settings.put("texts", few);
    var plan = plan(settings);
    int bad = 0;
    for (int i = 0; i < plan.data().train().size(); i++) {
      bad += plan.data().train().example(i).target().longAt(0) == 0 ? 1 : 0;
    }
    int good = plan.data().train().size() - bad;
    assertTrue(good < bad * 2 / 3, good + " good, " + bad + " bad");
    assertEquals(
        new ClassWeighted(new BinaryCrossEntropy(), ClassWeighted.balanced(bad, good)),
        plan.loss());
    settings.put("class-weights", "1, 2.5");
    assertEquals(
        new ClassWeighted(new BinaryCrossEntropy(), List.of(1.0, 2.5)), plan(settings).loss());
    settings.put("class-weights", "1,2,3");
    assertTrue(
        refusal(settings).contains("a number for each of 2 classes, [bad, good], found 3"),
        refusal(settings));
    settings.put("class-weights", "alike");
    assertTrue(
        refusal(settings).contains("expected balanced, or a number of 0 or more for each class"),
        refusal(settings));
  }

  @Test
  void metricsOfClassesKnowHowManyThereAre() throws IOException {
    var settings = own("output", "softmax", "metrics", "f1, confusion_matrix");
    settings.put("texts", sentences(List.of("bad", "good", "odd")).toString());
    assertEquals(List.of(new F1(3), new ConfusionMatrix(3)), plan(settings).metrics());
    assertEquals(List.of(new F1(2)), plan(own("metrics", "f1")).metrics());
  }
}
