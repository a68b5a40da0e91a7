package dev.backplane.recipes.text;

import dev.backplane.data.Recipe;
import dev.backplane.layers.attention.Embedding;
import dev.backplane.layers.convolution.GlobalAveragePooling;
import dev.backplane.nn.Layer;
import dev.backplane.recipes.SettingValues;
import dev.backplane.recipes.text.TextClassifier.Training;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Whether a sentence is positive, by the mean of its words' embeddings. */
@Component(service = Recipe.class, immediate = true)
public final class SentimentEmbedding extends TextRecipe {
  /** For the service loaders. */
  public SentimentEmbedding() {
    super(
        "sentiment-embedding",
        "sentences of film reviews, negative or positive: mean of embeddings of 16 units, one"
            + " hidden layer of 32",
        new TextClassifier(
            VaderMovies::corpus,
            64,
            Training.untilNothingIsGained(30),
            List.of(
                new Setting("embedding", "16", "units of a word"),
                new Setting("units", "32", "units of the hidden layer"),
                SettingValues.ACTIVATION),
            SentimentEmbedding::layers));
  }

  private static List<Layer> layers(SettingValues values, int vocabulary) {
    var layers = new ArrayList<Layer>();
    layers.add(new Embedding(vocabulary, values.integer("embedding", 1, 1 << 12)).withPadding());
    layers.add(new GlobalAveragePooling());
    layers.addAll(values.activated(values.integer("units", 1, 1 << 16)));
    return layers;
  }
}
