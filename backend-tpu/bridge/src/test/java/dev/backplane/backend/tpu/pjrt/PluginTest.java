package dev.backplane.backend.tpu.pjrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.tpu.TestPlugins;
import dev.backplane.backend.tpu.library.PluginLibrary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The binding, on real plugins of two ABIs. */
class PluginTest {
  private static final TensorType VECTOR = TensorType.f32(4);
  private static final String ADD_ONE =
      """
      module @add {
        func.func public @main(%x: tensor<4xf32>DONATED) -> tensor<4xf32> {
          %one = stablehlo.constant dense<1.0> : tensor<4xf32>
          %y = stablehlo.add %x, %one : tensor<4xf32>
          return %y : tensor<4xf32>
        }
      }
      """;
  private static final String PLAIN = ADD_ONE.replace("DONATED", "");
  private static final String DONATING =
      ADD_ONE.replace("DONATED", " {tf.aliasing_output = 0 : i32}");

  private static Client client(TestPlugins which, long devices) {
    return Plugin.load(which.file()).client(Map.of("cpu_device_count", devices));
  }

  @ParameterizedTest
  @EnumSource
  void saysWhoItIs(TestPlugins which) {
    var plugin = Plugin.load(which.file());
    var expected =
        switch (which) {
          case XLA_CPU -> "0.81 1.13.3";
          case LAMMPS_JAX_CPU -> "0.115 1.20.0";
        };
    assertEquals(expected, plugin.version() + " " + plugin.stableHlo().orElseThrow());
    try (var client = plugin.client(Map.of("cpu_device_count", 3L))) {
      assertEquals("cpu", client.platform());
      assertEquals(3, client.devices().size());
      assertEquals(List.of(0, 1, 2), client.devices().stream().map(PluginDevice::id).toList());
      assertEquals("cpu", client.devices().getFirst().kind());
    }
  }

  @ParameterizedTest
  @EnumSource
  void isLoadedOnce(TestPlugins which) {
    Plugin.load(which.file());
    int loaded = PluginLibrary.loaded();
    Plugin.load(which.file());
    assertEquals(loaded, PluginLibrary.loaded());
  }

  @ParameterizedTest
  @EnumSource
  void runs(TestPlugins which) {
    try (var client = client(which, 1)) {
      var found = Text.run(client, PLAIN, List.of(Literal.of(1f, 2f, 3f, 4f)), List.of(VECTOR));
      assertEquals(List.of(Literal.of(2f, 3f, 4f, 5f)), found);
    }
  }

  @ParameterizedTest
  @EnumSource
  void keepsBytesOfEveryDtypeInRowMajorOrder(TestPlugins which) {
    try (var client = client(which, 1);
        var arena = Arena.ofConfined()) {
      var handles = new Handles(client, arena);
      for (var dtype : DType.values()) {
        for (var shape : List.of(Shape.scalar(), Shape.of(2, 3, 5), Shape.of(7))) {
          var value =
              Literal.fill(new TensorType(dtype, shape), i -> dtype == DType.BOOL ? i % 2 : i);
          long buffer = Text.upload(client, arena, value);
          assertEquals(value, Text.download(client, arena, value.type(), buffer));
          handles.destroyBuffer(buffer);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void donatedArgumentsAreGoneUnlessTheyAreKept(TestPlugins which) {
    try (var client = client(which, 1);
        var program = client.compile(DONATING, client.devices(), Map.of());
        var arena = Arena.ofConfined()) {
      assertEquals(VECTOR.bytes(), program.memory().aliased());
      var handles = new Handles(client, arena);
      for (boolean kept : new boolean[] {false, true}) {
        long x = Text.upload(client, arena, Literal.of(1f, 2f, 3f, 4f));
        var run = new Run(program, arena, 1, kept ? new long[] {0} : new long[0]);
        run.argument(0, 0, x);
        run.start();
        handles.await(run.event(0));
        assertEquals(!kept, handles.isDeleted(x));
        assertEquals(
            Literal.of(2f, 3f, 4f, 5f), Text.download(client, arena, VECTOR, run.result(0, 0)));
        if (kept) {
          assertEquals(Literal.of(1f, 2f, 3f, 4f), Text.download(client, arena, VECTOR, x));
        }
        handles.destroyBuffer(x);
        handles.destroyBuffer(run.result(0, 0));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void compiledProgramsAreBytesThatLoadAgain(TestPlugins which) {
    byte[] bytes;
    try (var client = client(which, 1);
        var program = client.compile(DONATING, client.devices(), Map.of())) {
      bytes = program.serialized();
    }
    try (var client = client(which, 1);
        var program = client.load(bytes, client.devices());
        var arena = Arena.ofConfined()) {
      var run = new Run(program, arena, 1, new long[0]);
      long x = Text.upload(client, arena, Literal.of(1f, 2f, 3f, 4f));
      run.argument(0, 0, x);
      run.start();
      assertEquals(
          Literal.of(2f, 3f, 4f, 5f), Text.download(client, arena, VECTOR, run.result(0, 0)));
      var handles = new Handles(client, arena);
      handles.await(run.event(0));
      handles.destroyBuffer(x);
      handles.destroyBuffer(run.result(0, 0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void replicasReduceTogether(TestPlugins which) {
    var text =
        """
        module @all attributes {mhlo.num_replicas = 2 : i32} {
          func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
            %y = "stablehlo.all_reduce"(%x) ({
            ^bb0(%a: tensor<f32>, %b: tensor<f32>):
              %s = stablehlo.add %a, %b : tensor<f32>
              stablehlo.return %s : tensor<f32>
            }) {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<4xf32>) -> tensor<4xf32>
            return %y : tensor<4xf32>
          }
        }
        """;
    try (var client = client(which, 2);
        var program = client.compile(text, client.devices(), Map.of());
        var arena = Arena.ofConfined()) {
      var handles = new Handles(client, arena);
      var run = new Run(program, arena, 1, new long[0]);
      for (int replica = 0; replica < 2; replica++) {
        var host = arena.allocate(VECTOR.bytes(), 64);
        host.copyFrom(Literal.of(1f, 2f, 3f, 4f + replica).data());
        run.argument(
            replica,
            0,
            new Upload(client, arena, VECTOR).start(client.devices().get(replica), host));
      }
      run.start();
      for (int replica = 0; replica < 2; replica++) {
        handles.await(run.event(replica));
        long y = run.result(replica, 0);
        assertEquals(Literal.of(2f, 4f, 6f, 9f), Text.download(client, arena, VECTOR, y));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatItRefusesIsAnExceptionWithACode(TestPlugins which) {
    try (var client = client(which, 1);
        var arena = Arena.ofConfined()) {
      var wrong =
          assertThrows(
              PjrtException.class, () -> client.compile("no program", client.devices(), Map.of()));
      assertEquals(ErrorCode.UNKNOWN, wrong.code());
      var handles = new Handles(client, arena);
      try (var program = client.compile(DONATING, client.devices(), Map.of())) {
        var run = new Run(program, arena, 1, new long[0]);
        long x = Text.upload(client, arena, Literal.of(1f, 2f, 3f, 4f));
        run.argument(0, 0, x);
        run.start();
        handles.await(run.event(0));
        handles.destroyBuffer(run.result(0, 0));
        var again = assertThrows(PjrtException.class, run::start);
        assertEquals(ErrorCode.INVALID_ARGUMENT, again.code());
        handles.destroyBuffer(x);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void flagsOfTheCompilerAreTakenOrRefused(TestPlugins which) {
    try (var client = client(which, 1)) {
      client.compile(PLAIN, client.devices(), Map.of("xla_cpu_multi_thread_eigen", false)).close();
      var flags = Map.of("no_such_flag", true);
      var refusal =
          assertThrows(PjrtException.class, () -> client.compile(PLAIN, client.devices(), flags));
      assertTrue(refusal.said().contains("no_such_flag"), refusal::said);
    }
  }

  @Test
  void aLibraryThatIsNoPluginIsRefused(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("plugin.so"), "not a library");
    var refusal = assertThrows(UnusablePluginException.class, () -> Plugin.load(file));
    assertTrue(refusal.getMessage().contains("cannot be loaded"), refusal::getMessage);
    assertFalse(refusal.getMessage().isBlank());
  }
}
