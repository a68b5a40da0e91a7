package dev.backplane.runtime.train;

import dev.backplane.BackplaneException;
import dev.backplane.Run;
import dev.backplane.Target;
import dev.backplane.io.MalformedModelException;
import dev.backplane.op.Precision;
import dev.backplane.runtime.checkpoint.Checkpoint;
import dev.backplane.runtime.checkpoint.SafeTensors;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.extension.Json;
import dev.backplane.runtime.extension.JsonFormat;
import dev.backplane.runtime.extension.Located;
import dev.backplane.runtime.extension.Registry;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.ShapeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A whole model in one file: safetensors, in whose metadata stands, as JSON, what the tensors
 * belong to. Other readers of the format find the weights there and pass over the rest.
 */
public final class ModelFile {
  private static final String ABOUT = "backplane";
  private static final int FORMAT = 1;

  private ModelFile() {}

  /** Writes aside, forces to the disk and renames into place. */
  static void write(
      Path file,
      Programs programs,
      Map<String, Literal> values,
      Map<String, String> notes,
      Map<String, String> files) {
    var pins = programs.blueprint().pins();
    if (!pins.isEmpty()) {
      throw new BackplaneException(
          "model file "
              + file
              + ": only registered parts have a form in files: "
              + pins.getFirst());
    }
    var about = new LinkedHashMap<String, Json>();
    about.put("format", new Json.Whole(FORMAT));
    about.put("name", new Json.Text(programs.name()));
    about.put("blueprint", programs.blueprint().withoutTraining());
    about.put("fields", programs.fields().json());
    about.put("notes", Json.texts(new TreeMap<>(notes)));
    about.put("files", Json.texts(new TreeMap<>(files)));
    var metadata = new TreeMap<String, String>();
    metadata.put(ABOUT, JsonFormat.compact(new Json.Fields(about)));
    var name = Optional.ofNullable(file.getFileName()).map(Path::toString).orElse("model");
    var aside = file.resolveSibling("." + name + ".part");
    try {
      try {
        new SafeTensors(new TreeMap<>(values), metadata).write(aside);
        Files.move(
            aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(aside);
      }
    } catch (IOException e) {
      throw new BackplaneException("model file " + file + ": cannot be written: " + e, e);
    }
  }

  /**
   * The tensors of any safetensors file.
   *
   * @throws MalformedModelException if it is none
   */
  public static SafeTensors tensors(Path file) {
    try {
      return SafeTensors.read(file);
    } catch (NoSuchFileException e) {
      throw new MalformedModelException(file.toString(), "no such file", "one", e);
    } catch (IOException e) {
      throw new BackplaneException("model file " + file + ": cannot be read: " + e, e);
    }
  }

  /**
   * Opens a model to predict and evaluate with.
   *
   * @throws MalformedModelException if it is no whole model
   */
  public static Run open(Devices devices, Registry registry, Path file, Target target) {
    var read = tensors(file);
    var text = read.metadata().get(ABOUT);
    if (text == null) {
      throw new MalformedModelException(
          file.toString(),
          "weights without a model",
          "a file that Run.save wrote; weights alone are read by Backplane.weights");
    }
    var about =
        JsonFormat.read(text.getBytes(StandardCharsets.UTF_8), file + ": " + ABOUT)
            .only("format", "name", "blueprint", "fields", "notes", "files");
    about.get("format").whole(FORMAT, FORMAT);
    var name = about.get("name").text();
    var programs =
        new Programs(
            name,
            Blueprint.read(registry, about.get("blueprint")),
            Fields.read(about.get("fields")),
            new StateTable(),
            1,
            Precision.FULL);
    var saved = new SavedState(file.toString(), read.tensors(), false);
    var open = devices.jobs().open(name, target.device());
    try {
      var job = Job.inference(devices, target, programs, saved, open);
      var outcome = new Fit.Outcome(Checkpoint.Position.START, List.of(), Map.of(), 0, 0);
      return new FinishedRun(
          name,
          job,
          devices,
          target,
          outcome,
          Optional.empty(),
          texts(about, "notes"),
          texts(about, "files"));
    } catch (ShapeException e) {
      throw new MalformedModelException(
          file.toString(), String.valueOf(e.getMessage()), "a model that fits its fields", e);
    }
  }

  private static Map<String, String> texts(Located about, String key) {
    var texts = new TreeMap<String, String>();
    var json = about.get(key);
    json.keys().forEach(name -> texts.put(name, json.get(name).text()));
    return texts;
  }
}
