package dev.backplane.backend.tpu.discovery;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * What can be seen of a shared object without loading it, by the ELF specification: the header at
 * its beginning, and whether the file is as long as the table that stands last in it says. The
 * dynamic linker maps a file that was cut short, and the process dies where it reads behind the
 * end.
 */
final class ElfFile {
  private static final int HEADER = 64;
  private static final int SHARED_OBJECT = 3;
  private static final int X86_64 = 62;
  private static final int AARCH64 = 183;

  private ElfFile() {}

  /** Why a file cannot be loaded into this process; empty if its form is right. */
  static Optional<String> objection(Path file) {
    if (Files.isDirectory(file)) {
      return Optional.of(
          Files.isReadable(file) && Files.isExecutable(file)
              ? "it is a folder that holds no plugin: no file *.so in it or in a folder of it"
              : "it is a folder that may not be read by this user");
    }
    if (!Files.isRegularFile(file)) {
      return Optional.of(Files.exists(file) ? "it is no file" : "there is no such file");
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
      while (header.hasRemaining()) {
        if (channel.read(header) < 0) {
          throw new EOFException();
        }
      }
      return objection(header, channel.size());
    } catch (EOFException e) {
      return Optional.of("it is no shared object: it ends after less than " + HEADER + " bytes");
    } catch (IOException e) {
      return Optional.of("it cannot be read: " + e);
    }
  }

  private static Optional<String> objection(ByteBuffer header, long size) {
    if (header.getInt(0) != 0x464C457F) {
      return Optional.of("it is no shared object: an ELF file begins otherwise");
    }
    if (header.get(4) != 2 || header.get(5) != 1 || header.getShort(16) != SHARED_OBJECT) {
      return Optional.of("it is no shared object of 64 bits, little end first");
    }
    int machine = header.getShort(18);
    var own = System.getProperty("os.arch", "");
    int wanted = own.equals("amd64") ? X86_64 : own.equals("aarch64") ? AARCH64 : machine;
    if (machine != wanted) {
      return Optional.of("it is made for " + name(machine) + ", this JVM runs on " + own);
    }
    long sections = header.getLong(40);
    long end = sections + (long) header.getShort(58) * header.getShort(60);
    return size < end
        ? Optional.of("it is cut short: it has " + size + " bytes and needs " + end)
        : Optional.empty();
  }

  private static String name(int machine) {
    return switch (machine) {
      case X86_64 -> "x86-64";
      case AARCH64 -> "aarch64";
      default -> "the machine of ELF number " + machine;
    };
  }
}
