package dev.backplane.recipes.text;

import dev.backplane.data.Recipe;
import dev.backplane.recipes.text.TextClassifier.Training;
import org.osgi.service.component.annotations.Component;

/** Whether a sentence is positive, by two LSTMs one behind the other. */
@Component(service = Recipe.class, immediate = true)
public final class SentimentLstm extends TextRecipe {
  /** For the service loaders. */
  public SentimentLstm() {
    super(
        "sentiment-lstm",
        "sentences of film reviews, negative or positive: embedding of 64 units, two LSTMs",
        new TextClassifier(
            VaderMovies::corpus,
            64,
            Training.untilNothingIsGained(5),
            StackedLstm.SETTINGS,
            StackedLstm::layers));
  }
}
