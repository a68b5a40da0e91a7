package dev.backplane.backend.tpu.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.tpu.LibTpu;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Google's own plugin, where it is installed, and the metadata server of its cloud: one that is
 * reached, by way of a proxy, and never answers.
 */
class MetadataServerTest {
  @TempDir Path noDevices;

  private PluginAnswer ask(ServerSocket server, Duration limit, String skip) throws Exception {
    var proxy = "http://127.0.0.1:" + server.getLocalPort();
    var variables = Map.of("http_proxy", proxy, "no_proxy", "", "TPU_SKIP_MDS_QUERY", skip);
    return new ChildProbe(limit, new TpuChips(noDevices), variables).ask(LibTpu.file());
  }

  /** Whether somebody has asked; what was asked waits in the queue of the server for ever. */
  private static boolean wasAsked(ServerSocket server) throws Exception {
    server.setSoTimeout(100);
    try (var connection = server.accept()) {
      return connection.isConnected();
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  private static ServerSocket server() throws Exception {
    return new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
  }

  @Test
  void whoeverWantsItAskedWaitsNoLongerThanTheLimit() throws Exception {
    try (var server = server()) {
      var refusal = ask(server, Duration.ofSeconds(8), "").refusal().orElseThrow();
      assertTrue(
          refusal.startsWith("it hangs: a process that tried it was ended after 8 s"), refusal);
      assertTrue(wasAsked(server));
      assertEquals(0, ProcessHandle.current().children().filter(ProcessHandle::isAlive).count());
    }
  }

  @Test
  void whoeverDoesNotIsAnsweredWithoutIt() throws Exception {
    try (var server = server()) {
      var answer = ask(server, Duration.ofSeconds(60), "1");
      assertTrue(answer.refusal().orElseThrow().startsWith("it gives no client: "));
      assertFalse(answer.topologies().isEmpty());
      assertFalse(wasAsked(server));
    }
  }
}
