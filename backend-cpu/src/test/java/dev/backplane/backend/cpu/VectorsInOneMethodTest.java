package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.constant.ClassDesc;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * No method of ours takes or returns a vector or a mask. Only methods of the Vector API itself are
 * always inlined; whether the JVM's compiler inlines one of ours depends on what it did before, and
 * where it does not, each vector that crosses is an object in every run from then on.
 */
class VectorsInOneMethodTest {
  private static final String API = "jdk.incubator.vector";

  private static boolean isVector(ClassDesc type) {
    return type.packageName().equals(API) && !type.displayName().equals("VectorSpecies");
  }

  private static List<ClassModel> users() throws IOException, URISyntaxException {
    var root =
        Path.of(CpuBackend.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    var users = new ArrayList<ClassModel>();
    try (var files = Files.walk(root.resolve("dev/backplane/backend/cpu"))) {
      for (var file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        var model = ClassFile.of().parse(file);
        if (StreamSupport.stream(model.constantPool().spliterator(), false)
            .anyMatch(
                each ->
                    each instanceof ClassEntry c
                        && c.name().stringValue().startsWith(API.replace('.', '/')))) {
          users.add(model);
        }
      }
    }
    return users;
  }

  @Test
  void noVectorCrossesACallOfOurs() throws Exception {
    var users = users();
    assertTrue(users.size() >= 4, users.size() + " classes use vectors");
    var crossing = new ArrayList<String>();
    for (var user : users) {
      for (var method : user.methods()) {
        var type = method.methodTypeSymbol();
        if (Stream.concat(Stream.of(type.returnType()), type.parameterList().stream())
            .anyMatch(VectorsInOneMethodTest::isVector)) {
          crossing.add(
              user.thisClass().asInternalName()
                  + "."
                  + method.methodName()
                  + type.displayDescriptor());
        }
      }
    }
    assertEquals(List.of(), crossing);
  }
}
