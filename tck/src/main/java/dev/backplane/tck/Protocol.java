package dev.backplane.tck;

import dev.backplane.backend.Backend;
import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.OutOfDeviceMemoryException;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.op.Attributes;
import dev.backplane.op.Binary;
import dev.backplane.op.CustomCall;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The rules of the five SPI interfaces, for any backend that adds f32 vectors. Each check opens the
 * device anew and leaves nothing behind.
 */
public final class Protocol {
  private static final TensorType VECTOR = TensorType.f32(5);
  private static final Literal ONES = Literal.of(1f, 1f, 1f, 1f, 1f);
  private static final Literal COUNTING = Literal.of(0f, 1f, 2f, 3f, 4f);

  private final Backend backend;
  private final DeviceInfo info;

  private Protocol(Backend backend, DeviceInfo info) {
    this.backend = backend;
    this.info = info;
  }

  /**
   * One rule.
   *
   * @param name the rule
   * @param body throws an {@link AssertionError} if it does not hold
   */
  public record Check(String name, Runnable body) {
    /** Runs the check. */
    public void run() {
      body.run();
    }
  }

  /** All rules for one usable device of a backend. */
  public static Stream<Check> checks(Backend backend, DeviceInfo info) {
    var rules = new Protocol(backend, info);
    return Stream.of(
        new Check("devices() says the same twice, and why", rules::devices),
        rules.on("open refuses options it does not know", device -> rules.unknownOption()),
        rules.on("buffers keep the bytes of every dtype", Protocol::roundTrips),
        rules.on("fresh buffers are zero", Protocol::freshBuffersAreZero),
        rules.on("segments of the wrong size are refused", Protocol::wrongSegments),
        rules.on("memory is counted and given back", Protocol::memoryIsCounted),
        rules.on("what has no room is refused, and nothing is lost", Protocol::noRoom),
        rules.on("bind refuses wrong numbers and types", Protocol::wrongBuffers),
        rules.on("bind refuses another device's buffers", rules::foreignBuffers),
        rules.on("a result shares an argument only if donated", Protocol::sharing),
        rules.on("a donated argument is updated in place", Protocol::donation),
        rules.on("an execution is started many times", Protocol::restarts),
        rules.on("work runs in the order of submission", Protocol::order),
        rules.on("await, isDone and whenDone before and after a start", Protocol::completion),
        rules.on("inputs may be outputs, and values may stand twice", Protocol::plainOutputs),
        rules.on("programs may have nothing to compute", Protocol::emptyPrograms),
        rules.on("one executable serves several threads", Protocol::threads),
        rules.on("what it does not support it refuses by name", Protocol::refusal),
        rules.on("compilation is reported", Protocol::report),
        rules.on("everything closes twice", Protocol::closesTwice),
        new Check("a closed device is lost", rules::closedDevice));
  }

  private Check on(String name, Consumer<Device> rule) {
    return new Check(
        name,
        () -> {
          try (var device = open()) {
            rule.accept(device);
          }
        });
  }

  private Device open() {
    return backend.open(List.of(info), DeviceSettings.defaults());
  }

  // --- the rules

  private void devices() {
    that(backend.devices().equals(backend.devices()), "devices() changes from call to call");
    that(!backend.info().id().isBlank(), "the backend's id is blank");
    for (var each : backend.devices()) {
      that(!each.id().isBlank() && !each.reason().isBlank(), "no id or reason in " + each);
      that(each.usable() == each.score() > 0, "score and usability of " + each + " disagree");
    }
  }

  private void unknownOption() {
    var settings = new DeviceSettings(0, Map.of("dev.backplane.tck.unknown", "1"));
    refused(IllegalArgumentException.class, () -> backend.open(List.of(info), settings).close());
  }

  private static void roundTrips(Device device) {
    var draw = new Draw(11);
    for (var dtype : DType.values()) {
      for (var shape : List.of(Shape.scalar(), Shape.of(3, 0), Shape.of(7, 5), Shape.of(4097))) {
        var value = draw.special(new TensorType(dtype, shape));
        try (var buffer = OnDevice.allocate(device, value.type())) {
          OnDevice.write(buffer, value);
          equal(value, OnDevice.read(buffer));
        }
      }
    }
  }

  private static void freshBuffersAreZero(Device device) {
    var types = List.of(VECTOR, TensorType.of(DType.I64, 3, 3), TensorType.of(DType.BOOL, 2));
    // Twice, so that the second block may be one that was written to and given back.
    for (int round = 0; round < 2; round++) {
      var buffers = device.allocate(types);
      for (int i = 0; i < types.size(); i++) {
        equal(Literal.fill(types.get(i), j -> 0), OnDevice.read(buffers.get(i)));
        OnDevice.write(buffers.get(i), Literal.fill(types.get(i), j -> 1));
      }
      buffers.forEach(Buffer::close);
    }
  }

  private static void wrongSegments(Device device) {
    try (var arena = Arena.ofConfined();
        var buffer = OnDevice.allocate(device, VECTOR)) {
      var small = arena.allocate(VECTOR.bytes() - 4, 64);
      refused(IllegalArgumentException.class, () -> buffer.write(small).close());
      refused(IllegalArgumentException.class, () -> buffer.read(small).close());
      var sealed = arena.allocate(VECTOR.bytes(), 64).asReadOnly();
      refused(IllegalArgumentException.class, () -> buffer.read(sealed).close());
      buffer.write(sealed).close();
    }
  }

  private static void memoryIsCounted(Device device) {
    long before = device.memory().used();
    var type = TensorType.f32(1000, 100);
    var buffers = device.allocate(List.of(type, type));
    var during = device.memory();
    that(during.used() - before >= 2 * type.bytes(), "two buffers of " + type + " add " + during);
    that(during.peak() >= during.used(), "peak below use: " + during);
    buffers.forEach(Buffer::close);
    buffers.forEach(Buffer::close);
    that(device.memory().used() == before, "closed buffers still count: " + device.memory());
  }

  private static void noRoom(Device device) {
    long before = device.memory().used();
    var huge = TensorType.f32(1 << 20, 1 << 20);
    refused(
        OutOfDeviceMemoryException.class,
        () -> device.allocate(List.of(VECTOR, huge)).forEach(Buffer::close));
    that(device.memory().used() == before, "a refused allocation counts: " + device.memory());
    equal(Literal.of(1f, 2f, 3f, 4f, 5f), run(device, sum(), COUNTING, ONES));
  }

  private static void wrongBuffers(Device device) {
    try (var workspace = new Workspace();
        var executable = device.compile(Program.of(sum()), workspace)) {
      var vectors = device.allocate(List.of(VECTOR, VECTOR, VECTOR));
      var other = device.allocate(List.of(TensorType.f32(5, 1), TensorType.of(DType.I32, 5)));
      var a = vectors.get(0);
      var b = vectors.get(1);
      var c = vectors.get(2);
      Class<IllegalArgumentException> wrong = IllegalArgumentException.class;
      refused(wrong, () -> executable.bind(List.of(a), List.of(c)).close());
      refused(wrong, () -> executable.bind(List.of(a, b), List.of()).close());
      refused(wrong, () -> executable.bind(List.of(a, other.get(0)), List.of(c)).close());
      refused(wrong, () -> executable.bind(List.of(a, other.get(1)), List.of(c)).close());
      refused(wrong, () -> executable.bind(List.of(a, b), List.of(other.get(0))).close());
      executable.bind(List.of(a, b), List.of(c)).close();
      vectors.forEach(Buffer::close);
      other.forEach(Buffer::close);
    }
  }

  private void foreignBuffers(Device device) {
    try (var second = open();
        var workspace = new Workspace();
        var executable = device.compile(Program.of(sum()), workspace)) {
      var mine = device.allocate(List.of(VECTOR, VECTOR));
      var theirs = OnDevice.allocate(second, VECTOR);
      refused(
          IllegalArgumentException.class,
          () -> executable.bind(List.of(mine.get(0), theirs), List.of(mine.get(1))).close());
      refused(
          IllegalArgumentException.class,
          () -> executable.bind(List.of(mine.get(0), mine.get(1)), List.of(theirs)).close());
      mine.forEach(Buffer::close);
      theirs.close();
    }
  }

  private static void sharing(Device device) {
    var buffers = device.allocate(List.of(VECTOR, VECTOR));
    var a = buffers.get(0);
    var b = buffers.get(1);
    try (var workspace = new Workspace();
        var plain = device.compile(Program.of(sum()), workspace);
        var donating = device.compile(donating(), workspace)) {
      Class<IllegalArgumentException> wrong = IllegalArgumentException.class;
      refused(wrong, () -> plain.bind(List.of(a, b), List.of(a)).close());
      refused(wrong, () -> donating.bind(List.of(a, b), List.of(b)).close());
      refused(wrong, () -> donating.bind(List.of(a, a), List.of(a)).close());
      OnDevice.write(a, COUNTING);
      try (var execution = plain.bind(List.of(a, a), List.of(b))) {
        complete(execution);
      }
      equal(Literal.of(0f, 2f, 4f, 6f, 8f), OnDevice.read(b));
    }
    buffers.forEach(Buffer::close);
  }

  private static Program donating() {
    return new Program(sum(), new Donations(Map.of(0, 0)), Numerics.exact(), Tuning.none());
  }

  private static void donation(Device device) {
    var buffers = device.allocate(List.of(VECTOR, VECTOR));
    OnDevice.write(buffers.get(1), ONES);
    try (var workspace = new Workspace();
        var executable = device.compile(donating(), workspace);
        var step = executable.bind(buffers, List.of(buffers.get(0)))) {
      for (int i = 0; i < 10; i++) {
        complete(step);
      }
    }
    equal(Literal.fill(VECTOR, i -> 10), OnDevice.read(buffers.get(0)));
    buffers.forEach(Buffer::close);
  }

  private static void restarts(Device device) {
    var buffers = device.allocate(List.of(VECTOR, VECTOR, VECTOR));
    try (var arena = Arena.ofConfined();
        var workspace = new Workspace();
        var executable = device.compile(Program.of(sum()), workspace);
        var execution = executable.bind(buffers.subList(0, 2), buffers.subList(2, 3))) {
      var in = arena.allocate(VECTOR.bytes(), 64);
      var out = arena.allocate(VECTOR.bytes(), 64);
      OnDevice.write(buffers.get(1), ONES);
      try (var write = buffers.get(0).write(in);
          var read = buffers.get(2).read(out)) {
        for (int round = 0; round < 20; round++) {
          in.setAtIndex(ValueLayout.JAVA_FLOAT, 3, round);
          complete(write);
          complete(execution);
          complete(read);
          that(out.getAtIndex(ValueLayout.JAVA_FLOAT, 3) == round + 1, "start " + round);
        }
      }
    }
    buffers.forEach(Buffer::close);
  }

  private static void order(Device device) {
    var buffers = device.allocate(List.of(VECTOR, VECTOR, VECTOR));
    try (var arena = Arena.ofShared();
        var workspace = new Workspace();
        var executable = device.compile(Program.of(sum()), workspace)) {
      var in = segment(arena, ONES);
      var out = arena.allocate(VECTOR.bytes(), 64);
      var chain = new ArrayList<Execution>();
      chain.add(buffers.get(0).write(in));
      for (int i = 0; i < 6; i++) {
        // a + a → b, b + b → c, c + c → a …
        var from = buffers.get(i % 3);
        chain.add(executable.bind(List.of(from, from), List.of(buffers.get((i + 1) % 3))));
      }
      chain.add(buffers.get(0).read(out));
      chain.forEach(Execution::start);
      chain.getLast().await();
      equal(Literal.fill(VECTOR, i -> 64), Literal.copyOf(VECTOR, out));
      chain.forEach(Execution::await);
      chain.forEach(each -> that(each.isDone(), "awaited but not done"));
      chain.forEach(Execution::close);
    }
    buffers.forEach(Buffer::close);
  }

  private static void completion(Device device) {
    try (var arena = Arena.ofShared();
        var buffer = OnDevice.allocate(device, VECTOR);
        var write = buffer.write(segment(arena, ONES))) {
      that(write.isDone(), "not done before the first start");
      write.await();
      var calls = new AtomicInteger();
      var failures = new AtomicInteger();
      write.start();
      write.whenDone(failure -> count(calls, failures, failure.isPresent()));
      write.await();
      that(write.isDone(), "not done after await");
      write.whenDone(failure -> count(calls, failures, failure.isPresent()));
      awaitCount(calls, 2);
      that(failures.get() == 0, "a failure where there was none");
      write.start();
      write.await();
      that(calls.get() == 2, "a later start calls back an earlier one's action");
    }
  }

  private static void count(AtomicInteger calls, AtomicInteger failures, boolean failed) {
    calls.incrementAndGet();
    failures.addAndGet(failed ? 1 : 0);
  }

  /** Callbacks may come from another thread, a moment after await. */
  private static void awaitCount(AtomicInteger calls, int expected) {
    for (int i = 0; i < 2000 && calls.get() < expected; i++) {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    that(calls.get() == expected, "whenDone was called " + calls.get() + " times of " + expected);
  }

  private static void plainOutputs(Device device) {
    var builder = new Graph.Builder();
    var x = builder.input(VECTOR);
    var y = builder.input(VECTOR);
    var sum = builder.apply(new Binary(Binary.Kind.ADD), x, y);
    var graph = builder.build(List.of(sum, x, sum, x));
    var found = OnDevice.run(device, graph, List.of(COUNTING, ONES));
    equal(Literal.of(1f, 2f, 3f, 4f, 5f), found.get(0));
    equal(COUNTING, found.get(1));
    equal(found.get(0), found.get(2));
    equal(COUNTING, found.get(3));
  }

  private static void emptyPrograms(Device device) {
    var builder = new Graph.Builder();
    var x = builder.input(VECTOR);
    equal(COUNTING, OnDevice.run(device, builder.build(List.of(x)), List.of(COUNTING)).getFirst());
    var nothing = new Graph.Builder();
    that(
        OnDevice.run(device, nothing.build(List.of()), List.of()).isEmpty(),
        "nothing gave results");
  }

  private static void threads(Device device) {
    var failure = new AtomicReference<Throwable>();
    try (var workspace = new Workspace();
        var executable = device.compile(Program.of(sum()), workspace)) {
      var threads = new ArrayList<Thread>();
      for (int t = 0; t < 3; t++) {
        var mine = Literal.fill(VECTOR, i -> threads.size() * 100.0);
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        hammer(device, executable, mine);
                      } catch (Throwable e) {
                        failure.set(e);
                      }
                    }));
      }
      for (var thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    if (failure.get() != null) {
      throw new AssertionError("in one of three threads: " + failure.get(), failure.get());
    }
  }

  private static void hammer(
      Device device, dev.backplane.backend.Executable executable, Literal mine) {
    var buffers = device.allocate(List.of(VECTOR, VECTOR, VECTOR));
    OnDevice.write(buffers.get(0), mine);
    OnDevice.write(buffers.get(1), ONES);
    try (var execution = executable.bind(buffers.subList(0, 2), buffers.subList(2, 3))) {
      for (int i = 0; i < 50; i++) {
        complete(execution);
        equal(Literal.fill(VECTOR, j -> mine.doubleAt(j) + 1), OnDevice.read(buffers.get(2)));
      }
    }
    buffers.forEach(Buffer::close);
  }

  private static void refusal(Device device) {
    var call = new CustomCall("dev.backplane.tck.unknown", Attributes.none(), List.of(VECTOR));
    that(
        device.supports(call, List.of(VECTOR)) instanceof Support.No no && !no.reason().isBlank(),
        "supports an unknown custom call, or gives no reason");
    var wrongTypes = List.of(TensorType.of(DType.BOOL, 2));
    that(
        device.supports(new Unary(Unary.Kind.EXP), wrongTypes) instanceof Support.No,
        "supports EXP of bool, which no graph can hold");
    var builder = new Graph.Builder();
    var x = builder.input(VECTOR);
    var graph = builder.build(builder.apply(call, List.of(x), "layer_7"));
    try (var workspace = new Workspace()) {
      var refusal =
          refused(
              UnsupportedProgramException.class,
              () -> device.compile(Program.of(graph), workspace).close());
      var message = String.valueOf(refusal.getMessage());
      that(message.contains("CustomCall"), "the message does not name the op: " + message);
    }
  }

  private static void report(Device device) {
    try (var workspace = new Workspace();
        var executable = device.compile(Program.of(sum()), workspace)) {
      var report = executable.report();
      that(!report.kernels().isEmpty(), "no kernels in " + report);
      that(report.nanos() >= 0 && report.scratchBytes() >= 0, "negative figures in " + report);
    }
  }

  private static void closesTwice(Device device) {
    var workspace = new Workspace();
    var executable = device.compile(Program.of(sum()), workspace);
    var buffers = device.allocate(List.of(VECTOR, VECTOR, VECTOR));
    var execution = executable.bind(buffers.subList(0, 2), buffers.subList(2, 3));
    complete(execution);
    for (int i = 0; i < 2; i++) {
      execution.close();
      executable.close();
      workspace.close();
      buffers.forEach(Buffer::close);
    }
    device.close();
  }

  private void closedDevice() {
    var device = open();
    var workspace = new Workspace();
    var buffer = OnDevice.allocate(device, VECTOR);
    try (var arena = Arena.ofShared()) {
      var write = buffer.write(segment(arena, ONES));
      device.close();
      refused(DeviceLostException.class, write::start);
      refused(DeviceLostException.class, () -> device.allocate(List.of(VECTOR)));
      refused(DeviceLostException.class, () -> device.compile(Program.of(sum()), workspace));
      write.close();
    }
    buffer.close();
    workspace.close();
    device.close();
  }

  // --- what the rules share

  private static Graph sum() {
    var builder = new Graph.Builder();
    var x = builder.input(VECTOR);
    var y = builder.input(VECTOR);
    return builder.build(List.of(builder.apply(new Binary(Binary.Kind.ADD), x, y)));
  }

  private static Literal run(Device device, Graph graph, Literal... inputs) {
    return OnDevice.run(device, graph, List.of(inputs)).getFirst();
  }

  private static void complete(Execution execution) {
    execution.start();
    execution.await();
  }

  private static MemorySegment segment(Arena arena, Literal value) {
    var segment = arena.allocate(value.type().bytes(), 64);
    segment.copyFrom(value.data());
    return segment;
  }

  private static void that(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  private static void equal(Literal expected, Literal found) {
    Comparison.exact(expected, found)
        .mismatch()
        .ifPresent(
            text -> {
              throw new AssertionError(text);
            });
  }

  private static <T extends RuntimeException> T refused(Class<T> type, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      if (type.isInstance(e)) {
        return type.cast(e);
      }
      throw new AssertionError("expected " + type.getSimpleName() + ", found " + e, e);
    }
    throw new AssertionError("expected " + type.getSimpleName() + ", nothing was thrown");
  }
}
