package dev.backplane.recipes.image;

import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.recipes.cache.DatasetCache;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Handwritten digits: 60,000 to train and 10,000 to test. */
@Component(service = DatasetProvider.class, immediate = true)
public final class Mnist implements DatasetProvider {
  private static final List<String> CLASSES =
      List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

  /** For the service loaders. */
  public Mnist() {}

  @Override
  public String name() {
    return Pins.MNIST.name();
  }

  @Override
  public Dataset open(Access access) {
    return GreyPictures.open(DatasetCache.of(access).open(Pins.MNIST), CLASSES);
  }
}
