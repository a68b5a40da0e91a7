package dev.backplane.layers.text;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Cuts text into tokens. Implementations are immutable. */
@ConsumerType
public interface Tokenizer {
  /** The tokens of a text, in order; none is empty. */
  List<String> tokens(String text);

  /** A text of these tokens: as {@link #tokens} was given it, but for what that dropped. */
  String text(List<String> tokens);
}
