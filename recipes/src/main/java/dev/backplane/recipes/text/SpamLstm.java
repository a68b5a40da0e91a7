package dev.backplane.recipes.text;

import dev.backplane.Run;
import dev.backplane.data.Recipe;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** Whether a mail is wanted, by two LSTMs one behind the other. */
@Component(service = Recipe.class, immediate = true)
public final class SpamLstm implements Recipe {
  private static final TextClassifier CLASSIFIER =
      new TextClassifier(
          SpamAssassin::corpus, 128, 10, 0.001, StackedLstm.SETTINGS, StackedLstm::layers);

  /** For the service loaders. */
  public SpamLstm() {}

  @Override
  public String name() {
    return "spam-lstm";
  }

  @Override
  public String summary() {
    return "mails, wanted or not, by their text without headers: embedding of 64 units, two LSTMs";
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

  /** The text of a mail, without headers. */
  @Override
  public List<Literal> read(String input, Map<String, String> files) {
    return TextClassifier.read(this, input, files);
  }

  @Override
  public Optional<String> tell(Run run, String input) {
    return TextClassifier.tell(this, run, input);
  }
}
