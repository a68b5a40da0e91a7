package dev.backplane.recipes.text;

import dev.backplane.data.Recipe.Setting;
import dev.backplane.layers.attention.Embedding;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.recurrent.Lstm;
import dev.backplane.nn.Layer;
import dev.backplane.recipes.SettingValues;
import java.util.List;

/**
 * Word embeddings, an LSTM that gives its states at every word, an LSTM that gives its last, with
 * dropout behind each.
 */
final class StackedLstm {
  static final List<Setting> SETTINGS =
      List.of(
          new Setting("embedding", "64", "units of a word"),
          new Setting("units", "128", "units of the first LSTM"),
          new Setting("units2", "128", "units of the second LSTM"),
          new Setting("dropout", "0.5", "share of features dropped behind each LSTM"));

  private StackedLstm() {}

  static List<Layer> layers(SettingValues values, int vocabulary) {
    double dropout = values.share("dropout");
    return List.of(
        new Embedding(vocabulary, values.integer("embedding", 1, 1 << 12)).withPadding(),
        new Lstm(values.integer("units", 1, 1 << 12)).withSequences(),
        new Dropout(dropout),
        new Lstm(values.integer("units2", 1, 1 << 12)),
        new Dropout(dropout));
  }
}
