package dev.backplane.recipes.translation;

import dev.backplane.Run;
import dev.backplane.data.Recipe;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.schedule.Constant;
import dev.backplane.layers.core.schedule.WarmUp;
import dev.backplane.layers.core.transform.ClipByGlobalNorm;
import dev.backplane.layers.text.Bleu;
import dev.backplane.layers.text.Vocabulary;
import dev.backplane.recipes.SettingValues;
import dev.backplane.tensor.Literal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/**
 * From English to French, German or Chinese by a Transformer (Vaswani et al., <em>Attention Is All
 * You Need</em>, 2017), small enough for a CPU.
 */
@Component(service = Recipe.class, immediate = true)
public final class TranslateTransformer implements Recipe {
  static final String NAME = "translate-transformer";

  private static final int EPOCHS = 6;
  private static final int BATCH = 32;
  private static final double LARGEST_NORM = 1;
  private static final List<Setting> SETTINGS =
      List.of(
          new Setting("language", "fr", "into fr, de or zh"),
          new Setting("merges", "4000", "byte pairs learnt in each language"),
          new Setting("length", "32", "pieces of words in a sentence: 16, 32 or 64"),
          new Setting("embedding", "256", "units of a piece; a multiple of heads"),
          new Setting("heads", "8", "heads of each attention"),
          new Setting("hidden", "512", "units of each feed-forward layer"),
          new Setting("blocks", "2", "blocks of the encoder, and of the decoder"),
          new Setting("dropout", "0.1", "share of features dropped while training"),
          new Setting("rate", "0.001", "learning rate, where the optimizer says nothing of it"),
          new Setting("warmup", "400", "steps in which the learning rate rises from 0"),
          SettingValues.OPTIMIZER,
          new Setting("metrics", "", "registered metrics, joined by commas; empty for none"),
          SettingValues.DATA);

  /** For the service loaders. */
  public TranslateTransformer() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return "English words of programs into French, German or Chinese: a Transformer of two blocks";
  }

  @Override
  public List<Setting> settings() {
    return SETTINGS;
  }

  @Override
  public Plan plan(Request request) {
    var values = new SettingValues(this, request);
    var language = Language.of(values.choice("language", "fr", "de", "zh"));
    int merges = values.integer("merges", 1, 1 << 17);
    int length = Integer.parseInt(values.choice("length", "16", "32", "64"));
    int heads = values.integer("heads", 1, 256);
    int embedding = values.integer("embedding", 2, 1 << 13);
    int hidden = values.integer("hidden", 1, 1 << 15);
    int blocks = values.integer("blocks", 1, 64);
    double dropout = values.share("dropout");
    int warmUp = values.integer("warmup", 1, 1 << 24);
    var optimizer = values.optimizer(new WarmUp(warmUp, new Constant(values.positive("rate"))));
    var metrics = values.metrics();
    if (embedding % heads != 0) {
      throw new IllegalArgumentException(
          NAME
              + ": --set embedding: expected a multiple of heads="
              + heads
              + ", found "
              + embedding);
    }
    var corpus = PairCorpus.open(values.access(), language);
    var encoding =
        request.files().isEmpty()
            ? PairEncoding.make(corpus, language, merges, length)
            : PairEncoding.read(request.files());
    var files = new HashMap<>(encoding.files());
    files.putAll(TestPairs.files(corpus.test().stream().filter(encoding::fits).toList()));
    var size = new TransformerSize(embedding, heads, hidden, blocks);
    files.putAll(size.files());
    var model = size.model(encoding).dropout(dropout);
    return new Plan(
            encoding.dataset(corpus),
            model,
            new SparseCategoricalCrossEntropy().ignoring(Vocabulary.PADDING),
            optimizer,
            metrics,
            List.of(new ClipByGlobalNorm(LARGEST_NORM)),
            EPOCHS,
            BATCH)
        .withFiles(files);
  }

  /** An English sentence, of which the model is told nothing but its begin. */
  @Override
  public List<Literal> read(String input, Map<String, String> files) {
    var encoding = PairEncoding.read(files);
    return Translation.inputs(encoding, input);
  }

  @Override
  public List<Literal> read(String input) {
    return read(input, Map.of());
  }

  /** The translation, the best of four beams. */
  @Override
  public Optional<String> tell(Run run, String input) {
    var encoding = PairEncoding.read(run.files());
    return Optional.of(translation(run, encoding, 4).translate(List.of(input)).getFirst());
  }

  private static Translation translation(Run run, PairEncoding encoding, int beams) {
    var model = TransformerSize.read(run.files()).model(encoding);
    return new Translation(run, encoding, model, beams);
  }

  /** BLEU of the test sentences, of which no English one was learnt; decoded greedily. */
  @Override
  public Map<String, Double> measure(Run run, Plan plan) {
    var encoding = PairEncoding.read(plan.files());
    var pairs = TestPairs.read(plan.files());
    var found = translation(run, encoding, 1).translate(pairs.stream().map(Pair::source).toList());
    var references = pairs.stream().map(Pair::target).toList();
    return Map.of("bleu", Bleu.corpus(found, references, encoding.language().tokenization).value());
  }
}
