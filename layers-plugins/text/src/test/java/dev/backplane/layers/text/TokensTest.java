package dev.backplane.layers.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.io.MalformedModelException;
import dev.backplane.layers.text.TextEncoder.Overlong;
import dev.backplane.layers.text.WordTokenizer.Punctuation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  private static final Vocabulary PETS = Vocabulary.of(List.of("cat", "dog", "a", "and"));

  private static String refusal(Runnable action) {
    return String.valueOf(assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }

  private static String malformed(Runnable action) {
    return String.valueOf(assertThrows(MalformedModelException.class, action::run).getMessage());
  }

  /** The characters of Keras' strip_punctuation, all 32. */
  @Test
  void wordsLoseCaseAndPunctuationAsInKeras() {
    assertEquals(
        List.of("isnt", "it", "a", "well—made", "film", "été", "35"),
        new WordTokenizer().tokens("  Isn't it: a\u00a0\twell—made [FILM]?! Été 3.5\n"));
    assertEquals(List.of("ab"), new WordTokenizer().tokens("a!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'b"));
  }

  @Test
  void punctuationMayStandAloneOrStay() {
    assertEquals(
        List.of("Don", "'", "t", "!"),
        new WordTokenizer(false, Punctuation.SEPARATE).tokens("Don't!"));
    assertEquals(List.of("don't!"), new WordTokenizer(true, Punctuation.KEEP).tokens(" Don't! "));
    assertEquals(List.of(), new WordTokenizer().tokens(" ?! "));
  }

  @Test
  void charactersAreCodePoints() {
    var tokens = new CharacterTokenizer(true).tokens("Aß 𝄞");
    assertEquals(List.of("a", "ß", " ", "𝄞"), tokens);
    assertEquals("aß 𝄞", new CharacterTokenizer().text(tokens));
  }

  @Test
  void aVocabularyCountsTheSameInAnyOrder() {
    var texts = List.of(List.of("b", "a", "b", "c"), List.of("c", "d", "<pad>", "<unk>"));
    var vocabulary = Vocabulary.count(texts.stream(), 6, 1, List.of("<start>"));
    assertEquals(List.of("<pad>", "<unk>", "<start>", "b", "c", "a"), vocabulary.tokens());
    assertEquals(vocabulary, Vocabulary.count(texts.reversed().stream(), 6, 1, List.of("<start>")));
    assertEquals(
        List.of("<pad>", "<unk>", "b", "c"),
        Vocabulary.count(texts.stream(), 100, 2, List.of()).tokens());
    assertEquals(Vocabulary.UNKNOWN, vocabulary.id("d"));
    assertEquals(3, vocabulary.id("b"));
    assertEquals("b", vocabulary.token(3));
  }

  @Test
  void aVocabularyFileComesBack(@TempDir Path folder) throws IOException {
    var vocabulary = Vocabulary.of(List.of("plain", "a\nb", "\\n", "\r", " ", "été"));
    var file = folder.resolve("vocabulary.txt");
    vocabulary.write(file);
    assertEquals(vocabulary, Vocabulary.read(file));
    assertEquals(8, Files.readString(file).lines().count());
  }

  @Test
  void emptyDoubledAndBrokenVocabulariesAreRefused(@TempDir Path folder) throws IOException {
    assertTrue(refusal(() -> Vocabulary.of(List.of())).contains("it is empty"));
    assertEquals(
        "vocabulary: \"a\" stands twice, as 2 and as 4",
        refusal(() -> Vocabulary.of(List.of("a", "b", "a"))));
    assertEquals(
        "vocabulary: \"<unk>\" stands twice, as 1 and as 2",
        refusal(() -> Vocabulary.of(List.of("<unk>"))));
    assertTrue(refusal(() -> Vocabulary.of(List.of("a", ""))).contains("entry 3 is empty"));
    assertTrue(
        refusal(() -> Vocabulary.count(Stream.of(List.of("a", "b")), 100, 2, List.of()))
            .contains("no token (2 different ones; size 100, at least 2 times each)"));
    assertTrue(malformed(() -> Vocabulary.parse("v", "<pad>\n<unk>\na\nb")).contains("cut short"));
    assertTrue(malformed(() -> Vocabulary.parse("v", "<pad>\n<unk>\n")).contains("v: 2 lines"));
    assertTrue(malformed(() -> Vocabulary.parse("v", "")).contains("v: 0 lines"));
    assertTrue(
        malformed(() -> Vocabulary.parse("v", "the\nof\nand\n"))
            .contains("v: the first lines are \"the\" and \"of\""));
    assertTrue(
        malformed(() -> Vocabulary.parse("v", "<pad>\n<unk>\na\na\n")).contains("stands twice"));
    assertTrue(
        malformed(() -> Vocabulary.parse("v", "<pad>\n<unk>\na\\x\n"))
            .contains("v line 3: a lone backslash"));
    var binary = Files.write(folder.resolve("v"), new byte[] {'<', (byte) 0xff, '\n'});
    assertTrue(
        String.valueOf(
                assertThrows(MalformedModelException.class, () -> Vocabulary.read(binary))
                    .getMessage())
            .contains("no UTF-8"));
  }

  @Test
  void rowsAreFilledUpAndUnknownWordsAreOne() {
    var encoder = new TextEncoder(new WordTokenizer(), PETS, 5);
    assertArrayEquals(new int[] {4, 2, 5, 1, 0}, encoder.encode("A cat and mouse"));
    assertArrayEquals(new int[] {0, 0, 0, 0, 0}, encoder.encode("?"));
    assertEquals("a cat and <unk>", encoder.decode(new int[] {4, 2, 5, 1, 0}));
  }

  @Test
  void overlongTextsAreCutOrRefused() {
    var text = "a cat and a dog";
    assertArrayEquals(new int[] {4, 2, 5}, encoder(Overlong.CUT_END).encode(text));
    assertArrayEquals(new int[] {5, 4, 3}, encoder(Overlong.CUT_START).encode(text));
    assertEquals(
        "text of 5 tokens: expected at most 3: \"a cat and a dog\"",
        refusal(() -> encoder(Overlong.REFUSE).encode(text)));
    assertArrayEquals(new int[] {4, 2, 5}, encoder(Overlong.REFUSE).encode("a cat and"));
    assertTrue(
        refusal(() -> new TextEncoder(new WordTokenizer(), PETS, 0))
            .contains("1 or more, found 0"));
  }

  private static TextEncoder encoder(Overlong overlong) {
    return new TextEncoder(new WordTokenizer(), PETS, 3, overlong, false);
  }

  @Test
  void framedRowsBeginAndEnd() {
    var vocabulary = Vocabulary.of(List.of("<start>", "<end>", "cat"));
    var words = new WordTokenizer(true, Punctuation.KEEP);
    var encoder = new TextEncoder(words, vocabulary, 5, Overlong.CUT_END, true);
    assertArrayEquals(new int[] {2, 4, 3, 0, 0}, encoder.encode("cat"));
    assertArrayEquals(new int[] {2, 4, 4, 4, 3}, encoder.encode("cat cat cat cat"));
    assertArrayEquals(new int[] {2, 1, 1, 1, 3}, encoder.encode("<end> <pad> <start>"));
    assertEquals("cat cat", encoder.decode(new int[] {2, 4, 4, 3, 4}));
    assertEquals(
        "vocabulary: no token \"<start>\" among 6 tokens",
        refusal(() -> new TextEncoder(words, PETS, 5, Overlong.CUT_END, true)));
  }

  @Test
  void anIdBeyondTheVocabularyIsRefused() {
    var encoder = new TextEncoder(new WordTokenizer(), PETS, 5);
    assertEquals(
        "vocabulary: expected an id from 0 to 5, found 6",
        refusal(() -> encoder.decode(new int[] {6})));
  }
}
