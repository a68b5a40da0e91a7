package dev.backplane.recipes.text;

import dev.backplane.data.Recipe;
import dev.backplane.recipes.text.TextClassifier.Training;
import org.osgi.service.component.annotations.Component;

/** Whether a mail is wanted, by two LSTMs one behind the other. */
@Component(service = Recipe.class, immediate = true)
public final class SpamLstm extends TextRecipe {
  /** For the service loaders. */
  public SpamLstm() {
    super(
        "spam-lstm",
        "mails, wanted or not, by their text without headers: embedding of 64 units, two LSTMs",
        new TextClassifier(
            SpamAssassin::corpus,
            256,
            Training.comingDown(8, 1),
            StackedLstm.SETTINGS,
            StackedLstm::layers));
  }
}
