package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Program;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.program.Assembly;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Graph;
import dev.backplane.op.Dot;
import dev.backplane.op.Scan;
import dev.backplane.op.Scatter;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reports name the form that runs, not the one that may run some day. */
class ReportedFormsTest {
  /** All kinds of steps that have two forms, some of them in a loop. */
  static Stream<Program> programs() {
    var type = TensorType.f32(16, 64);
    var body = new Graph.Builder();
    var next = body.apply(new Unary(Unary.Kind.TANH), body.input(type));
    var builder = new Graph.Builder();
    var loop = new Scan(body.build(List.of(next)), 5, 1, 0, false);
    var looped = builder.apply(loop, List.of(builder.input(type)), "").getFirst();
    var integers = builder.input(TensorType.of(DType.I32, 40, 40));
    var product = builder.apply(Dot.matmul(DType.I32), integers, integers);
    var table = builder.input(TensorType.f32(40, 70));
    var rows = builder.input(TensorType.of(DType.I32, 30, 1));
    var updates = builder.input(TensorType.f32(30, 70));
    var scatter = new Scatter(Scatter.Mode.ADD, List.of(1), List.of(0), List.of(0), 1);
    var sums = builder.apply(scatter, table, rows, updates);
    return Stream.of(
        Program.of(builder.build(List.of(looped, product, sums))),
        TrainStep.of(64, 784, 128, 10).program(true),
        TrainStep.cnn(8, 12, 20, 5).program(true));
  }

  private static List<String> means(CompileReport report) {
    return report.kernels().stream().map(CompileReport.Kernel::implementation).toList();
  }

  private static List<String> held(List<String> best, String why) {
    return best.stream()
        .map(means -> means.replaceFirst("vector\\d+[^×]*?(?= ×|$)", "scalar (" + why + ")"))
        .toList();
  }

  private static void adopt(Cold cold) {
    cold.rehearse().close();
    cold.adopt();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void aReportNamesTheFormThatRuns(Program program) {
    List<String> best;
    try (var vectors = Assembly.of(program, RoundsTest.target(Forms.VECTOR))) {
      best = means(vectors.report());
    }
    assertTrue(best.stream().anyMatch(means -> means.contains("vector")), best::toString);
    try (var assembly = Assembly.of(program, RoundsTest.target(Forms.VECTOR_ONCE_WARM))) {
      assertEquals(held(best, "until warm"), means(assembly.report()));
      then(assembly, ReportedFormsTest::adopt);
      assertEquals(best, means(assembly.report()));
      then(assembly, Cold::retreat);
      assertEquals(held(best, "until warm again"), means(assembly.report()));
      then(assembly, cold -> cold.giveUp("allocated"));
      assertEquals(held(best, "gave vectors up: allocated"), means(assembly.report()));
    }
  }

  private static void then(Assembly assembly, Consumer<Cold> what) {
    assembly.cold().forEach(what);
  }

  @ParameterizedTest
  @MethodSource("programs")
  void eachStepSpeaksForItself(Program program) {
    try (var assembly = Assembly.of(program, RoundsTest.target(Forms.VECTOR_ONCE_WARM))) {
      var before = means(assembly.report());
      for (var cold : assembly.cold()) {
        adopt(cold);
        var now = means(assembly.report());
        int changes = 0;
        for (int i = 0; i < now.size(); i++) {
          if (!now.get(i).equals(before.get(i))) {
            assertTrue(now.get(i).contains("vector"), now.get(i));
            changes++;
          }
        }
        assertTrue(changes > 0, () -> "no line tells of " + cold.name());
        before = now;
      }
      var last = before;
      assertFalse(last.stream().anyMatch(means -> means.contains("scalar (")), last::toString);
    }
  }
}
