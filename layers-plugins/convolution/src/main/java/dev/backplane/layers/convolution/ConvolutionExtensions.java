package dev.backplane.layers.convolution;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Registers everything of this bundle under its stable name. */
@Component(immediate = true)
public final class ConvolutionExtensions implements Extensions {
  /** Made by the framework or by ServiceLoader. */
  public ConvolutionExtensions() {}

  @Override
  public List<Extension> list() {
    return List.of(
        named("average_pooling1d", AveragePooling1d.class),
        named("average_pooling2d", AveragePooling2d.class),
        named("batch_normalization", BatchNormalization.class),
        named("convolution1d", Convolution1d.class),
        named("convolution2d", Convolution2d.class),
        named("depthwise_convolution2d", DepthwiseConvolution2d.class),
        named("global_average_pooling", GlobalAveragePooling.class),
        named("global_max_pooling", GlobalMaxPooling.class),
        named("max_pooling1d", MaxPooling1d.class),
        named("max_pooling2d", MaxPooling2d.class),
        named("residual_block2d", ResidualBlock2d.class).withDefault("stride", 1),
        named("transposed_convolution1d", TransposedConvolution1d.class),
        named("transposed_convolution2d", TransposedConvolution2d.class),
        named("up_sampling1d", UpSampling1d.class),
        named("up_sampling2d", UpSampling2d.class),
        named("zero_padding2d", ZeroPadding2d.class));
  }

  private static Extension named(String name, Class<? extends Record> type) {
    return Extension.of(name, 1, type, MethodHandles.lookup());
  }
}
