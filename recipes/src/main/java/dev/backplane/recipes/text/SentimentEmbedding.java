package dev.backplane.recipes.text;

import dev.backplane.Run;
import dev.backplane.data.Recipe;
import dev.backplane.layers.attention.Embedding;
import dev.backplane.layers.convolution.GlobalAveragePooling;
import dev.backplane.nn.Layer;
import dev.backplane.recipes.SettingValues;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** Whether a sentence is positive, by the mean of its words' embeddings. */
@Component(service = Recipe.class, immediate = true)
public final class SentimentEmbedding implements Recipe {
  private static final TextClassifier CLASSIFIER =
      new TextClassifier(
          VaderMovies::corpus,
          64,
          30,
          0.001,
          List.of(
              new Setting("embedding", "16", "units of a word"),
              new Setting("units", "32", "units of the hidden layer"),
              SettingValues.ACTIVATION),
          SentimentEmbedding::layers);

  /** For the service loaders. */
  public SentimentEmbedding() {}

  private static List<Layer> layers(SettingValues values, int vocabulary) {
    var layers = new ArrayList<Layer>();
    layers.add(new Embedding(vocabulary, values.integer("embedding", 1, 1 << 12)).withPadding());
    layers.add(new GlobalAveragePooling());
    layers.addAll(values.activated(values.integer("units", 1, 1 << 16)));
    return layers;
  }

  @Override
  public String name() {
    return "sentiment-embedding";
  }

  @Override
  public String summary() {
    return "sentences of film reviews, negative or positive: mean of embeddings of 16 units, one"
        + " hidden layer of 32";
  }

  @Override
  public List<Setting> settings() {
    return CLASSIFIER.settings();
  }

  @Override
  public Plan plan(Request request) {
    return CLASSIFIER.plan(this, request);
  }

  @Override
  public List<Literal> read(String input) {
    return read(input, Map.of());
  }

  /** A sentence. */
  @Override
  public List<Literal> read(String input, Map<String, String> files) {
    return TextClassifier.read(this, input, files);
  }

  @Override
  public Optional<String> tell(Run run, String input) {
    return TextClassifier.tell(this, run, input);
  }
}
