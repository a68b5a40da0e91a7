package dev.backplane.recipes.image;

import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.recipes.cache.DatasetCache;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Zalando's pictures of clothes: 60,000 to train and 10,000 to test, each class as often. */
@Component(service = DatasetProvider.class, immediate = true)
public final class FashionMnist implements DatasetProvider {
  private static final List<String> CLASSES =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  /** For the service loaders. */
  public FashionMnist() {}

  @Override
  public String name() {
    return Pins.FASHION_MNIST.name();
  }

  @Override
  public Dataset open(Access access) {
    return GreyPictures.open(DatasetCache.of(access).open(Pins.FASHION_MNIST), CLASSES);
  }
}
