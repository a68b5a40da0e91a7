package dev.backplane.recipes.translation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.layers.text.Vocabulary;
import dev.backplane.recipes.cache.DatasetException;
import dev.backplane.recipes.format.MalformedDataException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairsTest {
  private static List<Pair> pairs(int count) {
    var pairs = new ArrayList<Pair>();
    for (int i = 0; i < count; i++) {
      pairs.add(new Pair("Open door " + i, "Ouvrir la porte " + i));
    }
    return pairs;
  }

  private static String refusal(Runnable action) {
    return String.valueOf(assertThrows(MalformedDataException.class, action::run).getMessage());
  }

  @Test
  void noEnglishSentenceStandsOnBothSides() {
    var pairs = new ArrayList<>(pairs(100));
    pairs.add(new Pair("OPEN  door 5", "Ouvre la porte 5"));
    pairs.addAll(pairs(100).reversed());
    var corpus = PairCorpus.split("p", pairs, 10);
    assertEquals(90, corpus.train().size());
    assertEquals(10, corpus.test().size());
    assertEquals(corpus, PairCorpus.split("p", pairs(100).reversed(), 10));
    var train = corpus.train().stream().map(Pair::source).collect(Collectors.toSet());
    assertTrue(corpus.test().stream().noneMatch(pair -> train.contains(pair.source())));
    assertEquals(
        "p: expected 200 different pairs or more, found 100",
        refusal(() -> PairCorpus.split("p", pairs(100), 100)));
  }

  @Test
  void onlyPairsThatPeopleWouldSayAreKept() {
    var pairs = new ArrayList<>(pairs(20));
    pairs.add(new Pair("Word", "Mot"));
    pairs.add(new Pair("same same", "same same"));
    pairs.add(new Pair("a <b>bold</b> word", "un mot gras"));
    pairs.add(new Pair("two\nlines here", "deux lignes"));
    pairs.add(new Pair("[%key:common::ok%] or so", "ou presque"));
    pairs.add(new Pair("no words there", " "));
    pairs.add(new Pair("w ".repeat(21), "trop"));
    var all = new HashSet<Pair>();
    var corpus = PairCorpus.split("p", pairs, 5);
    all.addAll(corpus.train());
    all.addAll(corpus.test());
    assertEquals(new HashSet<>(pairs(20)), all);
  }

  @Test
  void jsonIsFlattenedByPaths() {
    var json = "{\"a\": {\"b\": [\"x\", 3, \"y\"]}, \"c/d\": \"\\u00e9\"}";
    assertEquals(
        Map.of("/a/b/0", "x", "/a/b/2", "y", "/c~1d", "é"),
        FlatJson.read("f", json.getBytes(StandardCharsets.UTF_8)));
    assertTrue(
        refusal(() -> FlatJson.read("f", "{\"a\": ".getBytes(StandardCharsets.UTF_8)))
            .startsWith("f: expected JSON, found"));
  }

  private static byte[] catalogue(ByteOrder order, String... messages) {
    var texts = new ArrayList<byte[]>();
    for (var message : messages) {
      texts.add(message.getBytes(StandardCharsets.UTF_8));
    }
    int count = messages.length / 2;
    var data = ByteBuffer.allocate(4_000).order(order);
    data.putInt(0, 0x950412de).putInt(8, count).putInt(12, 28).putInt(16, 28 + 8 * count);
    int offset = 28 + 16 * count;
    for (int i = 0; i < messages.length; i++) {
      int table = i % 2 == 0 ? 28 : 28 + 8 * count;
      data.putInt(table + 8 * (i / 2), texts.get(i).length).putInt(table + 8 * (i / 2) + 4, offset);
      data.put(offset, texts.get(i));
      offset += texts.get(i).length + 1;
    }
    return Arrays.copyOf(data.array(), offset);
  }

  @Test
  void cataloguesOfBothByteOrdersAreRead() {
    for (var order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      var bytes =
          catalogue(
              order,
              "",
              "Language: fr\n",
              "menu\4Open",
              "Ouvrir",
              "%d day\0%d days",
              "%d jour\0%d jours");
      assertEquals(
          List.of(new Pair("Open", "Ouvrir"), new Pair("%d day", "%d jour")),
          MoCatalog.read("m", bytes));
      assertTrue(
          refusal(() -> MoCatalog.read("m", Arrays.copyOf(bytes, bytes.length - 9)))
              .contains("messages within the file"));
      assertTrue(
          refusal(() -> MoCatalog.read("m", Arrays.copyOf(bytes, 30)))
              .contains("a table within the file"));
    }
    assertTrue(refusal(() -> MoCatalog.read("m", new byte[40])).contains("magic number"));
    assertTrue(refusal(() -> MoCatalog.read("m", new byte[4])).contains("4 bytes"));
  }

  @Test
  void anEncodingComesBackFromItsFilesAndNoOther() {
    var corpus = PairCorpus.split("p", pairs(100), 10);
    var encoding = PairEncoding.make(corpus, Language.FRENCH, 20, 16);
    assertEquals(encoding, PairEncoding.read(encoding.files()));
    var files = new HashMap<>(encoding.files());
    files.merge("target-vocabulary.txt", "more\n", String::concat);
    var message = refusal(() -> PairEncoding.read(files));
    assertTrue(
        message.startsWith("target-vocabulary.txt: expected that of the weights: "), message);
    files.put("translation.txt", "language it\n");
    assertTrue(refusal(() -> PairEncoding.read(files)).startsWith("translation.txt: expected"));
    assertTrue(refusal(() -> PairEncoding.read(Map.of())).contains("the file translation.txt"));
  }

  @Test
  void theDecoderSeesWhatStandsBefore() {
    var corpus = PairCorpus.split("p", pairs(100), 10);
    var encoding = PairEncoding.make(corpus, Language.FRENCH, 200, 16);
    var test = encoding.dataset(corpus).test();
    var example = test.example(0);
    var before = example.inputs().get(1);
    var after = example.target();
    assertEquals("i32[16]", after.type().toString());
    var vocabulary = encoding.target().vocabulary();
    assertEquals(vocabulary.require("<start>"), before.longAt(0));
    int i = 0;
    for (; after.longAt(i) != vocabulary.require("<end>"); i++) {
      assertEquals(after.longAt(i), before.longAt(i + 1));
    }
    for (int rest = i + 1; rest < 16; rest++) {
      assertEquals(0, before.longAt(rest));
      assertEquals(0, after.longAt(rest));
    }
    assertTrue(i > 1);
    var small = PairEncoding.make(corpus, Language.FRENCH, 1, 3);
    assertTrue(
        refusal(() -> small.dataset(corpus)).contains("pairs of at most 3 pieces (--set length)"));
    assertTrue(
        refusal(() -> Translation.inputs(encoding, "w ".repeat(30)))
            .contains("a sentence of at most 16 pieces of words"));
    assertTrue(refusal(() -> Translation.inputs(encoding, " ")).contains("expected a sentence"));
  }

  @Test
  void rowsAreCutToTheShortestLengthThatHoldsThem() {
    var corpus = PairCorpus.split("p", pairs(100), 10);
    var examples = PairEncoding.make(corpus, Language.FRENCH, 200, 16).dataset(corpus).train();
    var buckets = examples.buckets().orElseThrow();
    assertEquals(List.of(8, 16), buckets.lengths());
    for (int row = 0; row < examples.size(); row++) {
      var example = examples.example(row);
      var fields = new ArrayList<>(example.inputs());
      fields.add(example.target());
      boolean isShort =
          fields.stream()
              .allMatch(field -> IntStream.range(8, 16).allMatch(i -> field.longAt(i) == 0));
      assertEquals(isShort ? 0 : 1, buckets.bucket(row), "row " + row);
    }
  }

  @Test
  void aRunTellsHowLargeItsTransformerIs() {
    var size = new TransformerSize(256, 8, 512, 2);
    assertEquals(size, TransformerSize.read(size.files()));
    assertTrue(
        refusal(() -> TransformerSize.read(Map.of())).startsWith("transformer.txt: expected"));
    var other = Map.of("transformer.txt", "embedding 256\nheads 0\nhidden 512\nblocks 2\n");
    assertTrue(refusal(() -> TransformerSize.read(other)).contains("heads 0"));
  }

  /** Fetched once, then from the cache; skipped without a network, but never in CI. */
  @ParameterizedTest
  @CsvSource({
    "FRENCH, 36225, 274e013d047fe74b525edc79d0f45ec7952aebf68ed45d979d4bf5c4fde40d0e",
    "GERMAN, 39942, f641a929cfa03ccb853fe768d4fa229d4ae6003d9d6dcad9833d10f15b9b00b2",
    "CHINESE, 31654, ba89204af5d1279796896ed35e46995be529d53bda564a97550b7e91bfdf73b6"
  })
  void thePinnedPairsAreSplitAsTheyAlwaysWere(Language language, int pairs, String test) {
    PairCorpus corpus;
    try {
      corpus = PairCorpus.open(Access.silent(), language);
    } catch (DatasetException e) {
      boolean mayBeAbsent =
          e.reason() == DatasetException.Reason.UNAVAILABLE && !"true".equals(System.getenv("CI"));
      Assumptions.assumeFalse(mayBeAbsent, e.getMessage());
      throw e;
    }
    assertEquals(pairs, corpus.train().size());
    assertEquals(1_000, corpus.test().size());
    assertEquals(test, corpus.testDigest());
  }

  @Test
  void aChineseSentenceIsReadAndSaidWithoutSpaces() {
    var pairs = new ArrayList<Pair>();
    for (int i = 0; i < 40; i++) {
      pairs.add(new Pair("Open door " + i, "打开第" + i + "扇门"));
    }
    var corpus = PairCorpus.split("p", pairs, 5);
    var encoding = PairEncoding.make(corpus, Language.CHINESE, 100, 16);
    assertEquals(encoding, PairEncoding.read(encoding.files()));
    var row = encoding.target().encode("打开第7扇门");
    var ids = Arrays.stream(row).skip(1).filter(id -> id > Vocabulary.UNKNOWN).toArray();
    var end = encoding.target().vocabulary().require(Vocabulary.END_TOKEN);
    assertEquals(
        "打开第7扇门",
        encoding.target().decode(Arrays.stream(ids).takeWhile(id -> id != end).toArray()));
  }
}
