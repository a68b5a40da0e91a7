package dev.backplane.recipes.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.recipes.cache.DatasetException;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The public corpora themselves: fetched once, then from the cache. Skipped without a network, but
 * never in CI. The digests pin which texts are kept for the test.
 */
class RealTextsTest {
  private static Corpus open(Function<Access, Corpus> corpus) {
    try {
      return corpus.apply(Access.silent());
    } catch (DatasetException e) {
      boolean mayBeAbsent =
          e.reason() == DatasetException.Reason.UNAVAILABLE && !"true".equals(System.getenv("CI"));
      Assumptions.assumeFalse(mayBeAbsent, e.getMessage());
      throw e;
    }
  }

  private static List<Long> classes(List<LabelledText> texts) {
    long ones = texts.stream().filter(text -> text.label() == 1).count();
    return List.of(texts.size() - ones, ones);
  }

  @Test
  void vaderIsSplitAsItAlwaysWas() {
    var corpus = open(VaderMovies::corpus);
    assertEquals(List.of(4060L, 3996L), classes(corpus.train()));
    assertEquals(List.of(1015L, 999L), classes(corpus.test()));
    assertEquals(
        "12c08f148867ce352476ce57c4f28c94a776a0c4a8c720bd70cbbf984446f6e2", corpus.testDigest());
  }

  @Test
  void mailsAreSplitAsTheyAlwaysWere() {
    var corpus = open(SpamAssassin::corpus);
    assertEquals(List.of(3288L, 1284L), classes(corpus.train()));
    assertEquals(List.of(822L, 320L), classes(corpus.test()));
    assertEquals(
        "7ede3b3cfb5d9e05697766ddb4aff84bb655728edfdcf2a7dd1eac58f5f921f5", corpus.testDigest());
  }
}
