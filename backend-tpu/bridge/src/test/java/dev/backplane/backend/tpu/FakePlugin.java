package dev.backplane.backend.tpu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A shared object for x86-64, written byte by byte (ELF specification; System V ABI, AMD64
 * supplement), so that no test needs a C compiler. It exports {@code GetPjrtApi}, which gives a
 * table of functions that do nothing and succeed, but for one.
 *
 * @param place which one: its place in the table, or {@link #ENTRY}
 * @param does what it does instead, as machine code
 * @param major the first number of the PJRT it speaks
 * @param bytes how large it says its table is
 */
public record FakePlugin(int place, byte[] does, int major, int bytes) {
  /** {@code GetPjrtApi} itself. */
  public static final int ENTRY = -1;

  /** Where {@code PJRT_Plugin_Initialize} stands in the table. */
  public static final int INITIALIZE = 3;

  /** Where {@code PJRT_Client_Create} stands in the table. */
  public static final int CREATE_CLIENT = 10;

  private static final int FUNCTIONS = 110;
  private static final int TABLE_BYTES = 40 + 8 * FUNCTIONS;

  private static final int SYMBOLS = 0x100;
  private static final int NAMES = 0x140;
  private static final int HASH = 0x160;
  private static final int RELOCATIONS = 0x180;
  private static final int DYNAMIC = 0xC00;
  private static final int ENTRY_CODE = 0xD00;
  private static final int SUCCEED = 0xD20;
  private static final int DOES = 0xD40;
  private static final int TABLE = 0x1000;
  private static final int END = 0x1400;

  /** {@code kill(getpid(), SIGABRT)}, as a failed check of XLA ends. */
  public static byte[] abort() {
    return code(
        0xB8, 39, 0, 0, 0, 0x0F, 5, 0x89, 0xC7, 0xBE, 6, 0, 0, 0, 0xB8, 62, 0, 0, 0, 0x0F, 5);
  }

  /** {@code *(char *) 0 = 0}. */
  public static byte[] crash() {
    return code(0xC6, 0x04, 0x25, 0, 0, 0, 0, 0);
  }

  /** {@code for (;;) pause();}, as one that waits for a server that is not there. */
  public static byte[] hang() {
    return code(0xB8, 34, 0, 0, 0, 0x0F, 5, 0xEB, 0xF7);
  }

  /** {@code return 0;}. */
  public static byte[] succeed() {
    return code(0x31, 0xC0, 0xC3);
  }

  /** One that does something else in one place. */
  public static FakePlugin that(byte[] does, int place) {
    return new FakePlugin(place, does, 0, TABLE_BYTES);
  }

  private static byte[] code(int... bytes) {
    var code = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      code[i] = (byte) bytes[i];
    }
    return code;
  }

  /** Writes it. */
  public Path write(Path file) throws IOException {
    var out = ByteBuffer.allocate(END).order(ByteOrder.LITTLE_ENDIAN);
    header(out);
    symbols(out);
    dynamic(out);
    out.put(ENTRY_CODE, code(0x48, 0x8D, 0x05, 0, 0, 0, 0, 0xC3)); // lea rax, [rip + …]; ret
    out.putInt(ENTRY_CODE + 3, TABLE - (ENTRY_CODE + 7));
    out.put(SUCCEED, succeed());
    out.put(DOES, does);
    out.putLong(TABLE, bytes);
    out.putInt(TABLE + 32, major);
    out.putInt(TABLE + 36, 115);
    for (int i = 0; i < FUNCTIONS; i++) {
      // R_X86_64_RELATIVE: the address is where the file was loaded, plus this.
      out.putLong(RELOCATIONS + 24 * i, TABLE + 40 + 8 * i);
      out.putLong(RELOCATIONS + 24 * i + 8, 8);
      out.putLong(RELOCATIONS + 24 * i + 16, i == place ? DOES : SUCCEED);
    }
    return Files.write(file, out.array());
  }

  private static void header(ByteBuffer out) {
    out.put(0, code(0x7F, 'E', 'L', 'F', 2, 1, 1));
    out.putShort(16, (short) 3).putShort(18, (short) 62).putInt(20, 1);
    out.putLong(32, 64).putShort(52, (short) 64).putShort(54, (short) 56).putShort(56, (short) 3);
    segment(out, 64, 1, 7, 0, END); // all of it: to read, write and execute
    segment(out, 120, 2, 6, DYNAMIC, 0x90);
    segment(out, 176, 0x6474E551, 6, 0, 0); // a stack that is not executable
  }

  private static void segment(ByteBuffer out, int at, int type, int flags, int from, int size) {
    out.putInt(at, type).putInt(at + 4, flags);
    out.putLong(at + 8, from).putLong(at + 16, from).putLong(at + 24, from);
    out.putLong(at + 32, size).putLong(at + 40, size).putLong(at + 48, type == 1 ? 0x1000 : 8);
  }

  private void symbols(ByteBuffer out) {
    out.put(NAMES + 1, "GetPjrtApi".getBytes(StandardCharsets.US_ASCII));
    int symbol = SYMBOLS + 24;
    out.putInt(symbol, 1).put(symbol + 4, (byte) 0x12).putShort(symbol + 6, (short) 1);
    out.putLong(symbol + 8, place == ENTRY ? DOES : ENTRY_CODE).putLong(symbol + 16, 8);
    // One bucket: the chain begins with symbol 1 and ends there.
    out.putInt(HASH, 1).putInt(HASH + 4, 2).putInt(HASH + 8, 1);
  }

  private static void dynamic(ByteBuffer out) {
    long[] entries = {
      4, HASH, 5, NAMES, 6, SYMBOLS, 10, 12, 11, 24, 7, RELOCATIONS, 8, 24 * FUNCTIONS, 9, 24, 0, 0
    };
    for (int i = 0; i < entries.length; i++) {
      out.putLong(DYNAMIC + 8 * i, entries[i]);
    }
  }
}
