package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.data.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * What the pages tell readers to type is there: each command, its options, the recipe and its
 * settings; and what they link to. None is run here.
 */
class DocumentedCommandsTest {
  private static final Pattern COMMAND =
      Pattern.compile("(?:\\./backplane|backplane>) ((?:[^`|\n\\\\]|\\\\\n)*)");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(?:#[^)]*)?\\)");
  private static final Set<String> OF_THE_SCRIPT = Set.of("verify", "install");
  private static final Set<String> OF_THE_SHELL = Set.of("exit", "help");
  private static final Set<String> OF_RECIPES =
      Set.of("train", "bench", "search", "compile", "compare");

  private final Map<String, CommandLine> script = commands("BackplaneCommand");
  private final Map<String, CommandLine> shell = commands("ShellRoot");
  private final Map<String, Set<String>> recipes =
      ServiceLoader.load(Recipe.class).stream()
          .map(ServiceLoader.Provider::get)
          .collect(
              Collectors.toMap(
                  Recipe::name,
                  recipe ->
                      recipe.settings().stream()
                          .map(Recipe.Setting::key)
                          .collect(Collectors.toSet())));

  private static Map<String, CommandLine> commands(String root) {
    try {
      var type = Class.forName("dev.backplane.launcher.cli." + root);
      return new CommandLine(type, new WithoutServices()).getSubcommands();
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes commands that are asked about and never run. */
  private static final class WithoutServices implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      if (!type.getName().startsWith("dev.backplane.")) {
        return CommandLine.defaultFactory().create(type);
      }
      var constructor = type.getDeclaredConstructors()[0];
      constructor.setAccessible(true);
      return type.cast(constructor.newInstance(new Object[constructor.getParameterCount()]));
    }
  }

  private static List<Path> pages() throws IOException {
    var root = BuiltModule.root();
    try (var docs = Files.walk(root.resolve("docs"))) {
      return Stream.concat(
              Stream.of(root.resolve("README.md"), root.resolve("benchmarks/README.md")),
              docs.filter(file -> file.toString().endsWith(".md")))
          .toList();
    }
  }

  @Test
  void everyCommandOnAPageIsThere() throws IOException {
    var wrong = new ArrayList<String>();
    int checked = 0;
    for (var page : pages()) {
      var matcher = COMMAND.matcher(DocumentedFiles.read(page));
      while (matcher.find()) {
        // Behind two spaces stands what it does.
        var line = matcher.group(1).replace("\\\n", " ").replaceFirst("(?<=\\S) {2,}(?!-).*", "");
        var words = line.strip().split(" +");
        if (!words[0].matches("[a-z]+")) {
          continue;
        }
        checked++;
        problem(words, matcher.group().startsWith("./backplane"))
            .forEach(
                what -> wrong.add(BuiltModule.root().relativize(page) + ": " + line + ": " + what));
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(checked > 40, checked + " commands");
  }

  private List<String> problem(String[] words, boolean ofTheScript) {
    if ((ofTheScript ? OF_THE_SCRIPT : OF_THE_SHELL).contains(words[0])) {
      return List.of();
    }
    var command = (ofTheScript ? script : shell).get(words[0]);
    if (command == null) {
      return List.of("there is no command " + words[0]);
    }
    var options = command.getCommandSpec().optionsMap().keySet();
    var problems =
        new ArrayList<>(
            Arrays.stream(words)
                .filter(word -> word.startsWith("--") && !options.contains(word))
                .map(word -> "there is no option " + word)
                .toList());
    if (OF_RECIPES.contains(words[0]) && words.length > 1 && words[1].matches("[a-z0-9-]+")) {
      problems.addAll(ofRecipe(words));
    }
    return problems;
  }

  private List<String> ofRecipe(String[] words) {
    if (words[1].startsWith("-")) {
      return List.of();
    }
    var settings = recipes.get(words[1]);
    if (settings == null) {
      return List.of("there is no recipe " + words[1]);
    }
    var problems = new ArrayList<String>();
    for (int i = 2; i + 1 < words.length; i++) {
      if (words[i].equals("--set") || words[i].equals("--over")) {
        var name = words[i + 1].replace("'", "").replaceFirst("=.*", "");
        if (!settings.contains(name)) {
          problems.add("there is no setting " + name);
        }
      }
    }
    return problems;
  }

  @Test
  void everyLinkLeadsToAFile() throws IOException {
    var wrong = new ArrayList<String>();
    for (var page : pages()) {
      var matcher = LINK.matcher(DocumentedFiles.read(page));
      while (matcher.find()) {
        var link = matcher.group(1);
        if (!link.contains(":") && !Files.exists(page.resolveSibling(link))) {
          wrong.add(BuiltModule.root().relativize(page) + " links to " + link);
        }
      }
    }
    assertEquals(List.of(), wrong);
  }
}
