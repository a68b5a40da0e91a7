package dev.backplane.backend.cpu.kernel;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.Map;

/**
 * The local variables of a method being written: base addresses, the row and the column, and values
 * by lane. Values computed in a scope are forgotten at its end.
 */
final class Frame {
  private static final ClassDesc MEMORY = desc(Memory.class);

  private final CodeBuilder code;
  private final int addresses;
  private int next;
  private final Map<Cell, Integer> bases = new HashMap<>();
  private final Map<Cell, Integer> rows = new HashMap<>();
  private int row = -1;
  private int column = -1;

  /** A frame of a static method whose first parameter is the array of addresses. */
  Frame(CodeBuilder code, int parameters) {
    this.code = code;
    this.addresses = 0;
    this.next = parameters;
  }

  static ClassDesc desc(Class<?> type) {
    return ClassDesc.ofDescriptor(type.descriptorString());
  }

  CodeBuilder code() {
    return code;
  }

  int allocate(TypeKind kind) {
    int local = next;
    next += kind.slotSize();
    return local;
  }

  int mark() {
    return next;
  }

  void release(int mark) {
    next = mark;
  }

  /** Makes the row's index known; negative where there is no loop over rows. */
  void row(int local) {
    row = local;
  }

  void column(int local) {
    column = local;
  }

  void pushRow() {
    if (row < 0) {
      code.iconst_0();
    } else {
      code.iload(row);
    }
  }

  void pushColumn() {
    code.iload(column);
  }

  /** Computes the address of a cell's first element into a local, once for the method. */
  void base(Cell cell) {
    if (!bases.containsKey(cell)) {
      code.aload(addresses).loadConstant(cell.base()).laload();
      if (cell.offset() != 0) {
        code.loadConstant(cell.offset()).ladd();
      }
      int local = allocate(TypeKind.LONG);
      code.lstore(local);
      bases.put(cell, local);
    }
  }

  /** Computes the address of the current row of a full cell into a local. */
  void rowBase(Cell cell, long columns) {
    if (row < 0) {
      return;
    }
    var local = rows.get(cell);
    if (local == null) {
      local = allocate(TypeKind.LONG);
      rows.put(cell, local);
    }
    code.lload(Lookup.in(bases, cell)).iload(row).i2l();
    code.loadConstant(cell.rowBytes(columns)).lmul().ladd().lstore(local);
  }

  /** Forgets the addresses of rows, whose locals are given to others. */
  void forgetRows() {
    rows.clear();
  }

  /** Pushes the array of addresses. */
  void pushAddresses() {
    code.aload(addresses);
  }

  /** Pushes the address of a cell's current element, some elements further. */
  void pushAddress(Cell cell, int further) {
    switch (cell.extent()) {
      case SCALAR -> code.lload(Lookup.in(bases, cell));
      case ROW -> {
        code.lload(Lookup.in(bases, cell));
        pushRow();
        scaled(cell);
      }
      case COLUMN -> {
        code.lload(Lookup.in(bases, cell));
        pushColumn();
        if (cell.strip()) {
          code.loadConstant(Chunk.STRIP - 1).iand();
        }
        scaled(cell);
      }
      case FULL -> {
        code.lload(row < 0 ? Lookup.in(bases, cell) : Lookup.in(rows, cell));
        pushColumn();
        scaled(cell);
      }
    }
    if (further != 0) {
      code.loadConstant((long) further * cell.dtype().bytes()).ladd();
    }
  }

  private void scaled(Cell cell) {
    code.i2l();
    int bytes = cell.dtype().bytes();
    if (bytes > 1) {
      code.loadConstant(Integer.numberOfTrailingZeros(bytes)).lshl();
    }
    code.ladd();
  }

  /** Reads the element at the address on the stack. */
  void load(Cell cell) {
    code.invokestatic(
        MEMORY,
        Memory.loadName(cell.dtype()),
        MethodTypeDesc.of(type(Register.of(cell.dtype())), ConstantDescs.CD_long));
  }

  /** Writes the value on the stack to the address below it. */
  void store(Cell cell) {
    code.invokestatic(
        MEMORY,
        Memory.storeName(cell.dtype()),
        MethodTypeDesc.of(
            ConstantDescs.CD_void, ConstantDescs.CD_long, type(Register.of(cell.dtype()))));
  }

  static ClassDesc type(Register register) {
    return switch (register) {
      case FLOAT -> ConstantDescs.CD_float;
      case DOUBLE -> ConstantDescs.CD_double;
      case INT, MASK -> ConstantDescs.CD_int;
      case LONG -> ConstantDescs.CD_long;
    };
  }
}
