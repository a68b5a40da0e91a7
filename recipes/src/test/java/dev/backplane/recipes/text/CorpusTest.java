package dev.backplane.recipes.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.layers.text.Vocabulary;
import dev.backplane.recipes.format.MalformedDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  private static final List<String> CLASSES = List.of("bad", "good");

  private static List<LabelledText> texts(int count) {
    var texts = new ArrayList<LabelledText>();
    for (int i = 0; i < count; i++) {
      texts.add(
          new LabelledText(
              "Number " + i + (i % 4 == 0 ? " is good." : " is bad!"), i % 4 == 0 ? 1 : 0));
    }
    return texts;
  }

  private static String refusal(Runnable action) {
    return String.valueOf(assertThrows(MalformedDataException.class, action::run).getMessage());
  }

  @Test
  void aFifthOfEachClassIsKeptForTheTestWhateverTheOrder() {
    var texts = texts(200);
    var corpus = Corpus.split("numbers", CLASSES, texts);
    assertEquals(160, corpus.train().size());
    assertEquals(40, corpus.test().size());
    assertEquals(10, corpus.test().stream().filter(text -> text.label() == 1).count());
    var shuffled = new ArrayList<>(texts);
    Collections.shuffle(shuffled, new Random(3));
    assertEquals(corpus, Corpus.split("numbers", CLASSES, shuffled));
    assertEquals(corpus.testDigest(), Corpus.split("numbers", CLASSES, shuffled).testDigest());
  }

  @Test
  void doublesNeverStandOnBothSides() {
    var texts = new ArrayList<>(texts(100));
    for (var text : texts(100)) {
      texts.add(new LabelledText(text.text().toUpperCase(Locale.ROOT) + " ?!", text.label()));
    }
    texts.add(new LabelledText(" ... ", 0));
    var corpus = Corpus.split("numbers", CLASSES, texts);
    assertEquals(Corpus.split("numbers", CLASSES, texts(100)), corpus);
    var seen = new HashSet<>(corpus.train());
    corpus.test().forEach(text -> assertTrue(seen.add(text)));
  }

  @Test
  void emptyAndOneSidedCorporaAreRefused() {
    assertTrue(
        refusal(() -> Corpus.split("c", List.of(), List.of()))
            .contains("c: expected texts of two classes or more, found no text"));
    assertTrue(
        refusal(
                () ->
                    Corpus.split(
                        "c",
                        List.of("bad"),
                        texts(40).stream().filter(text -> text.label() == 0).toList()))
            .contains("found the class \"bad\" alone"));
    assertEquals(
        "c: expected five different texts or more of each class, found 2 of the class \"good\"",
        refusal(() -> Corpus.split("c", CLASSES, texts(8))));
  }

  @Test
  void ownTextsAreLinesOfClassAndText(@TempDir Path folder) throws IOException {
    var file = folder.resolve("own.tsv");
    var lines = new ArrayList<String>();
    texts(60).forEach(text -> lines.add(CLASSES.get(text.label()) + "\t" + text.text()));
    Files.write(file, lines);
    var corpus = OwnTexts.read(file);
    assertEquals(CLASSES, corpus.classes());
    assertEquals(Corpus.split(file.toString(), CLASSES, texts(60)), corpus);
    lines.set(0, "\uFEFF" + lines.getFirst());
    Files.write(file, lines);
    assertEquals(corpus, OwnTexts.read(file));
    lines.set(7, "no tab here");
    Files.write(file, lines);
    assertEquals(
        file + " line 8: expected a class, a tab and a text, found \"no tab here\"",
        refusal(() -> OwnTexts.read(file)));
    Files.write(file, new byte[] {'a', '\t', (byte) 0xff});
    assertTrue(refusal(() -> OwnTexts.read(file)).contains("expected UTF-8"));
    Files.write(file, new byte[0]);
    assertTrue(refusal(() -> OwnTexts.read(file)).contains("found no text"));
    assertTrue(refusal(() -> OwnTexts.read(folder.resolve("x"))).contains("expected a file"));
  }

  @Test
  void ownTextsHaveNoMoreClassesThanALabelCanName(@TempDir Path folder) throws IOException {
    var file = folder.resolve("own.tsv");
    Files.write(file, IntStream.range(0, 257).mapToObj(i -> "c" + i + "\ttext " + i).toList());
    assertEquals(
        file + ": expected at most 256 classes, found 257", refusal(() -> OwnTexts.read(file)));
  }

  @Test
  void ratingsNearZeroAreLeftOut() {
    var table = "1\t2.5\tLovely.\r\n2\t-0.4\tSo so\r\n3\t-0.5\tA \"bad\"\tone\r\n";
    assertEquals(
        List.of(new LabelledText("Lovely.", 1), new LabelledText("A \"bad\"\tone", 0)),
        VaderMovies.rated(Path.of("a"), table));
    assertTrue(
        refusal(() -> VaderMovies.rated(Path.of("a"), "1\tgood\ttext"))
            .contains("line 1: expected a rating, found \"good\""));
    assertTrue(refusal(() -> VaderMovies.rated(Path.of("a"), "1\t2")).contains("a sentence"));
  }

  @Test
  void theVocabularyIsOfTheTrainingPartAlone() {
    var corpus = Corpus.split("numbers", CLASSES, texts(200));
    var encoding = TextEncoding.make(corpus, 1_000, 8, TextEncoding.CUT);
    var vocabulary = encoding.encoder().vocabulary();
    var trained =
        corpus.train().stream()
            .flatMap(text -> encoding.encoder().tokenizer().tokens(text.text()).stream())
            .collect(Collectors.toSet());
    assertEquals(trained.size() + 2, vocabulary.size());
    var row = encoding.dataset(corpus).test().example(0).input();
    assertEquals("i32[8]", row.type().toString());
    assertEquals(Vocabulary.UNKNOWN, row.longAt(1));
    assertEquals(vocabulary.id("is"), row.longAt(2));
    assertEquals(Vocabulary.PADDING, row.longAt(7));
  }

  @Test
  void anEncodingComesBackFromItsFiles() {
    var corpus = Corpus.split("numbers", CLASSES, texts(200));
    for (var overlong : List.of(TextEncoding.CUT, "refuse")) {
      var encoding = TextEncoding.make(corpus, 50, 8, overlong);
      assertEquals(encoding, TextEncoding.read(encoding.files()));
    }
  }

  @Test
  void aVocabularyOfOtherWeightsIsRefused() {
    var corpus = Corpus.split("numbers", CLASSES, texts(200));
    Map<String, String> files =
        new HashMap<>(TextEncoding.make(corpus, 50, 8, TextEncoding.CUT).files());
    files.merge("vocabulary.txt", "one-more\n", String::concat);
    var message = refusal(() -> TextEncoding.read(files));
    assertTrue(
        message.startsWith(
            "vocabulary.txt: expected that of the weights: vocabulary of 50 tokens, sha256 "),
        message);
    assertTrue(message.contains("found vocabulary of 51 tokens"), message);
    files.put("encoding.txt", "length many\n");
    assertTrue(refusal(() -> TextEncoding.read(files)).startsWith("encoding.txt: expected"));
    assertTrue(
        refusal(() -> TextEncoding.read(Map.of()))
            .contains("run folder: expected the file vocabulary.txt"));
  }

  @Test
  void sentencesThatSayNothingAreRefused() {
    var corpus = Corpus.split("numbers", CLASSES, texts(200));
    var encoding = TextEncoding.make(corpus, 1_000, 8, "refuse");
    assertEquals("i32[8]", encoding.literal("r", "number is GOOD").type().toString());
    assertTrue(refusal(() -> encoding.literal("r", " !")).contains("expected a sentence"));
    assertTrue(
        refusal(() -> encoding.literal("r", "xyzzy plugh"))
            .contains("no word was in the training examples"));
    assertTrue(
        refusal(() -> encoding.literal("r", "is is is is is is is is is"))
            .contains(
                "texts of at most 8 words (--set length, --set overlong=cut), found 9 words"));
  }
}
