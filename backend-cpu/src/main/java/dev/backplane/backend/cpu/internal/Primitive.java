package dev.backplane.backend.cpu.internal;

import static dev.backplane.backend.cpu.internal.OneDnn.check;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_exec_arg_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_impl_info_str;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;

import dev.backplane.backend.OutOfDeviceMemoryException;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** Work that oneDNN has built code for; its calls are bound to memory. */
public final class Primitive implements AutoCloseable {
  /** Calls that take longer than about a quarter of a millisecond must not hold up a safepoint. */
  private static final double CRITICAL_OPERATIONS = 5e7;

  private final dnnl_engine engine;
  private final String implementation;
  private final dnnl_primitive primitive;
  private final dnnl_primitive_desc descriptor;
  private final int[] arguments;
  private final boolean critical;

  private Primitive(
      dnnl_engine engine,
      String implementation,
      dnnl_primitive primitive,
      dnnl_primitive_desc descriptor,
      int[] arguments,
      boolean critical) {
    this.engine = engine;
    this.implementation = implementation;
    this.primitive = primitive;
    this.descriptor = descriptor;
    this.arguments = arguments;
    this.critical = critical;
  }

  /**
   * Builds what a descriptor, which it takes over, describes.
   *
   * @param operations of floating-point numbers in a call, roughly
   * @param arguments what a call is given, in the order in which it is bound
   * @return nothing for a reference implementation, which is up to a thousand times slower than a
   *     plain loop
   */
  static Optional<Primitive> of(
      dnnl_engine engine, dnnl_primitive_desc descriptor, double operations, int... arguments) {
    var primitive = new dnnl_primitive();
    try {
      var implementation = implementation(descriptor);
      if (!implementation.startsWith("ref")) {
        check("dnnl_primitive_create", dnnl_primitive_create(primitive, descriptor));
        boolean critical = operations < CRITICAL_OPERATIONS;
        return Optional.of(
            new Primitive(engine, implementation, primitive, descriptor, arguments, critical));
      }
    } catch (RuntimeException e) {
      dnnl_primitive_desc_destroy(descriptor);
      throw e;
    }
    check("dnnl_primitive_desc_destroy", dnnl_primitive_desc_destroy(descriptor));
    return Optional.empty();
  }

  private static String implementation(dnnl_primitive_desc descriptor) {
    try (var text = new PointerPointer<BytePointer>(1)) {
      check(
          "dnnl_primitive_desc_query",
          dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, text));
      return new BytePointer(text.get(0)).getString();
    }
  }

  /** What oneDNN calls the implementation it chose. */
  public String implementation() {
    return implementation;
  }

  /** Scratch memory a call needs. */
  public long scratchBytes() {
    return dnnl_memory_desc_get_size(scratchpad());
  }

  private dnnl_memory_desc scratchpad() {
    return dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0);
  }

  /** How an argument lies in memory; the primitive's own, not to be freed. */
  dnnl_memory_desc layout(int argument) {
    return dnnl_primitive_desc_query_md(descriptor, dnnl_query_exec_arg_md, argument);
  }

  /**
   * Binds a call.
   *
   * @param scratch of {@link #scratchBytes} bytes
   * @param addresses one for each argument
   */
  public Call bind(OneDnn.Stream stream, long scratch, long... addresses) {
    return new Call(stream, scratch, addresses);
  }

  @Override
  public void close() {
    check("dnnl_primitive_destroy", dnnl_primitive_destroy(primitive));
    check("dnnl_primitive_desc_destroy", dnnl_primitive_desc_destroy(descriptor));
  }

  /** A call bound to its memory: runs without allocating. */
  public final class Call implements AutoCloseable {
    /** dnnl_exec_arg_t: an int and, aligned, a pointer. */
    private static final int ENTRY = 16;

    private final dnnl_memory[] memories = new dnnl_memory[arguments.length + 1];
    private final long code = primitive.address();
    private final OneDnn.Stream stream;
    private final long entries;
    private int filled;

    private Call(OneDnn.Stream stream, long scratch, long[] addresses) {
      this.stream = stream;
      entries = Libc.allocate((long) ENTRY * memories.length);
      if (entries == 0) {
        throw new OutOfDeviceMemoryException("cpu: no room for the arguments of a call");
      }
      try {
        for (int i = 0; i < arguments.length; i++) {
          put(arguments[i], layout(arguments[i]), addresses[i]);
        }
        put(DNNL_ARG_SCRATCHPAD, scratchpad(), scratch);
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    private void put(int argument, dnnl_memory_desc layout, long address) {
      var memory = new dnnl_memory();
      check("dnnl_memory_create", dnnl_memory_create(memory, layout, engine, new Address(address)));
      long entry = entries + (long) ENTRY * filled;
      memories[filled++] = memory;
      Libc.ALL.set(JAVA_INT, entry, argument);
      Libc.ALL.set(JAVA_LONG, entry + 8, memory.address());
    }

    /** Runs it on the calling thread. */
    public void run() {
      stream.execute(critical, code, filled, entries);
    }

    @Override
    public void close() {
      for (int i = 0; i < filled; i++) {
        check("dnnl_memory_destroy", dnnl_memory_destroy(memories[i]));
      }
      filled = 0;
      Libc.free(entries);
    }
  }

  /** A JavaCPP pointer to memory that is not JavaCPP's. */
  private static final class Address extends Pointer {
    private Address(long address) {
      this.address = address;
    }
  }
}
