package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Trainer;
import dev.backplane.io.NameMap;
import dev.backplane.op.Precision;
import dev.backplane.tensor.Literal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a training begins with, what of it stays as it is, and how it is updated. */
final class BeginningOptions {
  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "A file of safetensors to begin with: the whole model, or what --map names.")
  @Nullable Path weights;

  @Option(
      names = "--map",
      paramLabel = "MAP",
      description =
          "What becomes what of --weights: lines such as 'dense_1/kernel <- fc.weight (1, 0)'.")
  @Nullable Path map;

  @Option(
      names = "--freeze",
      paramLabel = "PATH",
      description =
          "A parameter or layer that is not trained; a star stands for any letters of a name."
              + " May be given several times.")
  List<String> frozen = new ArrayList<>();

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      defaultValue = "1",
      description = "Update once in N batches. Default: ${DEFAULT-VALUE}.")
  int accumulate = 1;

  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = "full",
      description =
          "full, or bf16: contractions multiply in 16 bits, all else stays f32."
              + " Default: ${DEFAULT-VALUE}.")
  Precision precision = Precision.FULL;

  /** Reads what is to be read; what it gives sets trainers up. */
  Consumer<Trainer> read(Backplane backplane) {
    if (map != null && weights == null) {
      throw new CommandException(
          ExitCode.WRONG_USAGE, "--map needs --weights FILE, whose names it tells");
    }
    if (accumulate < 1) {
      throw new CommandException(
          ExitCode.WRONG_USAGE, "--accumulate: expected 1 or more, found " + accumulate);
    }
    var values = weights == null ? Map.<String, Literal>of() : values(backplane, weights);
    boolean whole = weights != null && map == null;
    return trainer ->
        trainer
            .weights(values, whole)
            .freeze(frozen.toArray(String[]::new))
            .accumulate(accumulate)
            .precision(precision);
  }

  private Map<String, Literal> values(Backplane backplane, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CommandException(ExitCode.FAILED, "--weights " + file + ": there is no such file");
    }
    var theirs = backplane.weights(file);
    if (map == null) {
      return theirs;
    }
    try {
      var names = NameMap.parse(Files.readString(map));
      var ours = names.apply(theirs);
      var unused = new TreeSet<>(theirs.keySet());
      names.entries().forEach(entry -> unused.remove(entry.name()));
      if (!unused.isEmpty()) {
        command.commandLine().getErr().println(map + " names nothing of these: " + unused);
      }
      return ours;
    } catch (NoSuchFileException e) {
      throw new CommandException(ExitCode.FAILED, "--map " + map + ": there is no such file", e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.FAILED, "--map " + map + " cannot be read: " + e, e);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.FAILED, map + ": " + e.getMessage(), e);
    }
  }
}
