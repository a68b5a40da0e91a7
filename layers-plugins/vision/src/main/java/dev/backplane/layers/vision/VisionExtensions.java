package dev.backplane.layers.vision;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.layers.vision.transform.Crop;
import dev.backplane.layers.vision.transform.Flip;
import dev.backplane.layers.vision.transform.Noise;
import dev.backplane.layers.vision.transform.Normalize;
import dev.backplane.layers.vision.transform.RandomCrop;
import dev.backplane.layers.vision.transform.Resize;
import dev.backplane.layers.vision.transform.Rotate;
import dev.backplane.layers.vision.transform.Shift;
import dev.backplane.layers.vision.transform.Standardize;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Registers everything of this bundle under its stable name. */
@Component(service = Extensions.class, immediate = true)
public final class VisionExtensions implements Extensions {
  /** Made by the framework or by ServiceLoader. */
  public VisionExtensions() {}

  @Override
  public List<Extension> list() {
    return List.of(
        named("image.crop", Crop.class),
        named("image.flip", Flip.class).withDefault("probability", 0.5),
        named("image.noise", Noise.class),
        named("image.normalize", Normalize.class),
        named("image.random_crop", RandomCrop.class),
        named("image.resize", Resize.class),
        named("image.rotate", Rotate.class),
        named("image.shift", Shift.class),
        named("image.standardize", Standardize.class));
  }

  private static Extension named(String name, Class<? extends Record> type) {
    return Extension.of(name, 1, type, MethodHandles.lookup());
  }
}
