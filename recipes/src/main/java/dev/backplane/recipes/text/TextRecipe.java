package dev.backplane.recipes.text;

import dev.backplane.Run;
import dev.backplane.data.Recipe;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A recipe for texts in classes: a user's own input is one text. */
abstract class TextRecipe implements Recipe {
  private final String name;
  private final String summary;
  private final TextClassifier classifier;

  TextRecipe(String name, String summary, TextClassifier classifier) {
    this.name = name;
    this.summary = summary;
    this.classifier = classifier;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String summary() {
    return summary;
  }

  @Override
  public final List<Setting> settings() {
    return classifier.settings();
  }

  @Override
  public final Plan plan(Request request) {
    return classifier.plan(this, request);
  }

  @Override
  public final List<Literal> read(String input) {
    return read(input, Map.of());
  }

  /** A text as the run's row of ids. */
  @Override
  public final List<Literal> read(String input, Map<String, String> files) {
    return List.of(TextEncoding.read(files).literal(name, input));
  }

  /** Both classes of one sigmoid by name; a softmax is told by its classes already. */
  @Override
  public final Optional<String> tell(Run run, String input) {
    var classes = run.notes().getOrDefault("classes", "").split("\n");
    var prediction = run.predict(read(input, run.files()).getFirst());
    if (prediction.type().shape().size() != 1 || classes.length != 2) {
      return Optional.empty();
    }
    double yes = prediction.doubleAt(0);
    int likelier = yes >= 0.5 ? 1 : 0;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%s %.1f %%, %s %.1f %%",
            classes[likelier],
            100 * Math.max(yes, 1 - yes),
            classes[1 - likelier],
            100 * Math.min(yes, 1 - yes)));
  }
}
