package dev.backplane.runtime.checkpoint;

import dev.backplane.BackplaneException;
import dev.backplane.io.MalformedModelException;
import dev.backplane.runtime.extension.Json;
import dev.backplane.runtime.extension.JsonFormat;
import dev.backplane.runtime.extension.Located;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The safetensors format: eight bytes of header length, little-endian; a JSON header that names
 * each tensor's dtype, shape and place; the bytes, dense and row-major, without holes.
 *
 * <p>Reading is bounded: the header is at most 100 MB, every place lies within the file, tensors do
 * not overlap and leave no gap, sizes are those of the types. Anything else is a {@link
 * MalformedModelException}.
 *
 * @param tensors the tensors by name
 * @param metadata texts of the file's own
 */
public record SafeTensors(SortedMap<String, Literal> tensors, SortedMap<String, String> metadata) {
  /** The most bytes a header may have. */
  public static final long MOST_HEADER = 100_000_000;

  /** The most bytes a tensor may have: what an array of the JVM holds. */
  public static final long MOST_TENSOR = Integer.MAX_VALUE - 64;

  private static final String METADATA = "__metadata__";
  private static final int CHUNK = 1 << 20;

  /** Copies, and refuses what {@link #read} would not take back. */
  public SafeTensors {
    if (tensors.containsKey(METADATA)) {
      throw new IllegalArgumentException("no tensor can be named " + METADATA + " in safetensors");
    }
    tensors = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
    metadata = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
  }

  /** Where a tensor lies: offsets from the end of the header. */
  private record Place(String name, TensorType type, long begin, long end, String where) {}

  /**
   * Writes a file and forces it to the disk.
   *
   * @throws BackplaneException if its header passes what {@link #read} takes; nothing is written
   * @throws IOException as the file system says; the file may then be there in part
   */
  public void write(Path file) throws IOException {
    var order = inOrder();
    var header = header(order);
    if (header.length > MOST_HEADER) {
      throw new BackplaneException(
          file
              + ": "
              + tensors.size()
              + " tensors need a header of "
              + header.length
              + " bytes; a file has at most "
              + MOST_HEADER);
    }
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      var length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      write(channel, length.putLong(header.length).flip());
      write(channel, ByteBuffer.wrap(header));
      for (var tensor : order) {
        var data = tensor.getValue().data();
        for (long from = 0; from < data.byteSize(); from += CHUNK) {
          long size = Math.min(CHUNK, data.byteSize() - from);
          write(channel, data.asSlice(from, size).asByteBuffer());
        }
      }
      channel.force(true);
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Wide elements first, so that each tensor is aligned to its elements; then by name. */
  private List<Map.Entry<String, Literal>> inOrder() {
    var order = new ArrayList<>(tensors.entrySet());
    order.sort(
        Comparator.comparingInt(
            (Map.Entry<String, Literal> entry) -> -entry.getValue().type().dtype().bytes()));
    return order;
  }

  private byte[] header(List<Map.Entry<String, Literal>> order) {
    var fields = new LinkedHashMap<String, Json>();
    if (!metadata.isEmpty()) {
      fields.put(METADATA, Json.texts(metadata));
    }
    long offset = 0;
    for (var tensor : order) {
      var type = tensor.getValue().type();
      var shape = type.shape().dimensions().stream().map(d -> (Json) new Json.Whole(d)).toList();
      var place = new LinkedHashMap<String, Json>();
      place.put("dtype", new Json.Text(nameOf(type.dtype())));
      place.put("shape", new Json.Items(shape));
      place.put(
          "data_offsets",
          new Json.Items(List.of(new Json.Whole(offset), new Json.Whole(offset + type.bytes()))));
      fields.put(tensor.getKey(), new Json.Fields(place));
      offset += type.bytes();
    }
    var text = JsonFormat.compact(new Json.Fields(fields)).getBytes(StandardCharsets.UTF_8);
    var padded = Arrays.copyOf(text, Math.ceilDiv(text.length, 8) * 8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    return padded;
  }

  /**
   * Reads a file.
   *
   * @throws MalformedModelException if it is not a whole file of this format
   * @throws IOException if it cannot be read
   */
  public static SafeTensors read(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var where = file.toString();
      long size = channel.size();
      long header = headerLength(channel, where, size);
      var bytes = new byte[(int) header];
      read(channel, ByteBuffer.wrap(bytes), Long.BYTES, where);
      if (bytes.length == 0 || bytes[0] != '{') {
        throw new MalformedModelException(where, "a header that is no object", "\"{\" at byte 8");
      }
      var json = JsonFormat.read(bytes, where);
      long data = Long.BYTES + header;
      var places = places(json, where, size - data);
      var tensors = new TreeMap<String, Literal>();
      for (var place : places) {
        var content = new byte[(int) (place.end() - place.begin())];
        read(channel, ByteBuffer.wrap(content), data + place.begin(), where);
        requireTruths(place, content);
        tensors.put(place.name(), Literal.copyOf(place.type(), MemorySegment.ofArray(content)));
      }
      return new SafeTensors(tensors, metadata(json));
    }
  }

  private static void requireTruths(Place place, byte[] content) {
    if (place.type().dtype() == DType.BOOL) {
      for (byte truth : content) {
        if (truth != 0 && truth != 1) {
          throw new MalformedModelException(place.where(), "the byte " + truth, "0 or 1 in BOOL");
        }
      }
    }
  }

  private static long headerLength(FileChannel channel, String where, long size)
      throws IOException {
    if (size < Long.BYTES) {
      throw new MalformedModelException(where, size + " bytes", "at least 8");
    }
    var length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    read(channel, length, 0, where);
    long header = length.getLong(0);
    long most = Math.min(MOST_HEADER, size - Long.BYTES);
    if (header < 0 || header > most) {
      throw new MalformedModelException(
          where,
          "a header of " + Long.toUnsignedString(header) + " bytes",
          "at most " + most + " in this file of " + size);
    }
    return header;
  }

  private static void read(FileChannel channel, ByteBuffer target, long from, String where)
      throws IOException {
    while (target.hasRemaining()) {
      if (channel.read(target, from + target.position()) < 0) {
        throw new MalformedModelException(where, "the end of the file", "more bytes; is it cut?");
      }
    }
  }

  private static SortedMap<String, String> metadata(Located header) {
    var metadata = new TreeMap<String, String>();
    header
        .find(METADATA)
        .ifPresent(texts -> texts.keys().forEach(k -> metadata.put(k, texts.get(k).text())));
    return metadata;
  }

  private static List<Place> places(Located header, String where, long available) {
    var places = new ArrayList<Place>();
    for (var name : header.keys()) {
      if (!name.equals(METADATA)) {
        places.add(place(name, header.get(name)));
      }
    }
    places.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
    long end = 0;
    for (var place : places) {
      if (place.begin() != end) {
        throw new MalformedModelException(
            place.where(),
            "data begins at " + place.begin(),
            end + ", where the tensor before it ends: no overlap and no gap");
      }
      end = place.end();
    }
    if (end != available) {
      throw new MalformedModelException(
          where,
          available + " bytes of data",
          end + ", which the header names; is the file cut or from elsewhere?");
    }
    return places;
  }

  private static Place place(String name, Located json) {
    json.only("dtype", "shape", "data_offsets");
    var type = new TensorType(dtype(json.get("dtype")), shape(json.get("shape")));
    var offsets = json.get("data_offsets").items();
    if (offsets.size() != 2) {
      throw json.get("data_offsets").malformed(offsets.size() + " offsets", "two: begin and end");
    }
    long begin = offsets.get(0).whole(0, Long.MAX_VALUE);
    long end = offsets.get(1).whole(begin, Long.MAX_VALUE);
    if (end - begin != type.bytes()) {
      throw json.malformed(
          (end - begin) + " bytes of data", type.bytes() + ", the size of " + type);
    }
    if (type.bytes() > MOST_TENSOR) {
      throw json.malformed(type + " of " + type.bytes() + " bytes", "less than 2 GiB a tensor");
    }
    return new Place(name, type, begin, end, json.where());
  }

  private static DType dtype(Located json) {
    var name = json.text();
    for (var dtype : DType.values()) {
      if (nameOf(dtype).equals(name)) {
        return dtype;
      }
    }
    throw json.malformed(
        json.shown(), "one of " + Arrays.stream(DType.values()).map(SafeTensors::nameOf).toList());
  }

  private static Shape shape(Located json) {
    var dimensions = new ArrayList<Integer>();
    for (var dimension : json.items()) {
      dimensions.add((int) dimension.whole(0, Integer.MAX_VALUE));
    }
    try {
      return new Shape(dimensions);
    } catch (ShapeException e) {
      throw new MalformedModelException(
          json.where(), String.valueOf(e.getMessage()), "a shape within bounds", e);
    }
  }

  private static String nameOf(DType dtype) {
    return switch (dtype) {
      case F64 -> "F64";
      case F32 -> "F32";
      case BF16 -> "BF16";
      case F16 -> "F16";
      case I64 -> "I64";
      case I32 -> "I32";
      case I8 -> "I8";
      case U32 -> "U32";
      case U8 -> "U8";
      case BOOL -> "BOOL";
    };
  }
}
