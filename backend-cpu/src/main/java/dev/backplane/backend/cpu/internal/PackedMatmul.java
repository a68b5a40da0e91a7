package dev.backplane.backend.cpu.internal;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scratchpad_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_scratchpad_mode_user;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import java.util.Optional;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * A product whose right operand lies in a layout of oneDNN's own.
 *
 * @param matmul reads it there
 * @param packing brings it there: from the operand, to the packed one
 * @param bytes of the packed one
 */
public record PackedMatmul(OneDnn.Matmul matmul, Primitive packing, long bytes)
    implements AutoCloseable {
  /** The way there; nothing where the operand already lies so, or oneDNN has no fast one. */
  static Optional<PackedMatmul> of(
      dnnl_engine engine, OneDnn.Matmul matmul, dnnl_memory_desc plain) {
    var packed = matmul.primitive().layout(DNNL_ARG_WEIGHTS);
    if (dnnl_memory_desc_equal(plain, packed) == 1) {
      return Optional.empty();
    }
    var attributes = new dnnl_primitive_attr();
    OneDnn.check("dnnl_primitive_attr_create", dnnl_primitive_attr_create(attributes));
    try {
      OneDnn.check(
          "dnnl_primitive_attr_set_scratchpad_mode",
          dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
      var descriptor = new dnnl_primitive_desc();
      int status =
          dnnl_reorder_primitive_desc_create(descriptor, plain, engine, packed, engine, attributes);
      if (status != dnnl_success) {
        return Optional.empty();
      }
      long bytes = dnnl_memory_desc_get_size(packed);
      return Primitive.of(engine, descriptor, bytes, DNNL_ARG_FROM, DNNL_ARG_TO)
          .map(packing -> new PackedMatmul(matmul, packing, bytes));
    } finally {
      OneDnn.check("dnnl_primitive_attr_destroy", dnnl_primitive_attr_destroy(attributes));
    }
  }

  @Override
  public void close() {
    matmul.close();
    packing.close();
  }
}
