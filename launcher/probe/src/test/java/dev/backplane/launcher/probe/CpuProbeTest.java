package dev.backplane.launcher.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Version;

class CpuProbeTest {
  @TempDir Path proc;

  private Map<String, Object> attributes(String arch) {
    return new CpuProbe(proc, "linux", arch, 2).find().getFirst().attributes();
  }

  private void write(String file, String text) throws IOException {
    var path = proc.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  void readsNameExtensionsAndMemoryOfTheFirstProcessor() throws IOException {
    write(
        "cpuinfo",
        """
        processor\t: 0
        model name\t: Some Processor (R) "X"
        flags\t\t: fpu sse4_2 smep avx2 avx512f amx_bf16 lm

        processor\t: 1
        model name\t: Another
        """);
    write("meminfo", "MemTotal:       16384000 kB\nMemFree:  1 kB\n");
    var attributes = attributes("amd64");
    assertEquals("Some Processor (R) \"X\"", attributes.get("name"));
    assertEquals("x86_64", attributes.get("arch"));
    assertEquals(List.of("amx_bf16", "avx2", "avx512f", "sse4_2"), attributes.get("isa"));
    assertEquals(16000L, attributes.get("memory.mib"));
    assertEquals(2L, attributes.get("cores"));
  }

  @Test
  void readsTheFeaturesOfAnArmProcessor() throws IOException {
    write("cpuinfo", "processor\t: 0\nFeatures\t: fp asimd sve bf16 crc32\n");
    assertEquals(List.of("asimd", "bf16", "sve"), attributes("aarch64").get("isa"));
  }

  @Test
  void readsTheVersionThatTheMappedCLibraryStates() throws IOException {
    var library = proc.resolve("lib/libc.so.6");
    write(
        "lib/libc.so.6",
        "\0\1GNU C Library (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.\n\0");
    write("self/maps", "7f00-7f01 r-xp 00000000 00:1f 1    " + library + "\n");
    assertEquals(Version.parseVersion("2.36"), attributes("amd64").get("glibc"));
  }

  @Test
  void saysNothingOfAGlibcWhereAnotherLibraryIsMapped() throws IOException {
    write("self/maps", "7f00-7f01 r-xp 00000000 00:1f 1    /lib/ld-musl-x86_64.so.1\n");
    assertFalse(attributes("amd64").containsKey("glibc"));
  }

  @Test
  void findsTheProcessorAlsoWhereThereIsNoProc() {
    var attributes = attributes("riscv64");
    assertEquals("cpu", attributes.get("type"));
    assertEquals("riscv64", attributes.get("name"));
    assertEquals(List.of(), attributes.get("isa"));
  }

  @Test
  void writesAClauseThatAFrameworkReads() {
    var clause =
        new Hardware(
                "gpu.0",
                Map.of(
                    "name",
                    "a \"quoted\", \\ name\n",
                    "cores",
                    7L,
                    "cc",
                    Version.parseVersion("9.0"),
                    "isa",
                    List.of("a,b", "c")))
            .clause();
    assertTrue(clause.startsWith("backplane.hardware;cc:Version=\"9.0.0\";cores:Long=7;"), clause);
    assertTrue(clause.contains("isa:List<String>=\"a\\\\,b,c\""), clause);
    assertTrue(clause.endsWith("name=\"a \\\"quoted\\\", \\\\ name \""), clause);
  }
}
