package dev.backplane.layers.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what sacreBLEU and jiwer give: parity/generate.py writes parity/parity.txt. */
class ScoresTest {
  /** A corpus and the numbers published implementations give for it, by the name of their line. */
  private record Case(
      String name,
      List<String> hypotheses,
      List<List<String>> references,
      Map<String, double[]> expected) {
    @Override
    public String toString() {
      return name;
    }

    List<String> firstReferences() {
      return references.stream().map(List::getFirst).toList();
    }
  }

  static Stream<Case> cases() {
    var cases = new ArrayList<Case>();
    for (var line : lines()) {
      var cells = line.replace("\\n", "\n").split("\t", -1);
      if (cells[0].equals("case")) {
        cases.add(new Case(cells[1], new ArrayList<>(), new ArrayList<>(), new HashMap<>()));
        continue;
      }
      var last = cases.getLast();
      if (cells[0].equals("text")) {
        last.hypotheses().add(cells[1]);
        last.references().add(List.of(cells).subList(2, cells.length));
      } else {
        last.expected()
            .put(cells[0], Stream.of(cells).skip(1).mapToDouble(Double::parseDouble).toArray());
      }
    }
    return cases.stream();
  }

  private static List<String> lines() {
    try (var in = ScoresTest.class.getResourceAsStream("/parity/parity.txt")) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bleuIsThatOfSacreBleu(Case corpus) {
    for (var tokenization : Bleu.Tokenization.values()) {
      var expected = Objects.requireNonNull(corpus.expected().get(tokenization.name()));
      var score = Bleu.corpusOfSeveral(corpus.hypotheses(), corpus.references(), tokenization);
      assertEquals(expected[0], score.value(), 1e-9, tokenization.name());
      for (int n = 0; n < Bleu.ORDER; n++) {
        assertEquals(expected[1 + n], score.precisions().get(n), 1e-9, tokenization.name());
      }
      assertEquals(expected[5], score.brevityPenalty(), 1e-12, tokenization.name());
      assertEquals(expected[6], score.hypothesisLength(), tokenization.name());
      assertEquals(expected[7], score.referenceLength(), tokenization.name());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void errorRatesAreThoseOfJiwer(Case corpus) {
    var wer = corpus.expected().get("WER");
    var cer = corpus.expected().get("CER");
    if (wer == null || cer == null) {
      assertTrue(corpus.references().stream().anyMatch(list -> list.size() > 1));
      return;
    }
    assertEquals(wer[0], ErrorRate.words(corpus.hypotheses(), corpus.firstReferences()), 1e-12);
    assertEquals(
        cer[0], ErrorRate.characters(corpus.hypotheses(), corpus.firstReferences()), 1e-12);
  }

  @Test
  void aPerfectCorpusScores100() {
    var texts = List.of("the old house on the hill", "a red garden, and more");
    assertEquals(100, Bleu.corpus(texts, texts, Bleu.Tokenization.V13A).value(), 1e-9);
    assertEquals(0, ErrorRate.words(texts, texts));
    assertEquals(0, ErrorRate.characters(texts, texts));
  }

  @Test
  void kittenIsThreeStepsFromSitting() {
    var letters = new CharacterTokenizer();
    assertEquals(3, ErrorRate.distance(letters.tokens("kitten"), letters.tokens("sitting")));
    assertEquals(7, ErrorRate.distance(List.of(), letters.tokens("sitting")));
  }

  @Test
  void corporaThatDoNotGoTogetherAreRefused() {
    var one = List.of("a");
    var two = List.of("a", "b");
    for (var message :
        List.of(
            refusal(() -> Bleu.corpus(one, two, Bleu.Tokenization.NONE)),
            refusal(() -> ErrorRate.words(one, two)),
            refusal(() -> ErrorRate.characters(one, two)))) {
      assertTrue(message.contains("found 2 and 1"), message);
    }
    assertTrue(
        refusal(() -> Bleu.corpus(List.of(), List.of(), Bleu.Tokenization.NONE))
            .contains("one or more"));
    assertEquals(
        "WER: the references are empty", refusal(() -> ErrorRate.words(one, List.of(" "))));
    assertTrue(
        refusal(() -> Bleu.corpusOfSeveral(one, List.of(List.of()), Bleu.Tokenization.NONE))
            .contains("hypothesis 0 has no reference"));
  }

  private static String refusal(Runnable action) {
    return String.valueOf(assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }
}
