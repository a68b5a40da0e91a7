package dev.backplane.runtime.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.BackplaneException;
import dev.backplane.StateLostException;
import dev.backplane.Target;
import dev.backplane.backend.Backend;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.graph.Graph;
import dev.backplane.op.Sort;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.reference.ReferenceBackend;
import dev.backplane.runtime.testing.NarrowBackend;
import dev.backplane.runtime.trace.Trace;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionTest {
  private static final TensorType V = TensorType.f32(3);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
  }

  private Devices devices(Backend... backends) {
    var devices = new Devices();
    open.add(devices);
    devices.add(new ReferenceBackend());
    for (var backend : backends) {
      devices.add(backend);
    }
    return devices;
  }

  private Session session(Devices devices, String... paths) {
    SortedMap<String, TensorType> state = new TreeMap<>();
    for (var path : paths) {
      state.put(path, V);
    }
    var session =
        Session.open(devices, Target.of("auto"), state, devices.jobs().open("test", "auto"));
    open.add(session);
    return session;
  }

  private static Graph graph(int inputs, UnaryOperator<Tensors> function) {
    var trace = Trace.begin();
    var arguments = new ArrayList<Tensor>();
    for (int i = 0; i < inputs; i++) {
      arguments.add(trace.input(V));
    }
    return trace.finish(function.apply(new Tensors(arguments)).list());
  }

  private static void put(MemorySegment host, float... values) {
    MemorySegment.copy(values, 0, host, ValueLayout.JAVA_FLOAT, 0, values.length);
  }

  private static float[] get(MemorySegment host) {
    return host.toArray(ValueLayout.JAVA_FLOAT);
  }

  private static Slot state(String path) {
    return new Slot.State(path);
  }

  private static Slot host(String name) {
    return new Slot.Host(name);
  }

  /** w ← w + x, y ← the new w doubled. */
  private static SessionProgram accumulate(Session session) {
    return session.compile(
        "accumulate",
        graph(
            2,
            x -> {
              var sum = x.get(0).add(x.get(1));
              return Tensors.of(sum, sum.add(sum));
            }),
        List.of(state("w"), host("x")),
        List.of(state("w"), host("y")));
  }

  @Test
  void keepsStateBetweenRuns() {
    var session = session(devices(), "w");
    session.write("w", Literal.of(1f, 2f, 3f));
    var program = accumulate(session);
    put(program.host("x"), 10, 20, 30);
    program.run();
    program.run();
    assertArrayEquals(new float[] {21, 42, 63}, session.read("w").toFloats());
    assertArrayEquals(new float[] {42, 84, 126}, get(program.host("y")));
  }

  @Test
  void sharesStateAmongPrograms() {
    var session = session(devices(), "w");
    var program = accumulate(session);
    var negate =
        session.compile(
            "negate",
            graph(1, x -> Tensors.of(x.get(0).neg())),
            List.of(state("w")),
            List.of(host("out")));
    put(program.host("x"), 1, 2, 3);
    program.run();
    negate.run();
    assertArrayEquals(new float[] {-1, -2, -3}, get(negate.host("out")));
    assertArrayEquals(new float[] {1, 2, 3}, session.read("w").toFloats());
  }

  @Test
  void makesOneExecutableWithDonatedStateOfAProgramThatOneDeviceRuns() {
    var narrow = new NarrowBackend("Binary");
    var session = session(devices(narrow), "w");
    var program = accumulate(session);
    assertEquals(1, program.parts());
    assertEquals(1, narrow.programs.size());
    assertEquals(Map.of(0, 0), narrow.programs.getFirst().donations().resultOfArgument());
    assertTrue(program.why().stream().allMatch(placed -> placed.device().equals("narrow")));
  }

  @Test
  void swapsStatesAndPassesOldValuesOn() {
    var session = session(devices(), "a", "b");
    session.write("a", Literal.of(1f, 1f, 1f));
    session.write("b", Literal.of(2f, 2f, 2f));
    var swap =
        session.compile(
            "swap",
            graph(2, x -> Tensors.of(x.get(1), x.get(0), x.get(0))),
            List.of(state("a"), state("b")),
            List.of(state("a"), state("b"), host("old a")));
    swap.run();
    assertArrayEquals(new float[] {2, 2, 2}, session.read("a").toFloats());
    assertArrayEquals(new float[] {1, 1, 1}, session.read("b").toFloats());
    assertArrayEquals(new float[] {1, 1, 1}, get(swap.host("old a")));
  }

  @Test
  void givesTheOldValueWhereAProgramUpdatesTheState() {
    var session = session(devices(), "w");
    session.write("w", Literal.of(1f, 2f, 3f));
    var program =
        session.compile(
            "update",
            graph(1, x -> Tensors.of(x.get(0).add(x.get(0)), x.get(0))),
            List.of(state("w")),
            List.of(state("w"), host("old")));
    program.run();
    assertArrayEquals(new float[] {2, 4, 6}, session.read("w").toFloats());
    assertArrayEquals(new float[] {1, 2, 3}, get(program.host("old")));
  }

  @Test
  void writesOneValueToSeveralPlaces() {
    var session = session(devices(), "a", "b");
    var program =
        session.compile(
            "fan out",
            graph(
                1,
                x -> {
                  var y = x.get(0).neg();
                  return Tensors.of(y, y, y);
                }),
            List.of(host("x")),
            List.of(state("a"), state("b"), host("y")));
    put(program.host("x"), 1, 2, 3);
    program.run();
    for (var path : List.of("a", "b")) {
      assertArrayEquals(new float[] {-1, -2, -3}, session.read(path).toFloats());
    }
    assertArrayEquals(new float[] {-1, -2, -3}, get(program.host("y")));
  }

  /** w ← sort(w + x): the update runs on the reference device where the other cannot sort. */
  private static SessionProgram sorting(Session session) {
    return session.compile(
        "sorting",
        graph(
            2,
            x -> {
              var sum = x.get(0).add(x.get(1));
              var sorted = sum.apply(new Sort(0, 1, false));
              return Tensors.of(sorted, sorted.add(x.get(1)));
            }),
        List.of(state("w"), host("x")),
        List.of(state("w"), host("y")));
  }

  @Test
  void runsWhatADeviceLacksOnTheReferenceDevice() {
    var narrow = new NarrowBackend("Binary");
    var session = session(devices(narrow), "w");
    session.write("w", Literal.of(5f, 1f, 3f));
    var program = sorting(session);
    assertEquals(3, program.parts());
    put(program.host("x"), 0, 0, 1);
    program.run();
    assertArrayEquals(new float[] {1, 4, 5}, session.read("w").toFloats());
    assertArrayEquals(new float[] {1, 4, 6}, get(program.host("y")));
    program.run();
    assertArrayEquals(new float[] {1, 4, 6}, session.read("w").toFloats());
    assertEquals(4, narrow.starts);
    assertTrue(
        program.why().stream()
            .anyMatch(
                placed ->
                    placed.op().equals("Sort")
                        && placed.device().equals("reference")
                        && placed.reason().equals("not on narrow: it has no kernel for Sort")));
  }

  @Test
  void movesStateToWhereItsUpdateRuns() {
    // The whole update, reading w and giving the new w, is a part on the reference device.
    var session = session(devices(new NarrowBackend("Binary")), "w");
    session.write("w", Literal.of(5f, 1f, 3f));
    var before =
        session.compile(
            "double",
            graph(1, x -> Tensors.of(x.get(0).add(x.get(0)))),
            List.of(state("w")),
            List.of(host("y")));
    var update =
        session.compile(
            "sort",
            graph(1, x -> Tensors.of(x.get(0).apply(new Sort(0, 1, false)))),
            List.of(state("w")),
            List.of(state("w")));
    before.run();
    assertArrayEquals(new float[] {10, 2, 6}, get(before.host("y")));
    update.run();
    before.run();
    assertArrayEquals(new float[] {2, 6, 10}, get(before.host("y")));
    assertArrayEquals(new float[] {1, 3, 5}, session.read("w").toFloats());
  }

  @Test
  void saysThatStateIsLostAndTakesItBack() {
    var narrow = new NarrowBackend("Binary");
    var session = session(devices(narrow), "w");
    session.write("w", Literal.of(1f, 2f, 3f));
    var program = accumulate(session);
    narrow.failNext = true;
    var first = assertThrows(BackplaneException.class, program::run);
    assertEquals("narrow: a bit flipped", first.getMessage());
    assertEquals(java.util.Set.of("w"), session.lost());
    var lost = assertThrows(StateLostException.class, () -> session.read("w"));
    assertEquals(
        "state w is lost: a program that was updating it in place failed (narrow: a bit flipped);"
            + " write it anew, from a checkpoint or snapshot",
        lost.getMessage());
    assertThrows(StateLostException.class, program::run);
    session.write("w", Literal.of(1f, 2f, 3f));
    put(program.host("x"), 1, 1, 1);
    program.run();
    assertArrayEquals(new float[] {2, 3, 4}, session.read("w").toFloats());
  }

  @Test
  void reportsTheFailureOfThisRunAndNotOfOneBefore() {
    var narrow = new NarrowBackend("Binary");
    var session = session(devices(narrow), "w");
    session.write("w", Literal.of(1f, 2f, 3f));
    var program = accumulate(session);
    narrow.failNext = true;
    assertThrows(BackplaneException.class, program::run);
    session.write("w", Literal.of(1f, 2f, 3f));
    narrow.whileStarting =
        () -> {
          throw new IllegalStateException("another one");
        };
    var second = assertThrows(IllegalStateException.class, program::run);
    assertEquals("another one", second.getMessage());
  }

  @Test
  void anErrorOfTheJvmHoldsNothingUp() {
    var narrow = new NarrowBackend("Binary");
    var devices = devices(narrow);
    var session = session(devices, "w");
    session.write("w", Literal.of(1f, 2f, 3f));
    var program = accumulate(session);
    narrow.whileStarting =
        () -> {
          throw new StackOverflowError();
        };
    assertThrows(StackOverflowError.class, program::run);
    assertEquals(java.util.Set.of("w"), session.lost());
    narrow.whileStarting = () -> {};
    session.write("w", Literal.of(1f, 2f, 3f));
    put(program.host("x"), 1, 1, 1);
    program.run();
    assertArrayEquals(new float[] {2, 3, 4}, session.read("w").toFloats());
    assertTimeoutPreemptively(Duration.ofSeconds(120), () -> devices.remove(narrow));
  }

  @Test
  void losesItsDeviceWithTheBackend() {
    var narrow = new NarrowBackend("Binary");
    var devices = devices(narrow);
    var session = session(devices, "w");
    var program = accumulate(session);
    devices.remove(narrow);
    assertEquals(1, narrow.closedDevices);
    var lost = assertThrows(DeviceLostException.class, program::run);
    assertEquals(
        "device narrow is lost: its backend narrow 1.0.0 of the tests has gone, and what it held"
            + " with it; go on from a checkpoint or snapshot on another device",
        lost.getMessage());
    assertEquals(0, narrow.starts);
    assertEquals(List.of("reference"), devices.list().stream().map(d -> d.id()).toList());
  }

  @Test
  void letsARunEndBeforeItsBackendGoes() throws Exception {
    var narrow = new NarrowBackend("Binary");
    var devices = devices(narrow);
    var session = session(devices, "w");
    var program = accumulate(session);
    var inside = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    narrow.whileStarting =
        () -> {
          inside.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    try (var threads = Executors.newFixedThreadPool(2)) {
      var step = threads.submit(program::run);
      inside.await();
      var removal = threads.submit(() -> devices.remove(narrow));
      assertThrows(TimeoutException.class, () -> removal.get(50, TimeUnit.MILLISECONDS));
      assertEquals(0, narrow.closedDevices);
      goOn.countDown();
      step.get();
      removal.get();
      assertEquals(1, narrow.closedDevices);
      assertThrows(DeviceLostException.class, program::run);
    }
  }

  @Test
  void doesNotKeepABackendForARunThatHasEndedUnawaited() {
    var narrow = new NarrowBackend("Binary");
    var devices = devices(narrow);
    var session = session(devices, "w");
    var program = accumulate(session);
    put(program.host("x"), 1, 2, 3);
    program.start();
    assertTimeoutPreemptively(Duration.ofSeconds(120), () -> devices.remove(narrow));
    // The run had ended well, and its outputs are in host memory.
    program.await();
    assertArrayEquals(new float[] {2, 4, 6}, get(program.host("y")));
    assertThrows(DeviceLostException.class, program::run);
  }

  @Test
  void keepsHostMemoryWhereItIs() {
    var session = session(devices(), "w");
    var program = accumulate(session);
    var address = program.host("x").address();
    program.run();
    assertEquals(address, program.host("x").address());
    assertTrue(program.host("x").isNative());
    var unknown = assertThrows(IllegalArgumentException.class, () -> program.host("z"));
    assertTrue(unknown.getMessage().contains("has no host slot \"z\": there are [x, y]"));
  }

  @Test
  void checksSlotsAndPaths() {
    var session = session(devices(), "w");
    var identity = graph(1, x -> x);
    assertAllMessages(
        "Session C1: there is no state \"v\"; there are [w]",
        () -> session.compile("p", identity, List.of(state("v")), List.of(host("y"))));
    assertAllMessages(
        "Session C2: state w is f32[3], found f32[1]", () -> session.write("w", Literal.of(1f)));
    assertAllMessages(
        "Session C3: program p has 1 inputs, found 0 slots",
        () -> session.compile("p", identity, List.of(), List.of(host("y"))));
    assertAllMessages(
        "Session C3: Host[name=x] stands twice among inputs and outputs of program p",
        () -> session.compile("p", identity, List.of(host("x")), List.of(host("x"))));
  }

  private static void assertAllMessages(String expected, Runnable action) {
    var failure = assertThrows(IllegalArgumentException.class, action::run);
    assertEquals(expected, failure.getMessage());
  }

  @Test
  void wantsAStartAwaitedBeforeTheNext() {
    var session = session(devices(), "w");
    var program = accumulate(session);
    program.start();
    var failure = assertThrows(IllegalStateException.class, program::start);
    assertEquals(
        "program accumulate was started and not awaited; await it first", failure.getMessage());
    program.await();
    program.run();
  }
}
