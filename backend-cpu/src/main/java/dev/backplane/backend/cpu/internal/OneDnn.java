package dev.backplane.backend.cpu.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_fpmath_mode_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_fpmath_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scratchpad_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_scratchpad_mode_user;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_version;

import dev.backplane.tensor.DType;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * The door to oneDNN. JavaCPP loads the library and builds primitives, by the C interface, whose
 * handles have an owner and an end; {@code java.lang.foreign} runs them, because a prebound call
 * costs four machine words and allocates nothing.
 */
public final class OneDnn {
  /** The forms of its calls; they need nothing of the library, and are made while it is loaded. */
  private static final class Calls {
    static final MethodHandle EXECUTE;
    static final MethodHandle EXECUTE_LONG;
    static final MethodHandle SET_THREADS;
    static final MethodHandle GET_THREADS;

    static {
      var linker = Linker.nativeLinker();
      var critical = Linker.Option.critical(false);
      var execute = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
      EXECUTE = linker.downcallHandle(execute, critical);
      EXECUTE_LONG = linker.downcallHandle(execute);
      SET_THREADS = linker.downcallHandle(FunctionDescriptor.ofVoid(JAVA_INT), critical);
      GET_THREADS = linker.downcallHandle(FunctionDescriptor.of(JAVA_INT), critical);
    }

    private Calls() {}

    static void link() {}
  }

  private static @Nullable OneDnn loaded;

  private final dnnl_engine engine;
  private final MemorySegment execute;
  private final MemorySegment setThreads;
  private final MemorySegment getThreads;
  private final String version;

  private OneDnn() {
    // Loader unpacks libdnnl.so.3 and the libgomp beside it, and says where its own library is.
    var folder = new File(Loader.load(dnnl.class)).getParentFile().toPath();
    var library = library(folder, "libdnnl.so.3");
    var gomp = library(folder, "libgomp.so.1");
    execute = library.findOrThrow("dnnl_primitive_execute");
    setThreads = gomp.findOrThrow("omp_set_num_threads");
    getThreads = gomp.findOrThrow("omp_get_max_threads");
    var found = dnnl_version();
    version = found.major() + "." + found.minor() + "." + found.patch();
    engine = new dnnl_engine();
    check("dnnl_engine_create", dnnl_engine_create(engine, dnnl_cpu, 0));
  }

  private static SymbolLookup library(Path folder, String name) {
    return SymbolLookup.libraryLookup(folder.resolve(name), Arena.global());
  }

  /**
   * Prepares calls of the library. Who needs them soon, and waits for the library meanwhile, does
   * both at once so.
   */
  public static void link() {
    Calls.link();
    Libc.link();
  }

  /**
   * The library, loaded at the first call.
   *
   * @throws UnsatisfiedLinkError if it cannot be unpacked or loaded
   */
  public static synchronized OneDnn load() {
    var library = loaded;
    if (library == null) {
      // Looked at again, as another bundle may have loaded one since the device was listed.
      MappedOneDnn.refusal(NativeCache.folder())
          .ifPresent(
              reason -> {
                throw new IllegalStateException(reason);
              });
      NativeCache.prepareJavaCpp();
      library = new OneDnn();
      loaded = library;
    }
    return library;
  }

  /** The version of the library that is mapped, which may be older than the one that was packed. */
  public String version() {
    return version;
  }

  /**
   * Sets how many OpenMP threads oneDNN uses for what this thread makes and runs.
   *
   * @return what it was
   */
  public int threads(int count) {
    try {
      int before = (int) Calls.GET_THREADS.invokeExact(getThreads);
      if (before != count) {
        Calls.SET_THREADS.invokeExact(setThreads, count);
      }
      return before;
    } catch (Throwable e) {
      throw new IllegalStateException("omp_set_num_threads", e);
    }
  }

  /** A stream: the order of work of one thread. */
  public Stream stream() {
    var handle = new dnnl_stream();
    check("dnnl_stream_create", dnnl_stream_create(handle, engine, dnnl_stream_default_flags));
    return new Stream(execute, handle);
  }

  /** A stream; used by one thread at a time. */
  public static final class Stream implements AutoCloseable {
    private final MemorySegment execute;
    private final dnnl_stream handle;
    private final long address;

    private Stream(MemorySegment execute, dnnl_stream handle) {
      this.execute = execute;
      this.handle = handle;
      address = handle.address();
    }

    /** Runs a primitive on the calling thread. */
    void execute(boolean critical, long primitive, int count, long arguments) {
      int status;
      try {
        status =
            critical
                ? (int) Calls.EXECUTE.invokeExact(execute, primitive, address, count, arguments)
                : (int)
                    Calls.EXECUTE_LONG.invokeExact(execute, primitive, address, count, arguments);
      } catch (Throwable e) {
        throw new IllegalStateException("dnnl_primitive_execute", e);
      }
      check("dnnl_primitive_execute", status);
    }

    @Override
    public void close() {
      check("dnnl_stream_destroy", dnnl_stream_destroy(handle));
      handle.setNull();
    }
  }

  /** An operand of a product in memory: element strides of batch, row and column. */
  public record Strides(long batch, long row, long column) {}

  /**
   * A batched matrix product [b,m,k] × [b,k,n], with a bias [n] where asked for.
   *
   * @param operands f32 or bf16
   * @param result f32 or bf16; the bias has this type too
   * @param bf16 whether f32 operands may be rounded to bf16
   */
  public record Product(
      DType operands,
      DType result,
      long batch,
      long m,
      long n,
      long k,
      Strides left,
      Strides right,
      boolean bias,
      boolean bf16) {
    private double operations() {
      return 2.0 * batch * m * n * k;
    }
  }

  /**
   * Builds a product for one thread.
   *
   * @return nothing where oneDNN does not have it, or only as a reference implementation, which is
   *     up to a thousand times slower than a plain loop
   */
  public synchronized Optional<Matmul> matmul(Product product) {
    int before = threads(1);
    try {
      return build(product, false);
    } finally {
      threads(before);
    }
  }

  /**
   * The same for a right operand that is read by many calls: it is brought into the layout that
   * oneDNN reads fastest once, by another call.
   *
   * @param product of one matrix
   * @return nothing where oneDNN has neither such a product nor another layout for it
   */
  public synchronized Optional<PackedMatmul> packed(Product product) {
    int before = threads(1);
    try {
      return build(product, true).flatMap(matmul -> packed(product, matmul));
    } finally {
      threads(before);
    }
  }

  private Optional<PackedMatmul> packed(Product p, Matmul matmul) {
    var described = new ArrayList<dnnl_memory_desc>();
    try {
      var plain = describe(described, p.operands(), 1, p.k(), p.n(), p.right());
      var found = PackedMatmul.of(engine, matmul, plain);
      if (found.isEmpty()) {
        matmul.close();
      }
      return found;
    } finally {
      described.forEach(each -> check("dnnl_memory_desc_destroy", dnnl_memory_desc_destroy(each)));
    }
  }

  private Optional<Matmul> build(Product p, boolean packed) {
    var described = new ArrayList<dnnl_memory_desc>();
    try {
      var left = describe(described, p.operands(), p.batch(), p.m(), p.k(), p.left());
      var right =
          packed
              ? any(described, p.k(), p.n())
              : describe(described, p.operands(), p.batch(), p.k(), p.n(), p.right());
      var dense = new Strides(p.m() * p.n(), p.n(), 1);
      var result = describe(described, p.result(), p.batch(), p.m(), p.n(), dense);
      var row = new Strides(p.n(), p.n(), 1);
      var bias =
          p.bias() ? describe(described, p.result(), p.batch() == 1 ? 1 : -1, 1, p.n(), row) : null;
      return withAttributes(
              p.bf16(), attributes -> matmul(p, left, right, bias, result, attributes))
          .map(primitive -> new Matmul(primitive, p.bias()));
    } finally {
      described.forEach(each -> check("dnnl_memory_desc_destroy", dnnl_memory_desc_destroy(each)));
    }
  }

  private Optional<Primitive> matmul(
      Product p,
      dnnl_memory_desc left,
      dnnl_memory_desc right,
      @Nullable dnnl_memory_desc bias,
      dnnl_memory_desc result,
      dnnl_primitive_attr attributes) {
    var descriptor = new dnnl_primitive_desc();
    int status =
        dnnl_matmul_primitive_desc_create(
            descriptor, engine, left, right, bias, result, attributes);
    if (status != dnnl.dnnl_success) {
      return Optional.empty();
    }
    return p.bias()
        ? Primitive.of(
            engine,
            descriptor,
            p.operations(),
            DNNL_ARG_SRC,
            DNNL_ARG_WEIGHTS,
            DNNL_ARG_DST,
            DNNL_ARG_BIAS)
        : Primitive.of(
            engine, descriptor, p.operations(), DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST);
  }

  /**
   * Builds a convolution of f32 for one thread.
   *
   * @return nothing where oneDNN does not have it, or only as a reference implementation
   */
  public synchronized Optional<NativeConvolution> convolution(NativeConvolution.Form form) {
    int before = threads(1);
    try {
      return withAttributes(false, attributes -> Convolutions.build(engine, attributes, form));
    } finally {
      threads(before);
    }
  }

  /** Attributes of a primitive whose scratchpad is given to each call. */
  private static <T> T withAttributes(boolean bf16, Function<dnnl_primitive_attr, T> build) {
    var attributes = new dnnl_primitive_attr();
    check("dnnl_primitive_attr_create", dnnl_primitive_attr_create(attributes));
    try {
      check(
          "dnnl_primitive_attr_set_scratchpad_mode",
          dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
      if (bf16) {
        check(
            "dnnl_primitive_attr_set_fpmath_mode",
            dnnl_primitive_attr_set_fpmath_mode(attributes, dnnl_fpmath_mode_bf16));
      }
      return build.apply(attributes);
    } finally {
      check("dnnl_primitive_attr_destroy", dnnl_primitive_attr_destroy(attributes));
    }
  }

  /** Two dimensions where there is one matrix, else three; a batch of -1 is broadcast. */
  private static dnnl_memory_desc describe(
      List<dnnl_memory_desc> described,
      DType dtype,
      long batch,
      long rows,
      long columns,
      Strides strides) {
    var descriptor = new dnnl_memory_desc();
    int type =
        switch (dtype) {
          case F32 -> dnnl_f32;
          case BF16 -> dnnl_bf16;
          case F64, F16, I64, I32, I8, U32, U8, BOOL ->
              throw new IllegalArgumentException("oneDNN products are f32 or bf16, not " + dtype);
        };
    long[] extents = {Math.abs(batch), rows, columns};
    long[] steps = {strides.batch(), strides.row(), strides.column()};
    int first = batch == 1 ? 1 : 0;
    check(
        "dnnl_memory_desc_create_with_strides",
        dnnl_memory_desc_create_with_strides(
            descriptor,
            3 - first,
            java.util.Arrays.copyOfRange(extents, first, 3),
            type,
            java.util.Arrays.copyOfRange(steps, first, 3)));
    described.add(descriptor);
    return descriptor;
  }

  /** A matrix of f32 in the layout that oneDNN prefers. */
  private static dnnl_memory_desc any(List<dnnl_memory_desc> described, long rows, long columns) {
    var descriptor = new dnnl_memory_desc();
    check(
        "dnnl_memory_desc_create_with_tag",
        dnnl_memory_desc_create_with_tag(
            descriptor, 2, new long[] {rows, columns}, dnnl_f32, dnnl_format_tag_any));
    described.add(descriptor);
    return descriptor;
  }

  static void check(String function, int status) {
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException(function + ": oneDNN status " + status);
    }
  }

  /**
   * A product that was built.
   *
   * @param primitive its code
   * @param biased whether it adds a bias
   */
  public record Matmul(Primitive primitive, boolean biased) implements AutoCloseable {
    /** What oneDNN calls the implementation it chose. */
    public String implementation() {
      return primitive.implementation();
    }

    /** Scratch memory a call needs. */
    public long scratchBytes() {
      return primitive.scratchBytes();
    }

    /**
     * Binds a call.
     *
     * @param bias read only where the product has a bias
     */
    public Primitive.Call bind(
        Stream stream, long left, long right, long bias, long result, long scratch) {
      return biased
          ? primitive.bind(stream, scratch, left, right, result, bias)
          : primitive.bind(stream, scratch, left, right, result);
    }

    @Override
    public void close() {
      primitive.close();
    }
  }
}
