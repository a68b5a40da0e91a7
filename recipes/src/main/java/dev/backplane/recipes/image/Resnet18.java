package dev.backplane.recipes.image;

import dev.backplane.UnavailableException;
import dev.backplane.data.Dataset;
import dev.backplane.data.Recipe;
import dev.backplane.data.Splitting;
import dev.backplane.layers.convolution.BatchNormalization;
import dev.backplane.layers.convolution.Convolution2d;
import dev.backplane.layers.convolution.GlobalAveragePooling;
import dev.backplane.layers.convolution.MaxPooling2d;
import dev.backplane.layers.convolution.ResidualBlock2d;
import dev.backplane.layers.convolution.ZeroPadding2d;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.activation.Relu;
import dev.backplane.layers.core.initializer.Distribution;
import dev.backplane.layers.core.initializer.He;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.vision.Transformed;
import dev.backplane.layers.vision.file.ImageFile.Channels;
import dev.backplane.layers.vision.file.ImageFolder;
import dev.backplane.layers.vision.transform.ImageTransform;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.recipes.ClassWeights;
import dev.backplane.recipes.Learned;
import dev.backplane.recipes.SettingValues;
import dev.backplane.recipes.format.MalformedDataException;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/** ResNet-18 (He et al., 2015) on any folder of pictures with a sub-folder per class. */
@Component(service = Recipe.class, immediate = true)
public final class Resnet18 implements Recipe {
  private static final String SIZE = "size";
  private static final String SIZE_FILE = "size.txt";
  private static final String IMAGES = "images";

  /** For the service loaders. */
  public Resnet18() {}

  @Override
  public String name() {
    return "resnet18";
  }

  @Override
  public String summary() {
    return "any folder of pictures with a sub-folder per class (--set images=FOLDER): ResNet-18";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        new Setting(IMAGES, "", "the folder; a fifth of each class is kept for the test"),
        new Setting(SIZE, "224", "height and width to which pictures are scaled and cut"),
        new Setting("skip-broken", "0", "1 to leave out files that are no pictures"),
        new Setting("augmentation", "image.flip", "registered transforms; empty for none"),
        new Setting("rate", "0.001", "learning rate, where the optimizer says nothing of it"),
        SettingValues.FOLDS,
        SettingValues.FOLD,
        ClassWeights.SETTING,
        SettingValues.OPTIMIZER,
        SettingValues.METRICS);
  }

  /** The model for so many classes, channels last; the shapes are torchvision's. */
  static Sequential model(int classes) {
    var layers = new ArrayList<Layer>();
    layers.add(new ZeroPadding2d(3));
    layers.add(
        new Convolution2d(64, 7).stride(2).withoutBias().kernel(new He(Distribution.NORMAL)));
    layers.add(new BatchNormalization());
    layers.add(new Relu());
    // Behind relu zeros around the picture never win.
    layers.add(new ZeroPadding2d(1));
    layers.add(new MaxPooling2d(3).stride(2));
    for (int stage = 0; stage < 4; stage++) {
      layers.add(new ResidualBlock2d(64 << stage, stage == 0 ? 1 : 2));
      layers.add(new ResidualBlock2d(64 << stage));
    }
    layers.add(new GlobalAveragePooling());
    layers.add(new Dense(classes));
    return new Sequential(layers);
  }

  @Override
  public Plan plan(Request request) {
    var values = new SettingValues(this, request);
    int size = values.integer(SIZE, 32, 1024);
    boolean skip = values.integer("skip-broken", 0, 1) == 1;
    var optimizer = values.optimizer(values.positive("rate"));
    // The folder tells how many classes there are; what is wrong with a name is said before.
    values.metrics(2);
    var fold = values.fold();
    var weights = values.classWeights();
    var transforms = values.parts(ImageTransform.class, "augmentation");
    var folder = request.settings().getOrDefault(IMAGES, "").strip();
    if (folder.isEmpty()) {
      throw new UnavailableException(
          "resnet18 brings no pictures: give a folder with a sub-folder per class, --set"
              + " images=FOLDER");
    }
    var options = new ImageFolder.Options(size, size, Channels.RGB, skip);
    var images = ImageFolder.open(Path.of(folder), options, request.access().progress());
    var split = Splitting.stratified(request.seed()).holdOut(images, 0.2);
    var learned = Learned.of(fold, split.train(), request.seed());
    var train =
        transforms.isEmpty()
            ? learned.train()
            : Transformed.of(learned.train(), request.seed(), transforms);
    return learned
        .in(
            new Plan(
                new Dataset(name(), train, split.held(), images.classes()),
                model(images.classes().size()),
                weights.on(new SparseCategoricalCrossEntropy(), learned.train(), images.classes()),
                optimizer,
                values.metrics(images.classes().size()),
                List.of(),
                10,
                16))
        .withFiles(Map.of(SIZE_FILE, String.valueOf(size)));
  }

  @Override
  public List<Literal> read(String input) {
    return read(input, Map.of());
  }

  /** The path of a picture. */
  @Override
  public List<Literal> read(String input, Map<String, String> files) {
    var size = files.get(SIZE_FILE);
    if (size == null || !size.strip().matches("[1-9][0-9]{0,3}")) {
      throw new MalformedDataException(
          "the run's " + SIZE_FILE, "height and width of its pictures", String.valueOf(size));
    }
    int side = Integer.parseInt(size.strip());
    var type = TensorType.of(DType.U8, side, side, Channels.RGB.count());
    var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes())]);
    var options = new ImageFolder.Options(side, side, Channels.RGB, false);
    ImageFolder.store(ImageFolder.fitted(Path.of(input), options), bytes);
    return List.of(Literal.copyOf(type, bytes));
  }
}
