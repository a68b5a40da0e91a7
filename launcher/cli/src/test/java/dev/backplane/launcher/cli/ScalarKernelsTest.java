package dev.backplane.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.backend.CompileReport;
import dev.backplane.backend.CompileReport.Kernel;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScalarKernelsTest {
  private static CompileReport report(String... means) {
    var kernels = Stream.of(means).map(each -> new Kernel("kernel", each, 1)).toList();
    return new CompileReport(kernels, Map.of(), 0, 0);
  }

  @Test
  void onlyThoseThatAreHeldBackCount() {
    var found =
        ScalarKernels.of(
            List.of(
                report("generated:vector512", "brgemm:avx512_core ×2", "merge-sort:scalar"),
                report(
                    "generated:scalar: f64 has no vectors",
                    "generated:scalar (until warm) ×2",
                    "window:scalar (until warm)",
                    "scatter:scalar (gave vectors up: allocated)")));
    assertEquals(3, found.count());
    assertEquals("3 of 7 kernels (1 gave vectors up: allocated, 2 until warm)", found.toString());
  }
}
