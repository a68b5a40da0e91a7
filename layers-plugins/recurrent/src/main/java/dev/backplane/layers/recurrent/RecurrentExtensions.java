package dev.backplane.layers.recurrent;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
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
        named("gru", Gru.class),
        named("lstm", Lstm.class),
        named("simple_rnn", SimpleRnn.class),
        named("time_distributed", TimeDistributed.class));
  }

  private static Extension named(String name, Class<? extends Record> type) {
    return Extension.of(name, 1, type, MethodHandles.lookup());
  }
}
