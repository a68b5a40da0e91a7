package dev.backplane.backend.cpu.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_fpmath_mode_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_fpmath_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scratchpad_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_impl_info_str;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_scratchpad_mode_user;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_version;

import dev.backplane.backend.OutOfDeviceMemoryException;
import dev.backplane.tensor.DType;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * The door to oneDNN. JavaCPP loads the library and builds primitives, by the C interface, whose
 * handles have an owner and an end; {@code java.lang.foreign} runs them, because a prebound call
 * costs four machine words and allocates nothing.
 */
public final class OneDnn {
  private static final MethodHandle EXECUTE;
  private static final MethodHandle EXECUTE_LONG;
  private static final MethodHandle SET_THREADS;
  private static final MethodHandle GET_THREADS;

  /** Calls that take longer than about a quarter of a millisecond must not hold up a safepoint. */
  private static final double CRITICAL_OPERATIONS = 5e7;

  private static @Nullable OneDnn loaded;

  static {
    var linker = Linker.nativeLinker();
    var critical = Linker.Option.critical(false);
    var execute = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    EXECUTE = linker.downcallHandle(execute, critical);
    EXECUTE_LONG = linker.downcallHandle(execute);
    SET_THREADS = linker.downcallHandle(FunctionDescriptor.ofVoid(JAVA_INT), critical);
    GET_THREADS = linker.downcallHandle(FunctionDescriptor.of(JAVA_INT), critical);
  }

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
   * The library, loaded at the first call.
   *
   * @throws UnsatisfiedLinkError if it cannot be unpacked or loaded
   */
  public static synchronized OneDnn load() {
    var library = loaded;
    if (library == null) {
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
      int before = (int) GET_THREADS.invokeExact(getThreads);
      if (before != count) {
        SET_THREADS.invokeExact(setThreads, count);
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
    return new Stream(handle);
  }

  /** A stream; used by one thread at a time. */
  public static final class Stream implements AutoCloseable {
    private final dnnl_stream handle;
    private final long address;

    private Stream(dnnl_stream handle) {
      this.handle = handle;
      address = handle.address();
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
      return build(product);
    } finally {
      threads(before);
    }
  }

  private Optional<Matmul> build(Product p) {
    var left = describe(p.operands(), p.batch(), p.m(), p.k(), p.left());
    var right = describe(p.operands(), p.batch(), p.k(), p.n(), p.right());
    var dense = new Strides(p.m() * p.n(), p.n(), 1);
    var result = describe(p.result(), p.batch(), p.m(), p.n(), dense);
    var bias =
        p.bias()
            ? describe(p.result(), p.batch() == 1 ? 1 : -1, 1, p.n(), new Strides(p.n(), p.n(), 1))
            : null;
    var attributes = new dnnl_primitive_attr();
    check("dnnl_primitive_attr_create", dnnl_primitive_attr_create(attributes));
    var descriptor = new dnnl_primitive_desc();
    try {
      check(
          "dnnl_primitive_attr_set_scratchpad_mode",
          dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
      if (p.bf16()) {
        check(
            "dnnl_primitive_attr_set_fpmath_mode",
            dnnl_primitive_attr_set_fpmath_mode(attributes, dnnl_fpmath_mode_bf16));
      }
      int status =
          dnnl_matmul_primitive_desc_create(
              descriptor, engine, left, right, bias, result, attributes);
      if (status != dnnl.dnnl_success) {
        return Optional.empty();
      }
      var implementation = implementation(descriptor);
      if (implementation.startsWith("ref")) {
        check("dnnl_primitive_desc_destroy", dnnl_primitive_desc_destroy(descriptor));
        return Optional.empty();
      }
      var primitive = new dnnl_primitive();
      check("dnnl_primitive_create", dnnl_primitive_create(primitive, descriptor));
      long scratch =
          dnnl_memory_desc_get_size(
              dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0));
      return Optional.of(new Matmul(p, implementation, primitive, descriptor, scratch));
    } finally {
      check("dnnl_primitive_attr_destroy", dnnl_primitive_attr_destroy(attributes));
      destroy(left, right, result);
      if (bias != null) {
        destroy(bias);
      }
    }
  }

  private static void destroy(dnnl_memory_desc... descriptors) {
    for (var descriptor : descriptors) {
      check("dnnl_memory_desc_destroy", dnnl_memory_desc_destroy(descriptor));
    }
  }

  private static String implementation(dnnl_primitive_desc descriptor) {
    try (var text = new PointerPointer<BytePointer>(1)) {
      check(
          "dnnl_primitive_desc_query",
          dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, text));
      return new BytePointer(text.get(0)).getString();
    }
  }

  /** Two dimensions where there is one matrix, else three; a batch of -1 is broadcast. */
  private static dnnl_memory_desc describe(
      DType dtype, long batch, long rows, long columns, Strides strides) {
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
    return descriptor;
  }

  static void check(String function, int status) {
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException(function + ": oneDNN status " + status);
    }
  }

  /** A product that was built; its calls are bound to memory. */
  public final class Matmul implements AutoCloseable {
    private final Product product;
    private final String implementation;
    private final dnnl_primitive primitive;
    private final dnnl_primitive_desc descriptor;
    private final long scratchBytes;

    private Matmul(
        Product product,
        String implementation,
        dnnl_primitive primitive,
        dnnl_primitive_desc descriptor,
        long scratchBytes) {
      this.product = product;
      this.implementation = implementation;
      this.primitive = primitive;
      this.descriptor = descriptor;
      this.scratchBytes = scratchBytes;
    }

    /** What oneDNN calls the implementation it chose. */
    public String implementation() {
      return implementation;
    }

    /** Scratch memory a call needs. */
    public long scratchBytes() {
      return scratchBytes;
    }

    /**
     * Binds a call.
     *
     * @param bias read only where the product has a bias
     */
    public Call bind(Stream stream, long left, long right, long bias, long result, long scratch) {
      return new Call(this, stream, left, right, bias, result, scratch);
    }

    @Override
    public void close() {
      check("dnnl_primitive_destroy", dnnl_primitive_destroy(primitive));
      check("dnnl_primitive_desc_destroy", dnnl_primitive_desc_destroy(descriptor));
    }
  }

  /** A call bound to its memory: runs without allocating. */
  public final class Call implements AutoCloseable {
    /** dnnl_exec_arg_t: an int and, aligned, a pointer. */
    private static final int ENTRY = 16;

    private final dnnl_memory[] memories;
    private final long primitive;
    private final long stream;
    private final long arguments;
    private final boolean critical;

    private Call(
        Matmul matmul, Stream stream, long left, long right, long bias, long result, long scratch) {
      var p = matmul.product;
      this.stream = stream.address;
      primitive = matmul.primitive.address();
      critical = p.operations() < CRITICAL_OPERATIONS;
      memories = new dnnl_memory[p.bias() ? 5 : 4];
      arguments = Libc.allocate((long) ENTRY * memories.length);
      if (arguments == 0) {
        throw new OutOfDeviceMemoryException("cpu: no room for the arguments of a product");
      }
      put(0, DNNL_ARG_SRC, describe(p.operands(), p.batch(), p.m(), p.k(), p.left()), left);
      put(1, DNNL_ARG_WEIGHTS, describe(p.operands(), p.batch(), p.k(), p.n(), p.right()), right);
      var dense = new Strides(p.m() * p.n(), p.n(), 1);
      put(2, DNNL_ARG_DST, describe(p.result(), p.batch(), p.m(), p.n(), dense), result);
      put(3, DNNL_ARG_SCRATCHPAD, scratchpad(matmul), scratch);
      if (p.bias()) {
        var row = new Strides(p.n(), p.n(), 1);
        put(4, DNNL_ARG_BIAS, describe(p.result(), p.batch() == 1 ? 1 : -1, 1, p.n(), row), bias);
      }
    }

    private dnnl_memory_desc scratchpad(Matmul matmul) {
      var borrowed = dnnl_primitive_desc_query_md(matmul.descriptor, dnnl_query_scratchpad_md, 0);
      var copy = new dnnl_memory_desc();
      check("dnnl_memory_desc_clone", dnnl.dnnl_memory_desc_clone(copy, borrowed));
      return copy;
    }

    private void put(int index, int argument, dnnl_memory_desc descriptor, long address) {
      var memory = new dnnl_memory();
      check("dnnl_memory_create", dnnl_memory_create(memory, descriptor, engine, at(address)));
      destroy(descriptor);
      memories[index] = memory;
      var entry = Libc.segment(arguments + (long) ENTRY * index, ENTRY);
      entry.set(JAVA_INT, 0, argument);
      entry.set(JAVA_LONG, 8, memory.address());
    }

    /** Runs it on the calling thread. */
    public void run() {
      int status;
      try {
        status =
            critical
                ? (int) EXECUTE.invokeExact(execute, primitive, stream, memories.length, arguments)
                : (int)
                    EXECUTE_LONG.invokeExact(
                        execute, primitive, stream, memories.length, arguments);
      } catch (Throwable e) {
        throw new IllegalStateException("dnnl_primitive_execute", e);
      }
      check("dnnl_primitive_execute", status);
    }

    @Override
    public void close() {
      for (var memory : memories) {
        check("dnnl_memory_destroy", dnnl_memory_destroy(memory));
      }
      Libc.free(arguments);
    }
  }

  private static Pointer at(long address) {
    return new Address(address);
  }

  /** A JavaCPP pointer to memory that is not JavaCPP's. */
  private static final class Address extends Pointer {
    private Address(long address) {
      this.address = address;
    }
  }
}
