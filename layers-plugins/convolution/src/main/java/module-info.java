/** Convolution, pooling, up-sampling and batch normalization, channels last. */
module dev.backplane.layers.convolution {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;
  requires transitive dev.backplane.api;
  requires transitive dev.backplane.layers.core;

  exports dev.backplane.layers.convolution;

  provides dev.backplane.extension.Extensions with
      dev.backplane.layers.convolution.ConvolutionExtensions;
}
