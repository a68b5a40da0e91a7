package dev.backplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the committed listing of the public API's signatures against the classes, so that a change
 * of the promise is seen in review.
 */
class PublicApiTest {
  private static final Path LISTING = Path.of("src/test/resources/public-api.txt");
  private static final int SHOWN = 40;

  @Test
  void theCommittedListingIsWhatIsPublic() throws Exception {
    var found = listing();
    if (Boolean.getBoolean("backplane.api.write")) {
      Files.write(LISTING, found);
    }
    var committed = Files.exists(LISTING) ? Files.readAllLines(LISTING) : List.<String>of();
    var gone = difference(committed, found);
    var come = difference(found, committed);
    assertTrue(
        gone.isEmpty() && come.isEmpty(),
        () ->
            """
            The public API is not what api/%s says.
            %s%s
            If the change is meant, write the listing anew and commit it with the change:
              mvn -pl api test -Dtest=PublicApiTest -Dbackplane.api.write=true
            """
                .formatted(LISTING, lines("- ", gone), lines("+ ", come)));
    assertEquals(committed, found, "the same lines, in another order: write the listing anew");
  }

  private static List<String> difference(List<String> of, List<String> without) {
    var rest = new HashSet<>(without);
    return of.stream().filter(line -> !rest.contains(line)).toList();
  }

  private static String lines(String sign, List<String> lines) {
    var shown = lines.stream().limit(SHOWN).map(line -> sign + line.strip() + "\n");
    var more = lines.size() - SHOWN;
    return shown.collect(Collectors.joining())
        + (more > 0 ? sign + "… and " + more + " more\n" : "");
  }

  private static List<String> listing() throws Exception {
    var lines = new ArrayList<String>();
    for (var type : publicTypes()) {
      lines.add(signature(type));
      Stream.of(type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
          .flatMap(Arrays::stream)
          .filter(member -> isVisible((Member) member))
          .map(member -> "  " + signature(member).replace(type.getName() + ".", ""))
          .sorted()
          .forEach(lines::add);
    }
    return lines;
  }

  private static List<Class<?>> publicTypes()
      throws IOException, URISyntaxException, ClassNotFoundException {
    var root = Path.of(Backplane.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    var types = new ArrayList<Class<?>>();
    try (var files = Files.walk(root)) {
      for (var file : files.map(root::relativize).map(Path::toString).sorted().toList()) {
        if (file.endsWith(".class") && !file.endsWith("-info.class")) {
          var name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
          var type = Class.forName(name, false, Backplane.class.getClassLoader());
          if (isPublic(type)) {
            types.add(type);
          }
        }
      }
    }
    return types;
  }

  private static boolean isPublic(Class<?> type) {
    return !type.isAnonymousClass()
        && !type.isLocalClass()
        && (type.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0
        && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
  }

  private static boolean isVisible(Member member) {
    return !member.isSynthetic()
        && (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0;
  }

  private static String signature(Class<?> type) {
    var text = new StringBuilder(type.toGenericString());
    var parent = type.getGenericSuperclass();
    if (parent != null && !parent.equals(Object.class) && !type.isRecord() && !type.isEnum()) {
      text.append(" extends ").append(parent.getTypeName());
    }
    append(text, " implements ", type.getGenericInterfaces());
    if (type.isSealed()) {
      append(text, " permits ", type.getPermittedSubclasses());
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String word, Type[] types) {
    if (types.length > 0) {
      text.append(word)
          .append(Arrays.stream(types).map(Type::getTypeName).collect(Collectors.joining(", ")));
    }
  }

  private static String signature(AnnotatedElement member) {
    return switch (member) {
      case Executable executable -> executable.toGenericString();
      case Field field -> field.toGenericString();
      default -> throw new IllegalArgumentException(member.toString());
    };
  }
}
