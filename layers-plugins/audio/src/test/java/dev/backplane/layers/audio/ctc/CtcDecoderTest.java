package dev.backplane.layers.audio.ctc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.nn.Batch;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoders against all paths there are; the error rate against the plain table of distances. */
class CtcDecoderTest {
  private static final int CLASSES = 3;
  private static final int FRAMES = 5;

  private static float[] probabilities(Random random, int frames, int classes) {
    var values = new float[frames * classes];
    for (int t = 0; t < frames; t++) {
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        values[t * classes + c] = random.nextFloat() + 0.05f;
        sum += values[t * classes + c];
      }
      for (int c = 0; c < classes; c++) {
        values[t * classes + c] /= (float) sum;
      }
    }
    return values;
  }

  /** The probability of each transcript, by walking through every path. */
  private static Map<List<Integer>, Double> all(float[] p, int blank) {
    var transcripts = new HashMap<List<Integer>, Double>();
    for (int path = 0; path < Math.pow(CLASSES, FRAMES); path++) {
      var labels = new ArrayList<Integer>();
      double probability = 1;
      int before = blank;
      for (int t = 0, rest = path; t < FRAMES; t++, rest /= CLASSES) {
        int c = rest % CLASSES;
        probability *= p[t * CLASSES + c];
        if (c != blank && c != before) {
          labels.add(c);
        }
        before = c;
      }
      transcripts.merge(labels, probability, Double::sum);
    }
    return transcripts;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aWideBeamFindsWhatAllPathsSay(long seed) {
    var p = probabilities(new Random(seed), FRAMES, CLASSES);
    int blank = (int) (seed % CLASSES);
    var expected = all(p, blank);
    var found = new CtcDecoder(blank).beam(Literal.of(Shape.of(FRAMES, CLASSES), p), FRAMES, 1000);
    assertEquals(expected.keySet().size(), found.size());
    double previous = Double.POSITIVE_INFINITY;
    for (var transcript : found) {
      assertEquals(Math.log(expected.get(transcript.labels())), transcript.logProbability(), 1e-9);
      assertTrue(transcript.logProbability() <= previous);
      previous = transcript.logProbability();
    }
  }

  @Test
  void aBeamIsRightWhereTheGreedyWayIsNot() {
    // The likeliest path is two blanks, 0.36; but three paths say 1, together 0.64.
    var p = Literal.of(Shape.of(2, 2), 0.6f, 0.4f, 0.6f, 0.4f);
    assertEquals(List.of(), new CtcDecoder(0).greedy(p, 2));
    assertEquals(List.of(1), new CtcDecoder(0).beam(p, 2, 4).getFirst().labels());
  }

  @Test
  void repetitionsAreOneLabelUnlessABlankIsBetween() {
    var p = new float[6 * 3];
    int[] path = {1, 1, 0, 1, 2, 2};
    for (int t = 0; t < path.length; t++) {
      p[t * 3 + path[t]] = 1;
    }
    var table = Literal.of(Shape.of(6, 3), p);
    assertEquals(List.of(1, 1, 2), new CtcDecoder(0).greedy(table, 6));
    assertEquals(List.of(1, 1, 2), new CtcDecoder(0).beam(table, 6, 3).getFirst().labels());
    assertEquals(List.of(1), new CtcDecoder(0).greedy(table, 3));
    assertThrows(ShapeException.class, () -> new CtcDecoder(3).greedy(table, 6));
    assertThrows(ShapeException.class, () -> new CtcDecoder(0).greedy(table, 7));
    assertThrows(IllegalArgumentException.class, () -> new CtcDecoder(0).beam(table, 6, 0));
  }

  private static int distance(List<Integer> said, int[] labels) {
    var row = new int[labels.length + 1];
    for (int j = 0; j <= labels.length; j++) {
      row[j] = j;
    }
    for (int i = 0; i < said.size(); i++) {
      int diagonal = row[0];
      row[0] = i + 1;
      for (int j = 1; j <= labels.length; j++) {
        int exchanged = diagonal + (said.get(i) == labels[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(exchanged, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[labels.length];
  }

  @Test
  void theErrorRateCountsEditsOfTheGreedyTranscript() {
    var random = new Random(5);
    int batch = 6;
    int frames = 9;
    int most = 4;
    var p = probabilities(random, batch * frames, CLASSES);
    var labels = new int[batch * most];
    var lengths = new int[batch];
    var counted = new int[batch];
    double edits = 0;
    double total = 0;
    for (int b = 0; b < batch; b++) {
      lengths[b] = b == 0 ? 0 : 1 + random.nextInt(most);
      counted[b] = frames - b;
      var truth = new int[lengths[b]];
      for (int i = 0; i < lengths[b]; i++) {
        truth[i] = labels[b * most + i] = 1 + random.nextInt(CLASSES - 1);
      }
      var example =
          java.util.Arrays.copyOfRange(p, b * frames * CLASSES, (b + 1) * frames * CLASSES);
      var table = Literal.of(Shape.of(frames, CLASSES), example);
      double weight = b == 3 ? 0 : 1;
      edits += weight * distance(new CtcDecoder(0).greedy(table, counted[b]), truth);
      total += weight * lengths[b];
    }
    try (var backplane = Backplane.start();
        var scope = backplane.eager(backplane.device("auto"))) {
      var metric = new CtcErrorRate();
      var targets =
          Tensors.of(
              scope.constant(Literal.of(Shape.of(batch, most), labels)),
              scope.constant(Literal.of(Shape.of(batch), lengths)),
              scope.constant(Literal.of(Shape.of(batch), counted)));
      var weights = scope.constant(Literal.of(Shape.of(batch), 1f, 1, 1, 0, 1, 1));
      var zero = Ops.fill(scope, TensorType.f32(), 0);
      var outputs = scope.constant(Literal.of(Shape.of(batch, frames, CLASSES), p));
      var state =
          metric.update(
              Tensors.of(zero, zero),
              Tensors.of(outputs),
              new Batch(Tensors.of(), targets, weights));
      assertEquals(edits, state.get(0).read().toDouble());
      assertEquals(total, state.get(1).read().toDouble());
      assertEquals(edits / total, metric.result(state).read().toDouble(), 1e-6);
    }
  }
}
