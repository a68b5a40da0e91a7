package dev.backplane.runtime.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.BackplaneException;
import dev.backplane.Run;
import dev.backplane.Trainer;
import dev.backplane.Trainer.Epochs;
import dev.backplane.TrainingFailedException;
import dev.backplane.data.Batches;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.io.MalformedModelException;
import dev.backplane.nn.Sequential;
import dev.backplane.runtime.checkpoint.RunFolder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeTest {
  @TempDir Path folder;
  private Path whole;
  private Path parts;

  @BeforeEach
  void folders() {
    whole = folder.resolve("whole");
    parts = folder.resolve("parts");
  }

  private static Run fit(Trainer trainer, Path out, int epochs, boolean resume) {
    return trainer
        .out(out)
        .resume(resume)
        .note("recipe", "tiny")
        .fit(Tiny.train(), Tiny.test(), Epochs.epochs(epochs), Tiny.REFERENCE);
  }

  private static void train(Path out, int epochs, boolean resume) {
    fit(Tiny.trainer(), out, epochs, resume).close();
  }

  @Test
  void whatNoCheckpointHoldsIsRefusedBeforeAnythingIsTrained() {
    var model = Sequential.of(new Tiny.Linear(300_000_000), new Tiny.Linear(1));
    var failure =
        assertThrows(
            BackplaneException.class, () -> fit(Tiny.trainer(model, 0.1), whole, 1, false));
    var message = String.valueOf(failure.getMessage());
    assertTrue(message.contains(" is f32[2,300000000], 2400000000 bytes; a checkpoint"), message);
  }

  /** The last checkpoints, the metrics and the configuration are the same bytes. */
  private void assertSameBytes() throws IOException {
    for (var file : List.of("metrics.csv", "config.json")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(parts.resolve(file)), file);
    }
    var last = RunFolder.last(whole).orElseThrow().position().steps();
    for (var file : List.of("state.safetensors", "checkpoint.json")) {
      var path = String.format("checkpoints/step-%012d/%s", last, file);
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(path)), Files.readAllBytes(parts.resolve(path)), path);
    }
  }

  @Test
  void twoEpochsEqualOneAndThenOneMoreBitForBit() throws IOException {
    train(whole, 2, false);
    train(parts, 1, false);
    train(parts, 2, true);
    assertSameBytes();
    assertEquals(3, Files.readAllLines(parts.resolve("metrics.csv")).size());
  }

  @Test
  void aTrainingStoppedWithinAnEpochGoesOnWithTheSameBits() throws IOException {
    train(whole, 2, false);
    var examples = new Tripwire(Tiny.quadrants(100), Thread.currentThread(), 12);
    try (var run =
        Tiny.trainer()
            .out(parts)
            .note("recipe", "tiny")
            .fit(
                new Batches(examples, 16, OptionalLong.of(7)),
                Tiny.test(),
                Epochs.epochs(2),
                Tiny.REFERENCE)) {
      assertTrue(run.steps() > 7 && run.steps() < 14, "stopped at step " + run.steps());
      assertEquals(1, run.epochs());
      assertTrue(run.metrics().containsKey("train_loss"));
      assertTrue(Thread.interrupted(), "the interrupt stays set");
      assertEquals(run.steps() - 7, RunFolder.last(parts).orElseThrow().position().step());
    }
    train(parts, 2, true);
    assertSameBytes();
  }

  /** Interrupts a thread when a batch, counted from 1, is gathered: a few steps before it runs. */
  private record Tripwire(Examples examples, Thread thread, AtomicInteger left)
      implements Examples {
    Tripwire(Examples examples, Thread thread, int batch) {
      this(examples, thread, new AtomicInteger(batch));
    }

    @Override
    public int size() {
      return examples.size();
    }

    @Override
    public List<Feature> inputs() {
      return examples.inputs();
    }

    @Override
    public List<Feature> targets() {
      return examples.targets();
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      if (field == 0 && left.decrementAndGet() == 0) {
        thread.interrupt();
      }
      examples.gather(field, rows, from, count, target);
    }
  }

  @Test
  void aTrainingKilledInTheSecondEpochGoesOnWithTheSameBits() throws Exception {
    train(whole, 3, false);
    var child = child(parts, 1000);
    try {
      awaitCheckpoint(child);
      refused(Tiny.trainer(), "another training writes to it");
    } finally {
      child.destroyForcibly();
      child.waitFor(10, TimeUnit.SECONDS);
    }
    var last = RunFolder.last(parts).orElseThrow().position();
    assertTrue(last.epochs() < 1000);
    int epochs = last.epochs() + 2;
    Files.writeString(
        parts.resolve("metrics.csv"),
        (epochs - 1) + ",a row the kill left behind\n",
        java.nio.file.StandardOpenOption.APPEND);
    train(parts, epochs, true);
    var anew = folder.resolve("anew");
    train(anew, epochs, false);
    whole = anew;
    assertSameBytes();
  }

  private void awaitCheckpoint(Process child) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (RunFolder.last(parts).isEmpty()) {
      assertTrue(child.isAlive(), "the child has ended");
      assertTrue(System.nanoTime() < deadline, "no checkpoint after three minutes");
      Thread.sleep(20);
    }
    // Somewhere within a later epoch.
    Thread.sleep(37);
  }

  /** A virtual machine of its own that trains. */
  private static Process child(Path out, int epochs) throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            java,
            "-Xmx300m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            out.toString(),
            String.valueOf(epochs))
        .redirectErrorStream(true)
        .redirectOutput(out.resolveSibling("child.txt").toFile())
        .start();
  }

  /** Trains into a folder. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      try {
        train(Path.of(arguments[0]), Integer.parseInt(arguments[1]), false);
      } catch (BackplaneException e) {
        System.out.println("FAILED " + e.getMessage());
        System.exit(1);
      }
    }
  }

  @Test
  void aDiskThatFillsIsSaidAndTheLastCheckpointGoesOn() throws Exception {
    wide(whole, 2, false);
    wide(parts, 1, false);
    assertTrue(Files.size(parts.resolve("config.json")) < 8 * 1024);
    assertTrue(Files.size(state(parts, 7)) > 8 * 1024);
    // A limit on the size of files, in blocks of 1024 bytes, stands in for a full disk.
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var command =
        String.format(
            "ulimit -f 8; exec %s -Xmx300m -XX:+UseSerialGC -XX:-UsePerfData"
                + " --enable-native-access=ALL-UNNAMED -cp '%s' '%s' '%s'",
            java, System.getProperty("java.class.path"), Wide.class.getName(), parts);
    var child = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
    var output = new String(child.getInputStream().readAllBytes());
    assertEquals(1, child.waitFor(), output);
    assertTrue(
        output.contains(
            "FAILED run folder " + parts + ": cannot write checkpoints/step-000000000014: "),
        output);
    assertTrue(output.contains("File too large"), output);
    assertTrue(output.contains("the last checkpoint, step-000000000007, is kept"), output);
    try (var left = Files.list(parts.resolve("checkpoints"))) {
      assertEquals(
          List.of("step-000000000007"), left.map(f -> f.getFileName().toString()).toList());
    }
    wide(parts, 2, true);
    assertSameBytes();
  }

  private static void wide(Path out, int epochs, boolean resume) {
    var model = Sequential.of(new Tiny.Linear(400), new Tiny.Tanh(), new Tiny.Linear(1));
    fit(Tiny.trainer(model, 0.001), out, epochs, resume).close();
  }

  /** Resumes a training of a wider model into a folder. */
  static final class Wide {
    private Wide() {}

    public static void main(String[] arguments) {
      try {
        wide(Path.of(arguments[0]), 2, true);
      } catch (BackplaneException e) {
        System.out.println("FAILED " + e.getMessage());
        System.exit(1);
      }
    }
  }

  @Test
  void anotherSeedBatchModelOrRateIsRefusedNamingIt() {
    train(parts, 1, false);
    refused(Tiny.trainer().seed(1), "training.seed is 0 in the run, 1 now");
    refused(Tiny.trainer(Tiny.model(), 0.2), "components.rate.components.value is 0.1 in the run");
    refused(Tiny.trainer().name("small"), "name is \"tiny\" in the run, \"small\" now");
    var wider =
        Sequential.of(
            new Tiny.Linear(9),
            new Tiny.Tanh(),
            new Tiny.Noise(0.01),
            new Tiny.Counter(),
            new Tiny.Linear(1));
    refused(
        Tiny.trainer(wider, 0.1),
        "blueprint.model.components.layers[0].components.units is 8 in the run, 9 now");
    var failure =
        assertThrows(
            BackplaneException.class,
            () ->
                Tiny.trainer()
                    .out(parts)
                    .resume(true)
                    .fit(Tiny.train().batch(8), Tiny.test(), Epochs.epochs(2), Tiny.REFERENCE));
    assertTrue(failure.getMessage().contains("training.batch is 16 in the run, 8 now"));
  }

  private void refused(Trainer trainer, String part) {
    var failure = assertThrows(BackplaneException.class, () -> fit(trainer, parts, 2, true));
    assertTrue(failure.getMessage().contains(part), failure.getMessage());
  }

  @Test
  void aRunIsNotOverwrittenUnasked() {
    train(parts, 1, false);
    refusedAnew("resume it, or choose another folder");
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Tiny.trainer()
                .resume(true)
                .fit(Tiny.train(), Tiny.test(), Epochs.epochs(1), Tiny.REFERENCE));
  }

  private void refusedAnew(String part) {
    var failure =
        assertThrows(BackplaneException.class, () -> fit(Tiny.trainer(), parts, 2, false));
    assertTrue(failure.getMessage().contains(part), failure.getMessage());
  }

  @Test
  void aFinishedRunIsResumedWithoutAStep() {
    train(parts, 2, false);
    try (var run = fit(Tiny.trainer(), parts, 2, true)) {
      assertEquals(2, run.epochs());
      assertEquals(14, run.steps());
      assertEquals(2, run.history().size());
      assertEquals(0, run.samplesPerSecond());
    }
  }

  @Test
  void aRunOpenedFromItsFolderPredictsAndMeasuresTheSame() {
    try (var run = fit(Tiny.trainer(), parts, 2, false);
        var opened = FinishedRun.open(Tiny.devices(), Tiny.registry(), parts, Tiny.REFERENCE)) {
      assertEquals("tiny", opened.name());
      assertEquals("tiny", opened.notes().get("recipe"));
      assertEquals(run.parameters(), opened.parameters());
      assertEquals(run.history(), opened.history());
      assertEquals(run.metrics(), opened.metrics());
      var input = Tiny.quadrants(60).example(5).input();
      assertEquals(run.predict(input), opened.predict(input));
      assertEquals(run.evaluate(Tiny.test()), opened.evaluate(Tiny.test()));
      assertEquals(14, opened.steps());
    }
  }

  @Test
  void aCheckpointOfAnotherModelNamesTheParameterAndBothTypes() throws IOException {
    train(parts, 1, false);
    var config = parts.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"units\" : 8", "\"units\" : 9"));
    var failure = assertThrows(MalformedModelException.class, this::open);
    assertTrue(
        failure.getMessage().contains("linear_1/bias is f32[8]; expected f32[9]"),
        failure.getMessage());
  }

  private void open() {
    FinishedRun.open(Tiny.devices(), Tiny.registry(), parts, Tiny.REFERENCE).close();
  }

  @Test
  void aCheckpointCutShortIsMalformed() throws IOException {
    train(parts, 1, false);
    var file = state(parts, 7);
    var bytes = Files.readAllBytes(file);
    for (int length : new int[] {0, 7, 8, 100, bytes.length - 1}) {
      Files.write(file, Arrays.copyOf(bytes, length));
      var failure = assertThrows(MalformedModelException.class, this::open, "cut at " + length);
      assertTrue(failure.getMessage().startsWith(file + ": "), failure.getMessage());
      assertThrows(MalformedModelException.class, () -> train(parts, 2, true));
    }
  }

  private static Path state(Path run, int steps) {
    return run.resolve(String.format("checkpoints/step-%012d/state.safetensors", steps));
  }

  @Test
  void aConfigurationWithAnUnknownLayerSaysWhereAndWhatMayBeMeant() throws IOException {
    train(parts, 1, false);
    var config = parts.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"tanh\"", "\"tahn\""));
    var failure = assertThrows(MalformedModelException.class, this::open);
    assertTrue(failure.getMessage().contains("layers[1]"), failure.getMessage());
    assertTrue(failure.getMessage().contains("did you mean tanh?"), failure.getMessage());
  }

  @Test
  void aConfigurationCutOrWithAnyBitTurnedIsReadOrMalformed() throws IOException {
    train(parts, 1, false);
    var config = parts.resolve("config.json");
    var bytes = Files.readAllBytes(config);
    for (int length = 0; length < bytes.length - 1; length++) {
      Files.write(config, Arrays.copyOf(bytes, length));
      assertThrows(MalformedModelException.class, this::readConfig, "cut at " + length);
    }
    int read = 0;
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(config, bytes);
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        readConfig();
        read++;
      } catch (MalformedModelException e) {
        assertTrue(e.getMessage().contains("config.json"), e.getMessage());
      }
    }
    assertTrue(read > 0 && read < 4 * bytes.length, read + " of " + 8 * bytes.length);
  }

  private void readConfig() {
    RunConfig.read(Tiny.registry(), RunFolder.config(parts));
  }

  @Test
  void aCheckpointWhosePositionIsWrongIsMalformed() throws IOException {
    train(parts, 1, false);
    var about = state(parts, 7).resolveSibling("checkpoint.json");
    var text = Files.readString(about);
    for (var change : List.of("\"stepsOfEpoch\" : 9", "\"stepsOfEpoch\" : 1")) {
      Files.writeString(about, text.replace("\"stepsOfEpoch\" : 0", change));
      var failure =
          assertThrows(MalformedModelException.class, () -> train(parts, 2, true), change);
      assertTrue(failure.getMessage().contains("epochs of 7"), failure.getMessage());
    }
  }

  @Test
  void anUnregisteredLayerTrainsButItsRunCannotBeOpened() {
    var model = Sequential.of(new Tiny.Linear(4), new Tiny.Stray(), new Tiny.Linear(1));
    try (var run = fit(Tiny.trainer(model, 0.1), parts, 1, false)) {
      assertTrue(run.toString().contains("pinned by model.layers[1] (Stray)"), run::toString);
    }
    var failure = assertThrows(MalformedModelException.class, this::open);
    assertTrue(failure.getMessage().contains("layers[1]"), failure.getMessage());
  }

  @Test
  void aLossThatIsNotFiniteKeepsTheLastCheckpoint() {
    train(parts, 1, false);
    // The run's own data, but for one target that has gone bad since.
    var bad = new Batches(new Tiny.Quadrants(100, Float.NaN), 16, OptionalLong.of(7));
    var failure =
        assertThrows(
            TrainingFailedException.class,
            () ->
                Tiny.trainer()
                    .out(parts)
                    .resume(true)
                    .fit(bad, Tiny.test(), Epochs.epochs(3), Tiny.REFERENCE));
    assertTrue(failure.getMessage().contains("(epoch 2, batch "), failure.getMessage());
    assertTrue(
        failure.getMessage().contains("the last checkpoint, of step 7, is kept"),
        failure.getMessage());
    assertEquals(7, RunFolder.last(parts).orElseThrow().position().steps());
  }

  @Test
  void nothingIsLeftBesideTheRun() throws IOException {
    train(parts, 3, false);
    try (var files = Files.walk(parts)) {
      assertEquals(
          List.of(
              "",
              ".lock",
              "checkpoints",
              "checkpoints/step-000000000014",
              "checkpoints/step-000000000014/checkpoint.json",
              "checkpoints/step-000000000014/state.safetensors",
              "checkpoints/step-000000000021",
              "checkpoints/step-000000000021/checkpoint.json",
              "checkpoints/step-000000000021/state.safetensors",
              "config.json",
              "events.out.tfevents.1.backplane",
              "metrics.csv"),
          files.map(file -> parts.relativize(file).toString()).sorted().toList());
    }
    assertFalse(Files.exists(parts.resolve(".config.json.part")));
  }

  @Test
  void theModelsOwnFilesAreThereWhenARunIsOpenedAndMustBeTheSameOnResume() throws IOException {
    try (var run = fit(Tiny.trainer().file("words.txt", "ja\nnein\n"), whole, 1, false)) {
      assertEquals(Map.of("words.txt", "ja\nnein\n"), run.files());
    }
    try (var run = FinishedRun.open(Tiny.devices(), Tiny.registry(), whole, Tiny.REFERENCE)) {
      assertEquals(Map.of("words.txt", "ja\nnein\n"), run.files());
    }
    fit(Tiny.trainer().file("words.txt", "ja\nnein\n"), whole, 2, true).close();
    refusedFile(Tiny.trainer().file("words.txt", "ja\n"), "words.txt differs from what is given");
    refusedFile(Tiny.trainer(), "words.txt is not given now");
    refusedFile(
        Tiny.trainer().file("words.txt", "ja\nnein\n").file("more", ""),
        "more is not there, but is given now");
    Files.write(whole.resolve("files/words.txt"), new byte[] {(byte) 0xff});
    var failure =
        assertThrows(
            MalformedModelException.class,
            () -> FinishedRun.open(Tiny.devices(), Tiny.registry(), whole, Tiny.REFERENCE));
    assertTrue(String.valueOf(failure.getMessage()).contains("words.txt: bytes of another kind"));
  }

  private void refusedFile(Trainer trainer, String words) {
    var failure = assertThrows(BackplaneException.class, () -> fit(trainer, whole, 3, true));
    var message = String.valueOf(failure.getMessage());
    assertTrue(message.contains(words), message);
  }

  @Test
  void aFileOfTheModelHasANameThatIsSafeEverywhere() {
    for (var name : List.of("", "../x", ".hidden", "a/b", "a b", "x".repeat(101))) {
      assertThrows(IllegalArgumentException.class, () -> Tiny.trainer().file(name, ""), name);
    }
  }
}
