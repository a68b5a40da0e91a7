package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.integration.DocumentedFiles.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples are what their pages say, file by file. */
class ExamplePagesTest {
  private static final int HUNDRED_OR_SO = 110;

  @ParameterizedTest
  @CsvSource({
    "adding-a-backend.md, examples/acme-backend",
    "adding-a-layer.md, examples/acme-plugin"
  })
  void thePageHoldsEveryFileOfTheExample(String page, String example) {
    var blocks = DocumentedFiles.of(page).blocks();
    for (var block : blocks) {
      if (block.kind() != Kind.NEXT_VERSION) {
        var file = DocumentedFiles.read(BuiltModule.root().resolve(block.path()));
        if (block.kind() == Kind.FILE) {
          assertEquals(file, block.text(), block.path());
        } else {
          assertTrue(file.contains(block.text()), block.path() + " lacks\n" + block.text());
        }
      }
    }
    var documented =
        blocks.stream()
            .filter(block -> block.kind() == Kind.FILE)
            .map(DocumentedFiles.Block::path)
            .sorted()
            .toList();
    assertEquals(DocumentedFiles.filesOf(example), documented);
  }

  @Test
  void everyPartThatChangesHasItsNextVersion() {
    var kinds =
        DocumentedFiles.of("adding-a-layer.md").blocks().stream()
            .map(DocumentedFiles.Block::kind)
            .filter(kind -> kind != Kind.FILE)
            .toList();
    assertEquals(12, kinds.size(), kinds.toString());
    for (int i = 0; i < kinds.size(); i += 2) {
      assertEquals(List.of(Kind.PART, Kind.NEXT_VERSION), kinds.subList(i, i + 2));
    }
  }

  /** Beside imports and blank lines: the promise to whoever makes a backend. */
  @Test
  void aBackendIsAHundredLines() {
    var source =
        DocumentedFiles.read(
            BuiltModule.root()
                .resolve("examples/acme-backend/src/main/java/com/acme/backend/AcmeBackend.java"));
    long lines =
        source.lines().filter(line -> !line.isBlank() && !line.startsWith("import ")).count();
    assertTrue(lines <= HUNDRED_OR_SO, lines + " lines");
  }
}
