package dev.backplane.layers.recurrent;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.layers.core.activation.Tanh;
import dev.backplane.layers.core.initializer.Distribution;
import dev.backplane.layers.core.initializer.FanInUniform;
import dev.backplane.layers.core.initializer.Glorot;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Registers everything of this bundle under its stable name. */
@Component(immediate = true)
public final class RecurrentExtensions implements Extensions {
  /** Made by the framework or by ServiceLoader. */
  public RecurrentExtensions() {}

  @Override
  public List<Extension> list() {
    return List.of(
        named("bidirectional", Bidirectional.class),
        recurrent("gru", Gru.class),
        recurrent("lstm", Lstm.class).withDefault("forgetBias", 1.0),
        recurrent("simple_rnn", SimpleRnn.class).withDefault("activation", new Tanh()),
        named("time_distributed", TimeDistributed.class));
  }

  private static Extension recurrent(String name, Class<? extends Record> type) {
    return named(name, type)
        .withDefault("sequences", false)
        .withDefault("state", false)
        .withDefault("reversed", false)
        .withDefault("kernel", new Glorot(Distribution.UNIFORM))
        .withDefault("recurrentKernel", new FanInUniform());
  }

  private static Extension named(String name, Class<? extends Record> type) {
    return Extension.of(name, 1, type, MethodHandles.lookup());
  }
}
