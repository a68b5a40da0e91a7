package dev.backplane.recipes.translation;

import dev.backplane.layers.text.Bleu;

/** A language that English is translated into, and how the sources of pairs write it. */
enum Language {
  FRENCH("fr", "fr", "fr_FR", "fr", Bleu.Tokenization.V13A),
  GERMAN("de", "de", "de_DE", "de", Bleu.Tokenization.V13A),
  CHINESE("zh", "zh-Hans", "zh_Hans_CN", "zh-cn", Bleu.Tokenization.CHARACTERS);

  /** As settings and CLDR write it. */
  final String code;

  final String homeAssistant;
  final String indico;
  final String typeScript;

  /** How its BLEU is counted. */
  final Bleu.Tokenization tokenization;

  Language(
      String code,
      String homeAssistant,
      String indico,
      String typeScript,
      Bleu.Tokenization tokenization) {
    this.code = code;
    this.homeAssistant = homeAssistant;
    this.indico = indico;
    this.typeScript = typeScript;
    this.tokenization = tokenization;
  }

  /** The locale of JupyterLab's language packs. */
  String jupyterLab() {
    return this == CHINESE ? "zh_CN" : indico;
  }

  static Language of(String code) {
    for (var language : values()) {
      if (language.code.equals(code)) {
        return language;
      }
    }
    throw new IllegalArgumentException("no language " + code);
  }
}
