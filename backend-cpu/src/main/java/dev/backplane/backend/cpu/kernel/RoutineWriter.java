package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Extent;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes the class of a plan: methods that loop over columns, a method for every phase that calls
 * them row by row, and one that calls these in order.
 */
final class RoutineWriter {
  private static final MethodTypeDesc LOOP =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long.arrayType());
  private static final int CONSTANT =
      ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_FINAL;
  private static final int STATIC = ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC;
  // What the JVM's compilers take in one method, found by trying: see Chunk.
  private static final int VECTOR_OPERATIONS = 24;
  private static final int SCALAR_OPERATIONS = 200;
  private static final int MOST_TIMES = 8;

  private final Plan plan;
  private final ClassDesc self;
  private final Optional<VectorTypes> types;
  private final boolean vectors;
  private final List<Consumer<CodeBuilder>> sweeping = new ArrayList<>();
  private final List<Consumer<CodeBuilder>> merging = new ArrayList<>();
  private final List<Consumer<CodeBuilder>> finishing = new ArrayList<>();
  private final List<Consumer<CodeBuilder>> rehearsing = new ArrayList<>();
  private final Map<Integer, Cell> uniforms = new HashMap<>();
  private long scratch;
  private boolean strips;

  private RoutineWriter(Plan plan, ClassDesc self, Optional<VectorTypes> types, boolean vectors) {
    this.plan = plan;
    this.self = self;
    this.types = types;
    this.vectors = vectors;
    this.scratch = plan.scratchBytes();
  }

  /**
   * A class that implements {@link Routine}.
   *
   * @param bytes the class file
   * @param scratchBytes the scratch memory it needs, more than its plan where loops were cut
   * @param strips whether a loop over the columns of a single row goes strip by strip: ranges of
   *     its columns then begin where strips do
   */
  record Written(byte[] bytes, long scratchBytes, boolean strips) {}

  /**
   * Writes a plan.
   *
   * @param lanes of the vectors to use; empty for the scalar form
   * @param vectors false to write what stands in for the form with those vectors: the scalar form,
   *     its loops cut at the same places, so that it needs the same scratch memory and its rows are
   *     divided the same way
   */
  static Written write(Plan plan, String name, Optional<Integer> lanes, boolean vectors) {
    var self = ClassDesc.of(RoutineWriter.class.getPackageName(), name);
    var types = lanes.map(count -> new VectorTypes(self, count));
    var writer = new RoutineWriter(plan, self, types, vectors);
    var bytes = ClassFile.of().build(self, writer::members);
    return new Written(bytes, writer.scratch, writer.strips);
  }

  private void members(ClassBuilder type) {
    type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER | ClassFile.ACC_SYNTHETIC);
    type.withInterfaceSymbols(Frame.desc(Routine.class));
    type.withMethodBody(
        ConstantDescs.INIT_NAME,
        ConstantDescs.MTD_void,
        0,
        code ->
            code.aload(0)
                .invokespecial(
                    ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                .return_());
    types.filter(_ -> vectors).ifPresent(known -> constants(type, known));
    int last = plan.lastSweep();
    for (int i = 0; i < plan.phases().size(); i++) {
      phase(type, String.valueOf(i), plan.phases().get(i), i <= last ? sweeping : finishing);
      if (plan.phases().get(i).sweep().isPresent()) {
        var sweep = plan.phases().get(i).sweep().get();
        if (sweep.folds(Extent.SCALAR).findAny().isPresent()) {
          method(
              type, "totals" + i, Map.of(), i < last ? sweeping : finishing, w -> w.totals(sweep));
        }
      }
    }
    phase(type, "_merge", plan.merge(), merging);
    for (var accumulator : plan.accumulators()) {
      if (accumulator.from() != Extent.ROW) {
        type.withMethodBody(
            SweepWriter.total(accumulator),
            MethodTypeDesc.of(
                Frame.type(accumulator.total().register()), ConstantDescs.CD_long.arrayType()),
            STATIC,
            code -> ChunkWriter.total(plan, accumulator, code));
      }
    }
    calls(type, "sweep", SweepWriter.RANGE, sweeping);
    calls(type, "merge", LOOP, merging);
    calls(type, "finish", LOOP, finishing);
    calls(type, "rehearse", SweepWriter.RANGE, rehearsing);
  }

  private void constants(ClassBuilder type, VectorTypes known) {
    VectorTypes.tails().forEach(tail -> type.withField(tail, VectorTypes.MASK, CONSTANT));
    type.withField("IOTA", VectorTypes.INT, CONSTANT);
    int rest = (int) (plan.space().columns() % known.lanes());
    type.withMethodBody(
        ConstantDescs.CLASS_INIT_NAME,
        ConstantDescs.MTD_void,
        ClassFile.ACC_STATIC,
        code -> known.initialize(code, rest));
  }

  private void phase(
      ClassBuilder type, String number, Plan.Phase phase, List<Consumer<CodeBuilder>> calls) {
    var methods = new IdentityHashMap<Plan.Loop, SweepWriter.Methods>();
    if (!phase.scalars().isEmpty()) {
      method(type, "scalars" + number, methods, calls, writer -> writer.scalars(phase.scalars()));
    }
    if (!phase.columns().isEmpty()) {
      var name = "columns" + number;
      methods.put(phase.columns(), loop(type, name, phase.columns(), true));
      method(type, name, methods, calls, writer -> writer.columns(phase.columns()));
    }
    if (phase.sweep().isPresent()) {
      var sweep = phase.sweep().get();
      var name = "sweep" + number;
      for (int pass = 0; pass < sweep.passes().size(); pass++) {
        var loop = sweep.passes().get(pass);
        methods.put(loop, loop(type, name + "_" + pass, loop, plan.space().rows() == 1));
      }
      calls.add(
          code -> code.aload(1).iload(2).iload(3).invokestatic(self, name, SweepWriter.RANGE));
      type.withMethodBody(
          name,
          SweepWriter.RANGE,
          STATIC,
          code -> new SweepWriter(plan, self, code, 3, uniforms, methods).sweep(sweep));
    }
  }

  private void method(
      ClassBuilder type,
      String name,
      Map<Plan.Loop, SweepWriter.Methods> methods,
      List<Consumer<CodeBuilder>> calls,
      Consumer<SweepWriter> body) {
    calls.add(code -> code.aload(1).invokestatic(self, name, LOOP));
    type.withMethodBody(
        name,
        LOOP,
        STATIC,
        code -> body.accept(new SweepWriter(plan, self, code, 1, uniforms, methods)));
  }

  private Cell allocate(Register register, Extent extent, long elements) {
    var dtype = ScalarCode.memoryOf(register);
    int base = plan.inputs() + plan.outputs();
    boolean strip = plan.space().columns() > Chunk.STRIP && extent == Extent.COLUMN;
    var cell = new Cell(base, scratch, dtype, extent, strip, 0);
    scratch += (elements * dtype.bytes() + 63) / 64 * 64;
    return cell;
  }

  /**
   * Writes the parts of a loop over columns.
   *
   * @param single whether a call of the kernel runs it once, not for each row: what then is no loop
   *     is left to the scalar form, for the JVM would take thousands of calls to compile it
   */
  private SweepWriter.Methods loop(ClassBuilder type, String name, Plan.Loop loop, boolean single) {
    for (var lane : ChunkWriter.uniforms(loop)) {
      if (!(lane instanceof Lane.Load || lane instanceof Lane.Index)) {
        uniforms.computeIfAbsent(lane.id(), id -> allocate(lane.register(), Extent.SCALAR, 1));
      }
    }
    int columns = (int) plan.space().columns();
    var cut = types.filter(known -> ChunkWriter.refusal(loop, columns, single).isEmpty());
    var form = cut.filter(_ -> vectors);
    var restForm = form.filter(known -> !single);
    int limit =
        cut.map(known -> VECTOR_OPERATIONS * known.lanes() / Plan.LANES).orElse(SCALAR_OPERATIONS);
    var chunks =
        Chunk.split(
            loop,
            limit,
            register -> allocate(register, Extent.COLUMN, Math.min(columns + 15, Chunk.STRIP)));
    int border = form.isEmpty() ? columns : columns / Plan.LANES * Plan.LANES;
    var whole = new ArrayList<String>();
    var rest = new ArrayList<String>();
    // One part goes through all columns at once, of several each starts anew in every strip.
    boolean once = border <= Chunk.STRIP || chunks.size() == 1;
    // By the columns, not the border, which is another one in the form that stands in.
    strips |= columns > Chunk.STRIP && chunks.size() > 1;
    for (var chunk : chunks) {
      if (border > 0) {
        whole.add(name + "_" + whole.size());
        chunk(
            type,
            whole.getLast(),
            chunk,
            form,
            writer -> {
              if (form.isEmpty()) {
                writer.scalarLoop();
              } else {
                writer.vectorLoop(once);
              }
            });
        form.ifPresent(_ -> rehearse(whole.getLast(), border));
      }
      if (border < columns) {
        rest.add(name + "_" + rest.size() + "_rest");
        chunk(
            type,
            rest.getLast(),
            chunk,
            restForm,
            writer -> {
              if (restForm.isEmpty()) {
                writer.scalarLoop();
              } else {
                writer.vectorRest(columns - border, border == 0);
              }
            });
        restForm.ifPresent(_ -> rehearse(rest.getLast(), columns - border));
      }
    }
    return new SweepWriter.Methods(whole, rest, border);
  }

  private void chunk(
      ClassBuilder type,
      String name,
      Chunk chunk,
      Optional<VectorTypes> form,
      Consumer<ChunkWriter> body) {
    type.withMethodBody(
        name,
        SweepWriter.CHUNK,
        STATIC,
        code -> body.accept(new ChunkWriter(plan, chunk, uniforms, code, form)));
  }

  /** Loops of few columns several times: the JVM counts entries and rounds. */
  private void rehearse(String name, int columns) {
    int times = Math.clamp(RoutineRehearsal.COLUMNS / columns, 1, MOST_TIMES);
    for (int i = 0; i < times; i++) {
      rehearsing.add(
          code -> {
            code.aload(1).iload(2).iconst_0();
            code.iload(3).loadConstant(columns);
            SweepWriter.min(code);
            code.invokestatic(self, name, SweepWriter.CHUNK);
          });
    }
  }

  private static void calls(
      ClassBuilder type, String name, MethodTypeDesc of, List<Consumer<CodeBuilder>> calls) {
    type.withMethodBody(
        name,
        of,
        ClassFile.ACC_PUBLIC,
        code -> {
          calls.forEach(call -> call.accept(code));
          code.return_();
        });
  }
}
