/** The models people start from, their datasets and the dataset cache. */
module dev.backplane.recipes {
  requires transitive dev.backplane.api;
  requires com.fasterxml.jackson.core;
  requires dev.backplane.layers.attention;
  requires dev.backplane.layers.convolution;
  requires dev.backplane.layers.audio;
  requires dev.backplane.layers.core;
  requires dev.backplane.layers.recurrent;
  requires dev.backplane.layers.text;
  requires dev.backplane.layers.vision;
  requires java.desktop;
  requires org.tukaani.xz;
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;

  exports dev.backplane.recipes.cache;
  exports dev.backplane.recipes.format;

  provides dev.backplane.data.DatasetProvider with
      dev.backplane.recipes.image.FashionMnist,
      dev.backplane.recipes.image.Mnist,
      dev.backplane.recipes.table.Iris,
      dev.backplane.recipes.text.SpamAssassin,
      dev.backplane.recipes.text.VaderMovies;
  provides dev.backplane.data.Recipe with
      dev.backplane.recipes.image.FashionMnistCnn,
      dev.backplane.recipes.image.FashionMnistCnnDeep,
      dev.backplane.recipes.image.FashionMnistMlp,
      dev.backplane.recipes.image.FashionMnistRegularized,
      dev.backplane.recipes.image.MnistCnn,
      dev.backplane.recipes.image.MnistCnnDeep,
      dev.backplane.recipes.image.MnistMlp,
      dev.backplane.recipes.image.Resnet18,
      dev.backplane.recipes.speech.SpeechCtc,
      dev.backplane.recipes.speech.SpokenDigitsLstm,
      dev.backplane.recipes.table.IrisMlp,
      dev.backplane.recipes.text.SentimentEmbedding,
      dev.backplane.recipes.text.SentimentLstm,
      dev.backplane.recipes.text.SpamLstm,
      dev.backplane.recipes.translation.TranslateTransformer;
  provides dev.backplane.extension.Extensions with
      dev.backplane.recipes.RecipesExtensions;
}
