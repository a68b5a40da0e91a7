package dev.backplane.extension;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The registered parts, by name: how a user's setting, a recipe or a file says {@code acme.lion}
 * without knowing a class. What is made is of the newest bundle that registers the name.
 *
 * <p>A part is written as its name, with values for components in brackets where they are not to be
 * the registered defaults:
 *
 * <pre>
 * acme.lion
 * acme.lion(beta1=0.95, rate=schedule.cosine_decay(initial=1e-3, steps=1000, least=0))
 * sequential(layers=[dense(units=128, activation=relu), dense(units=10)])
 * </pre>
 *
 * Values are numbers, {@code true}, {@code false}, {@code none}, words (texts, dtypes, constants of
 * enums), texts in single or double quotes, lists in square brackets, and parts. Of Backplane's own
 * parts the words before the last may be left out: {@code adam} is {@code optimizer.adam}. The same
 * may be written as JSON, as run folders hold it: {@code {"name": "acme.lion", "version": 1,
 * "components": {"beta1": 0.95}}}.
 */
@ProviderType
public interface Parts {
  /** Makes a part of the registered defaults and what the text says. */
  default <T> T make(Class<T> kind, String text) {
    return make(kind, text, Map.of());
  }

  /**
   * Makes a part.
   *
   * @param kind what it is to be, such as {@code Optimizer.class}
   * @param text the part, as a line or as JSON
   * @param offered values of components, by name, for where the part has such a component and the
   *     text says nothing of it; they come before the registered defaults
   * @throws dev.backplane.io.MalformedModelException if the text names nothing registered, another
   *     kind, or values that do not fit, saying where and what would
   */
  <T> T make(Class<T> kind, String text, Map<String, ?> offered);

  /** The registered names of a kind, in their order. */
  List<String> names(Class<?> kind);

  /**
   * A part as JSON, which {@link #make(Class, String)} reads back: how to write a model file.
   *
   * @throws dev.backplane.BackplaneException if something in it is not registered, naming it
   */
  String json(Object part);
}
