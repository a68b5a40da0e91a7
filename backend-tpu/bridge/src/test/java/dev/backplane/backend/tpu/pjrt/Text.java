package dev.backplane.backend.tpu.pjrt;

import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs programs given as text, on the first device of a client. */
public final class Text {
  private Text() {}

  /** Compiles and runs a program once. */
  public static List<Literal> run(
      Client client, String text, List<Literal> arguments, List<TensorType> results) {
    var device = client.devices().getFirst();
    try (var program = client.compile(text, List.of(device), Map.of());
        var arena = Arena.ofConfined()) {
      if (program.outputs() != results.size()) {
        throw new AssertionError("the program has " + program.outputs() + " results");
      }
      var run = new Run(program, arena, arguments.size(), new long[0]);
      var handles = new Handles(client, arena);
      var inputs = new ArrayList<Long>();
      for (var argument : arguments) {
        inputs.add(upload(client, arena, argument));
        run.argument(0, inputs.size() - 1, inputs.getLast());
      }
      run.start();
      handles.await(run.event(0));
      var found = new ArrayList<Literal>();
      for (int i = 0; i < results.size(); i++) {
        found.add(download(client, arena, results.get(i), run.result(0, i)));
        handles.destroyBuffer(run.result(0, i));
      }
      inputs.forEach(handles::destroyBuffer);
      return found;
    }
  }

  static long upload(Client client, Arena arena, Literal value) {
    var host = arena.allocate(value.type().bytes(), 64);
    host.copyFrom(value.data());
    return new Upload(client, arena, value.type()).start(client.devices().getFirst(), host);
  }

  static Literal download(Client client, Arena arena, TensorType type, long buffer) {
    var host = arena.allocate(type.bytes(), 64);
    new Handles(client, arena).await(new Download(client, arena, type).start(buffer, host));
    return Literal.copyOf(type, host);
  }
}
