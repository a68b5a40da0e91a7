package dev.backplane.runtime.replica;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.MemoryUse;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Workspace;
import dev.backplane.op.Op;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A replica group that looks like one device: what is written goes to every replica, what is read
 * comes from the first, and programs run on all. It holds for values that are the same everywhere,
 * as all inputs and outputs of a {@linkplain Sharding divided} program are.
 */
public final class ReplicatedDevice implements Device {
  private final Device group;
  private final DeviceInfo info;
  private final int replicas;

  /**
   * A group as one device.
   *
   * @param group as its backend opened it
   * @param info of all of it
   * @param replicas how many
   */
  public ReplicatedDevice(Device group, DeviceInfo info, int replicas) {
    this.group = group;
    this.info = info;
    this.replicas = replicas;
  }

  /** How many there are. */
  public int replicas() {
    return replicas;
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public Support supports(Op op, List<TensorType> operands) {
    return group.supports(op, operands);
  }

  @Override
  public List<Buffer> allocate(List<TensorType> types) {
    var all = group.allocate(types);
    var buffers = new ArrayList<Buffer>();
    for (int i = 0; i < types.size(); i++) {
      var each = new ArrayList<Buffer>();
      for (int replica = 0; replica < replicas; replica++) {
        each.add(all.get(replica * types.size() + i));
      }
      buffers.add(new Everywhere(types.get(i), List.copyOf(each)));
    }
    return List.copyOf(buffers);
  }

  @Override
  public Executable compile(Program program, Workspace workspace) {
    return new OnAll(group.compile(program, workspace), replicas);
  }

  @Override
  public MemoryUse memory() {
    return group.memory();
  }

  @Override
  public void close() {
    group.close();
  }

  /** A value that each replica has. */
  private record Everywhere(TensorType type, List<Buffer> each) implements Buffer {
    @Override
    public Execution write(MemorySegment host) {
      return Together.of(each.stream().map(buffer -> buffer.write(host)).toList());
    }

    @Override
    public Execution read(MemorySegment host) {
      return each.getFirst().read(host);
    }

    @Override
    public void close() {
      each.forEach(Buffer::close);
    }
  }

  /** A program of all replicas. */
  private record OnAll(Executable executable, int replicas) implements Executable {
    @Override
    public Execution bind(List<Buffer> arguments, List<Buffer> results) {
      return executable.bind(spread(arguments), spread(results));
    }

    private List<Buffer> spread(List<Buffer> buffers) {
      var all = new ArrayList<Buffer>();
      for (int replica = 0; replica < replicas; replica++) {
        for (var buffer : buffers) {
          if (!(buffer instanceof Everywhere(var _, var each)) || each.size() != replicas) {
            throw new IllegalArgumentException("bind C6: " + buffer + " is not of this group");
          }
          all.add(each.get(replica));
        }
      }
      return all;
    }

    @Override
    public CompileReport report() {
      return executable.report();
    }

    @Override
    public void close() {
      executable.close();
    }
  }
}
