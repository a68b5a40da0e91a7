package dev.backplane.runtime.session;

import dev.backplane.backend.Buffer;
import dev.backplane.runtime.placement.Site;
import dev.backplane.runtime.placement.Sites;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state of a session: one block on the chosen device, in the order of the paths. A state that
 * is updated on the reference device moves there, before the first such program runs.
 */
final class StateBlock implements AutoCloseable {
  private final Sites sites;
  private final SortedMap<String, TensorType> types;
  private final SortedMap<String, Endpoint.OnDevice> homes = new TreeMap<>();
  private final List<Buffer> owned = new ArrayList<>();
  private final Set<String> settled = new HashSet<>();
  private int layout;

  StateBlock(Sites sites, SortedMap<String, TensorType> types) {
    this.sites = sites;
    this.types = new TreeMap<>(types);
    if (types.isEmpty()) {
      return;
    }
    var buffers = sites.at(Site.CHOSEN).allocate(List.copyOf(types.values()));
    owned.addAll(buffers);
    int i = 0;
    for (var path : types.keySet()) {
      homes.put(path, new Endpoint.OnDevice(Site.CHOSEN, buffers.get(i++)));
    }
  }

  /** Rises when a state moves: what was bound before is to be bound anew. */
  int layout() {
    return layout;
  }

  TensorType type(String path) {
    var type = types.get(path);
    if (type == null) {
      throw new IllegalArgumentException(
          "Session C1: there is no state \"" + path + "\"; there are " + types.keySet());
    }
    return type;
  }

  Endpoint.OnDevice home(String path) {
    var home = homes.get(path);
    if (home == null) {
      throw new IllegalArgumentException(
          "Session C1: there is no state \"" + path + "\"; there are " + types.keySet());
    }
    return home;
  }

  /** A program updates the state there: it lives there from now on, unless another came first. */
  void settle(String path, Site site) {
    if (!settled.add(path) || home(path).site() == site) {
      return;
    }
    var value = read(path);
    var buffer = sites.at(site).allocate(List.of(type(path))).getFirst();
    owned.add(buffer);
    homes.put(path, new Endpoint.OnDevice(site, buffer));
    layout++;
    write(path, value);
  }

  Literal read(String path) {
    return HostAccess.read(home(path).buffer());
  }

  void write(String path, Literal value) {
    var buffer = home(path).buffer();
    if (!value.type().equals(buffer.type())) {
      throw new IllegalArgumentException(
          "Session C2: state " + path + " is " + buffer.type() + ", found " + value.type());
    }
    HostAccess.write(buffer, value);
  }

  @Override
  public void close() {
    owned.forEach(Buffer::close);
  }
}
