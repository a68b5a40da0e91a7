package dev.backplane.layers.audio;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.layers.audio.ctc.CtcErrorRate;
import dev.backplane.layers.audio.ctc.CtcLoss;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Registers everything of this bundle under its stable name. */
@Component(service = Extensions.class, immediate = true)
public final class AudioExtensions implements Extensions {
  /** Made by the framework or by ServiceLoader. */
  public AudioExtensions() {}

  @Override
  public List<Extension> list() {
    return List.of(
        named("spec_augment", SpecAugment.class),
        named("loss.ctc", CtcLoss.class).withDefault("blank", 0).withDefault("zeroInfinity", false),
        named("metric.ctc_error_rate", CtcErrorRate.class).withDefault("blank", 0));
  }

  private static Extension named(String name, Class<? extends Record> type) {
    return Extension.of(name, 1, type, MethodHandles.lookup());
  }
}
