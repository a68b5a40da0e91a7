package dev.backplane.runtime.train;

import dev.backplane.data.Examples;
import dev.backplane.runtime.board.Events;
import dev.backplane.runtime.board.Picture;
import dev.backplane.runtime.checkpoint.RunFolder;
import dev.backplane.tensor.Literal;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The event file of a run folder that is trained into. */
final class RunEvents {
  private static final String WHAT = "TensorBoard events";
  private static final int PICTURES = 8;

  private final RunFolder folder;
  private @Nullable Events events;

  /**
   * Opens the file, cut to the epochs of the checkpoint.
   *
   * @param shown of these the first pictures are shown, if they are pictures
   */
  RunEvents(RunFolder folder, int epochs, Examples shown) {
    this.folder = folder;
    folder.writing(
        WHAT,
        () -> {
          var opened = Events.open(folder.path(), epochs, hyperParameters(folder));
          if (epochs == 0) {
            pictures(opened, shown);
          }
          events = opened;
        });
  }

  private static void pictures(Events events, Examples shown) throws IOException {
    var input = shown.inputs().getFirst();
    for (int i = 0; i < Math.min(PICTURES, shown.size()); i++) {
      var picture = Picture.of(input, shown.example(i).input());
      if (picture.isPresent()) {
        events.picture(input.name() + "/" + i, picture.get());
      }
    }
  }

  /** Of the configuration: the notes, seed and batch, the optimizer's own. */
  private static Map<String, String> hyperParameters(RunFolder folder) {
    var config = RunFolder.config(folder.path());
    var found = new LinkedHashMap<String, String>();
    for (var key : config.get("notes").keys()) {
      if (!key.equals("classes")) {
        found.put(key, config.get("notes").get(key).text());
      }
    }
    found.put("seed", config.get("training").get("seed").shown());
    found.put("batch", config.get("training").get("batch").shown());
    found.put("optimizer", config.get("blueprint").get("optimizer").get("name").text());
    return found;
  }

  /** An epoch has ended. */
  void epoch(int epoch, Map<String, Double> figures, SortedMap<String, Literal> state) {
    var parameters = new TreeMap<String, Literal>();
    state.forEach(
        (path, value) -> {
          if (!StateTable.isInternal(path)) {
            parameters.put(path, value);
          }
        });
    folder.writing(
        WHAT,
        () -> {
          var opened = events;
          if (opened != null) {
            opened.epoch(epoch, figures, parameters);
          }
        });
  }
}
