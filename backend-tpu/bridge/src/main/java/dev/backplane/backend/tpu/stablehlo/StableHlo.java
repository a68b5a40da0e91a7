package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.backend.Donations;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Op;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Graphs as StableHLO, the language of OpenXLA's compilers (https://openxla.org/stablehlo/spec). A
 * graph's main function takes its inputs and gives its outputs, all of static shape; a donated
 * input says of which output it is the memory.
 */
public final class StableHlo {
  private StableHlo() {}

  /**
   * The text of a program. Equal programs have equal texts, so that a text is a key for what was
   * compiled from it.
   *
   * @param graph whose ops the platform runs
   * @param donations which inputs give their memory to outputs
   * @param platform what it is written for
   * @throws IllegalArgumentException if the platform does not run an op; the message is the {@link
   *     #refusal}
   */
  public static String lower(Graph graph, Donations donations, Platform platform) {
    for (var node : graph.nodes()) {
      var operands = Value.types(node.operands());
      refusal(node.op(), operands, platform)
          .ifPresent(
              reason -> {
                throw new IllegalArgumentException(reason);
              });
    }
    var to = new Emitter(platform);
    var arguments = new ArrayList<Ssa>();
    var parameters = new ArrayList<String>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      var argument = Ssa.of("%arg" + i, graph.inputs().get(i).type());
      var result = donations.resultOfArgument().get(i);
      arguments.add(argument);
      parameters.add(
          argument.name()
              + ": "
              + argument.type()
              + (result == null ? "" : " {tf.aliasing_output = " + result + " : i32}"));
    }
    var results = Lowering.graph(to, graph, arguments);
    var values = Ssa.names(results) + " : " + Ssa.types(results);
    to.line("return" + (results.isEmpty() ? "" : " " + values));
    return "module @backplane attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = "
        + platform.replicas()
        + " : i32} {\n  func.func public @main("
        + String.join(", ", parameters)
        + ") -> ("
        + Ssa.types(results)
        + ") {\n"
        + to.text()
        + "  }\n}\n";
  }

  /**
   * Why a platform does not run an op on operands of these types; empty where it does.
   *
   * @param op whose operands fit it
   */
  public static Optional<String> refusal(Op op, List<TensorType> operands, Platform platform) {
    return new Refusals(platform).of(op, operands);
  }
}
