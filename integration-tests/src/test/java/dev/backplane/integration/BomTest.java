package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BomTest {
  private static final Pattern MANAGED =
      Pattern.compile("<dependency>\\s*<groupId>dev\\.backplane</groupId>\\s*<artifactId>([^<]+)<");

  @Test
  void theBomManagesEveryModuleThatIsABundle() throws Exception {
    var bom = Files.readString(BuiltModule.root().resolve("bom/pom.xml"));
    var managed =
        MANAGED.matcher(bom).results().map(found -> found.group(1)).collect(Collectors.toSet());
    var modules = BuiltModule.all().stream().map(module -> module.descriptor().name()).toList();
    assertEquals(new TreeSet<>(modules), new TreeSet<>(managed));
  }
}
