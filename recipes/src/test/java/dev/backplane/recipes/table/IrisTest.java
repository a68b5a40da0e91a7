package dev.backplane.recipes.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Examples;
import dev.backplane.recipes.cache.DatasetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IrisTest {
  private static List<String> rows(Examples examples) {
    var rows = new ArrayList<String>();
    for (int i = 0; i < examples.size(); i++) {
      var example = examples.example(i);
      rows.add(Arrays.toString(example.input().toFloats()) + example.target().longAt(0));
    }
    return rows;
  }

  private static Dataset split(long seed) {
    return Iris.split(Access.silent(), seed);
  }

  @Test
  void eachClassIsSplitFortyToTen() {
    var data = split(7);
    assertEquals(List.of("setosa", "versicolor", "virginica"), data.classes());
    for (var part : List.of(data.train(), data.test())) {
      var counts = new int[3];
      for (int i = 0; i < part.size(); i++) {
        counts[(int) part.example(i).target().longAt(0)]++;
      }
      int each = part.size() / 3;
      assertArrayEquals(new int[] {each, each, each}, counts);
    }
    assertEquals(120, data.train().size());
    assertEquals(30, data.test().size());
  }

  @Test
  void theSplitIsAFunctionOfTheSeedAndLosesNothing() {
    assertEquals(rows(split(1).train()), rows(split(1).train()));
    assertNotEquals(rows(split(1).test()), rows(split(2).test()));
    var all = new ArrayList<>(rows(split(1).train()));
    all.addAll(rows(split(1).test()));
    var others = new ArrayList<>(rows(split(2).train()));
    others.addAll(rows(split(2).test()));
    assertEquals(all.stream().sorted().toList(), others.stream().sorted().toList());
    assertEquals(150, all.size());
    assertTrue(all.contains("[5.1, 3.5, 1.4, 0.2]0"), all.toString());
  }

  @Test
  void aGivenFolderMustHoldThePinnedFile(@TempDir Path folder) throws IOException {
    var access = new Access(Optional.of(folder), line -> {});
    assertThrows(DatasetException.class, () -> new Iris().open(access));
    try (var in = Iris.class.getResourceAsStream("iris.csv")) {
      Files.copy(in, folder.resolve("iris.csv"));
    }
    assertEquals(rows(split(0).train()), rows(new Iris().open(access).train()));
  }
}
