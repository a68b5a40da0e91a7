package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that puts models in Java beside their Keras form: its Java compiles, its counts are. */
class KerasPageTest {
  private static final Pattern JAVA =
      Pattern.compile("^```java\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern PYTHON =
      Pattern.compile("^```python\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| \\[[^]]+]\\(#([a-z0-9-]+)\\) \\|[^|]*\\| (\\d+) \\| (\\d+) \\|$",
          Pattern.MULTILINE);

  /** What the page leaves out: imports, and what stands for the reading of data. */
  private static final String BEGIN =
      """
      import static dev.backplane.Trainer.Epochs.epochs;
      import static dev.backplane.layers.core.activation.Activations.relu;
      import dev.backplane.*;
      import dev.backplane.data.*;
      import dev.backplane.layers.attention.*;
      import dev.backplane.layers.audio.*;
      import dev.backplane.layers.audio.ctc.*;
      import dev.backplane.layers.convolution.*;
      import dev.backplane.layers.core.*;
      import dev.backplane.layers.core.activation.Relu;
      import dev.backplane.layers.core.loss.*;
      import dev.backplane.layers.core.metric.*;
      import dev.backplane.layers.core.optimizer.*;
      import dev.backplane.layers.core.regularizer.L2;
      import dev.backplane.layers.core.schedule.*;
      import dev.backplane.layers.core.transform.*;
      import dev.backplane.layers.recurrent.*;
      import dev.backplane.layers.vision.*;
      import dev.backplane.layers.vision.transform.*;
      import dev.backplane.nn.*;
      import dev.backplane.tensor.*;
      import java.nio.file.Path;
      import java.util.ArrayList;
      import java.util.List;

      final class Page {
      """;

  private static final String GIVEN =
      "(Backplane backplane, Dataset data, Examples held, Literal recording, Literal sources,"
          + " int sourceWords, int targetWords) {\n";

  private static final String GIVEN_A_RUN = "(Backplane backplane, Run run, Literal picture) {\n";

  @TempDir Path folder;

  /** One model on the page. */
  private record Section(String title, String java, String python) {
    String anchor() {
      return title.toLowerCase(Locale.ROOT).replace(",", "").replace(' ', '-');
    }

    static Section of(String text) {
      return new Section(
          text.lines().findFirst().orElseThrow(), block(JAVA, text), block(PYTHON, text));
    }

    private static String block(Pattern pattern, String text) {
      var found = pattern.matcher(text);
      assertTrue(found.find(), () -> "no block in " + text);
      return found.group(1);
    }
  }

  private static String page() {
    return DocumentedFiles.read(BuiltModule.root().resolve("docs/keras.md"));
  }

  private static List<Section> sections() {
    return Arrays.stream(page().split("(?m)^## ")).skip(1).map(Section::of).toList();
  }

  private static long lines(String block) {
    return block.lines().filter(line -> !line.isBlank()).count();
  }

  @Test
  void theTableCountsTheLinesOfEachSection() {
    var sections = sections();
    var rows = ROW.matcher(page()).results().toList();
    assertEquals(sections.size(), rows.size());
    assertTrue(rows.size() > 10, rows.size() + " rows");
    for (int i = 0; i < rows.size(); i++) {
      var section = sections.get(i);
      var row = rows.get(i);
      assertEquals(section.anchor(), row.group(1));
      assertEquals(lines(section.java()), Long.parseLong(row.group(2)), section.title());
      assertEquals(lines(section.python()), Long.parseLong(row.group(3)), section.title());
    }
  }

  @Test
  void theJavaCompiles() {
    var source = new StringBuilder(BEGIN);
    var sections = sections();
    for (int i = 0; i < sections.size(); i++) {
      var block = sections.get(i).java();
      source.append("static void part").append(i);
      source.append(block.startsWith("run.") ? GIVEN_A_RUN : GIVEN);
      source.append(block).append("}\n");
    }
    source.append("}\n");
    var text = source.toString();
    var unit =
        new SimpleJavaFileObject(URI.create("string:///Page.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
          }
        };
    var printed = new StringWriter();
    var options = new ArrayList<>(List.of("-d", folder.toString(), "-proc:none", "-classpath"));
    options.add(System.getProperty("java.class.path"));
    boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(printed, null, null, options, null, List.of(unit))
            .call();
    assertTrue(compiled, printed::toString);
  }
}
