package dev.backplane.backend.cpu.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What is adopted stays only as long as its runs allocate nothing; whatever the JVM's compiler
 * does, that comes to an end. Forms here allocate on purpose, the compiler has no part in it.
 */
class WarmthTest {
  private static final long PATIENCE = 300_000_000_000L;
  private static final int OBJECTS = 1 << 20;

  private static volatile byte[] kept = {};

  /** A form that allocates nothing when rehearsed, and something in earnest. */
  private static final class Form implements Cold {
    private final String name;

    /** Bytes that each run in the fast form allocates, from one on until another. */
    private int bytes;

    private int from;
    private int until = Integer.MAX_VALUE;

    private boolean fast;
    private volatile String givenUp = "";
    private int runs;
    private int adoptions;

    Form(int number) {
      name = "form " + number;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Rehearsal rehearse() {
      return () -> {};
    }

    @Override
    public void adopt() {
      assertFalse(fast, "adopted twice");
      fast = true;
      runs = 0;
      adoptions++;
    }

    @Override
    public void retreat() {
      assertTrue(fast, "retreated twice");
      fast = false;
    }

    @Override
    public void giveUp(String why) {
      assertFalse(fast, "it is slow for good");
      givenUp = why;
    }

    @Override
    public Optional<String> slowBecause() {
      return fast ? Optional.empty() : Optional.of(givenUp);
    }

    void run() {
      if (fast && bytes > 0 && runs >= from && runs < until) {
        kept = new byte[bytes];
      }
      runs++;
    }
  }

  /** A program of such forms. */
  private static final class Program implements AutoCloseable {
    private final Warmer warmer = new Warmer();
    private final Form[] forms;
    private final Warmth warmth;

    /** What a run allocates whatever its forms do: up to so much, not always the same. */
    private int own;

    private int runs;

    Program(int forms) {
      this.forms = IntStream.range(0, forms).mapToObj(Form::new).toArray(Form[]::new);
      warmth = new Warmth(warmer, List.of(this.forms));
    }

    Form form(int i) {
      return forms[i];
    }

    void run() {
      warmth.beforeRun();
      if (own > 0) {
        kept = new byte[own - runs % 7 * own / 10];
      }
      for (var form : forms) {
        form.run();
      }
      warmth.afterRun();
      runs++;
    }

    void run(int times) {
      for (int i = 0; i < times; i++) {
        run();
      }
    }

    void runUntil(BooleanSupplier over) throws InterruptedException {
      long end = System.nanoTime() + PATIENCE;
      while (!over.getAsBoolean()) {
        assertTrue(System.nanoTime() < end, "in vain, after " + runs + " runs");
        run();
        if (runs % 16 == 0) {
          Thread.sleep(1);
        }
      }
    }

    Stream<Form> allBut(Form... others) {
      return Stream.of(forms).filter(form -> !List.of(others).contains(form));
    }

    boolean allFastBut(Form... others) {
      return allBut(others).allMatch(form -> form.fast)
          && Stream.of(others).noneMatch(form -> form.fast);
    }

    /** It has come to its end: nothing changes any more, nothing is allocated. */
    void staysSo(Form... slow) {
      int[] adoptions = Stream.of(forms).mapToInt(form -> form.adoptions).toArray();
      for (int i = 0; i < 20_000; i++) {
        assertTrue(allFastBut(slow), "after " + i + " more runs");
        run();
      }
      for (int i = 0; i < forms.length; i++) {
        assertEquals(adoptions[i], forms[i].adoptions, forms[i].name);
      }
      var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      threads.getCurrentThreadAllocatedBytes();
      long before = threads.getCurrentThreadAllocatedBytes();
      run(1000);
      assertEquals(0, threads.getCurrentThreadAllocatedBytes() - before, "bytes in 1000 runs");
    }

    @Override
    public void close() {
      warmth.end();
      warmer.close();
    }
  }

  @Test
  void whereNothingHappensAllAreAdoptedOnceAndStay() throws Exception {
    try (var program = new Program(20)) {
      program.runUntil(program::allFastBut);
      program.staysSo();
      assertTrue(Stream.of(program.forms).allMatch(form -> form.adoptions == 1));
      assertFalse(program.warmth.beforeRun(), "nobody waits for the compiler any more");
    }
  }

  @Test
  void theOneThatMakesObjectsIsFoundAndStaysSlow() throws Exception {
    try (var program = new Program(10)) {
      var guilty = program.form(3);
      guilty.bytes = OBJECTS;
      var messages = new ArrayList<String>();
      try (var _ = listen(messages)) {
        program.runUntil(() -> guilty.adoptions > 1 && said(messages, "[form 3] stays as it is"));
      }
      program.runUntil(() -> program.allFastBut(guilty));
      program.staysSo(guilty);
      assertEquals("allocated", guilty.givenUp);
      assertTrue(program.allBut(guilty).allMatch(form -> form.givenUp.isEmpty()));
      // Five batches that it is found by, and three strikes, with room to spare.
      assertTrue(guilty.adoptions <= 12, guilty.adoptions + " adoptions");
      assertFalse(program.warmth.beforeRun(), "nobody waits for the compiler any more");
    }
  }

  @Test
  void objectsOfAFewBytesInEachRunAreFoundToo() throws Exception {
    try (var program = new Program(5)) {
      var guilty = program.form(0);
      guilty.bytes = 32;
      program.runUntil(() -> guilty.adoptions > 3 && program.allFastBut(guilty));
      program.runUntil(() -> program.warmth.isSettled());
      program.staysSo(guilty);
    }
  }

  @Test
  void severalAreFound() throws Exception {
    try (var program = new Program(30)) {
      Form[] guilty = {program.form(0), program.form(15), program.form(16), program.form(29)};
      for (var form : guilty) {
        form.bytes = OBJECTS;
      }
      program.runUntil(() -> program.warmth.isSettled() && program.allFastBut(guilty));
      program.staysSo(guilty);
    }
  }

  @Test
  void anAccidentCostsNobodyHisFastForm() throws Exception {
    try (var program = new Program(6)) {
      var once = program.form(2);
      once.bytes = OBJECTS;
      once.until = 1;
      program.runUntil(() -> once.adoptions == 1);
      assertFalse(once.fast, "retreated");
      once.bytes = 0;
      program.runUntil(program::allFastBut);
      program.staysSo();
    }
  }

  @Test
  void whatAProgramAllocatesInItsSlowFormsTooIsNoAlarm() throws Exception {
    try (var program = new Program(4)) {
      program.own = 1000;
      program.runUntil(program::allFastBut);
      program.run(5000);
      program.own = 0;
      program.staysSo();
      assertTrue(Stream.of(program.forms).allMatch(form -> form.adoptions == 1));
    }
  }

  /** It is not the forms that do it: without them it goes on. */
  @Test
  void whatAProgramBeginsToAllocateIsNobodysGuilt() throws Exception {
    try (var program = new Program(4)) {
      program.runUntil(program::allFastBut);
      program.run(3000);
      for (int own : new int[] {OBJECTS, 3 * OBJECTS}) {
        program.own = own;
        program.run(1000);
        program.runUntil(program::allFastBut);
        program.run(1000);
        program.runUntil(program::allFastBut);
      }
      program.own = 0;
      program.staysSo();
    }
  }

  /** As in the first runs of a program, while the JVM still links what it calls. */
  @Test
  void whatAProgramAllocatesWhereNoFastFormRunsIsEvidenceAgainstNone() throws Exception {
    int tries = 0;
    boolean onProbation = false;
    while (!onProbation) {
      assertTrue(tries++ < 100, "each time some were through their probation first");
      try (var program = new Program(10)) {
        program.runUntil(program::allFastBut);
        onProbation = Stream.of(program.forms).allMatch(form -> form.runs < 90);
        program.own = OBJECTS;
        program.run();
        assertTrue(Stream.of(program.forms).noneMatch(form -> form.fast), "an alarm");
        program.run();
        program.own = 0;
        if (onProbation) {
          program.run(10);
          assertTrue(program.allFastBut(), "all at once, as soon as it is known what is usual");
          program.staysSo();
        }
      }
    }
  }

  @Test
  void whatBeginsAfterTenThousandRunsIsNoticed() throws Exception {
    try (var program = new Program(10)) {
      program.runUntil(program::allFastBut);
      program.staysSo();
      var guilty = program.form(7);
      guilty.bytes = OBJECTS;
      program.run();
      assertTrue(Stream.of(program.forms).noneMatch(form -> form.fast), "all go back");
      program.runUntil(() -> program.warmth.isSettled() && program.allFastBut(guilty));
      program.staysSo(guilty);
    }
  }

  /** Each time after its probation: probations grow until it is caught on one. */
  @Test
  void whatShowsLateEachTimeIsCaughtInTheEnd() throws Exception {
    try (var program = new Program(3)) {
      var guilty = program.form(1);
      guilty.bytes = OBJECTS;
      guilty.from = 700;
      program.runUntil(() -> program.warmth.isSettled() && guilty.adoptions > 1 && !guilty.fast);
      program.staysSo(guilty);
    }
  }

  @Test
  void aFormThatIsAloneGoesBackAndComesAgain() throws Exception {
    try (var program = new Program(1)) {
      var form = program.form(0);
      form.bytes = OBJECTS;
      program.runUntil(() -> form.adoptions == 1);
      assertFalse(form.fast, "one run is enough");
      form.bytes = 0;
      program.runUntil(() -> form.fast);
      program.staysSo();
      assertEquals(2, form.adoptions);
    }
  }

  @Test
  void whatCannotBeRehearsedIsGivenUp() throws Exception {
    var broken =
        Succession.<String>of(
            "form",
            "slow",
            () -> {
              throw new IllegalStateException("on purpose");
            },
            _ -> () -> {});
    try (var warmer = new Warmer()) {
      var warmth = new Warmth(warmer, List.of(broken.cold().orElseThrow()));
      long end = System.nanoTime() + PATIENCE;
      while (broken.running("fast").equals("scalar (until warm)")) {
        assertTrue(System.nanoTime() < end, "in vain");
        warmth.beforeRun();
        warmth.afterRun();
        Thread.sleep(1);
      }
      assertEquals("scalar (gave vectors up: failed)", broken.running("fast"));
      warmth.end();
    }
  }

  @Test
  void aSuccessionGoesForthAndBack() {
    var forms = Succession.of("form", "slow", () -> "fast", _ -> () -> {});
    var cold = forms.cold().orElseThrow();
    assertEquals("slow", forms.now());
    assertEquals("scalar (until warm)", forms.running("best"));
    cold.rehearse().close();
    cold.adopt();
    assertEquals("fast", forms.now());
    assertEquals("best", forms.running("best"));
    cold.retreat();
    assertEquals("slow", forms.now());
    assertEquals("scalar (until warm again)", forms.running("best"));
    assertEquals("only", Succession.of("one").running("only"));
  }

  private static boolean said(List<String> messages, String what) {
    return messages.stream().anyMatch(message -> message.startsWith(what));
  }

  private interface Listening extends AutoCloseable {
    @Override
    void close();
  }

  private static Listening listen(List<String> messages) {
    var logger = Logger.getLogger(Warmth.class.getName());
    var before = logger.getLevel();
    var handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            messages.add(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.setLevel(Level.FINE);
    logger.addHandler(handler);
    return () -> {
      logger.removeHandler(handler);
      logger.setLevel(before);
    };
  }
}
