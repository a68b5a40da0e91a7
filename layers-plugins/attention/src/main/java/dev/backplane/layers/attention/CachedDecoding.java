package dev.backplane.layers.attention;

import dev.backplane.Backplane;
import dev.backplane.Run;
import dev.backplane.Target;
import dev.backplane.function.Compiled;
import dev.backplane.function.Traceable;
import dev.backplane.layers.core.GivenParameters;
import dev.backplane.nn.Forward;
import dev.backplane.op.Compare;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Decodes with a trained {@link Transformer}: the source is encoded once, and each further id costs
 * one step, whose keys and values are kept for the steps behind it. Where the target is padded, id
 * 0 is never taken. Compiled once for each number and length of sources. One thread at a time.
 */
public final class CachedDecoding implements AutoCloseable {
  private static final String NAME = "CachedDecoding";

  private final Transformer model;
  private final BeamSearch search;
  private final List<String> names;
  private final List<Literal> parameters;
  private final Compiled encode;
  private final Compiled step;

  /**
   * A decoding.
   *
   * @param backplane compiles the steps
   * @param target where they run
   * @param model the model
   * @param parameters its parameters by path, as a run gives them where it is the whole model; more
   *     than it has are left out of account by the compiler
   * @param search how the sequence is looked for
   */
  public CachedDecoding(
      Backplane backplane,
      Target target,
      Transformer model,
      Map<String, Literal> parameters,
      BeamSearch search) {
    this(traceable -> backplane.compile(traceable, target), model, parameters, search);
  }

  /**
   * A decoding with a run, on its device.
   *
   * @param run whose whole model is the Transformer
   * @param model the model
   * @param search how the sequence is looked for
   */
  public CachedDecoding(Run run, Transformer model, BeamSearch search) {
    this(run::compile, model, run.parameters(), search);
  }

  private CachedDecoding(
      Function<Traceable, Compiled> compiler,
      Transformer model,
      Map<String, Literal> parameters,
      BeamSearch search) {
    this.model = model;
    this.search = search;
    var sorted = new TreeMap<>(parameters);
    names = List.copyOf(sorted.keySet());
    this.parameters = List.copyOf(sorted.values());
    encode = compiler.apply(this::encoded);
    step = compiler.apply(this::stepped);
  }

  /**
   * The ids for each source, without begin and end.
   *
   * @param source i32 [count, steps], padded with 0 at the end
   * @throws ShapeException C1 if the source is of another type
   */
  public List<int[]> decode(Literal source) {
    var type = source.type();
    if (type.dtype() != DType.I32 || type.shape().rank() != 2) {
      throw new ShapeException(NAME + " C1: expected a source i32[count, steps], found " + type);
    }
    int count = type.shape().dimension(0);
    return search.decode(start(source), count);
  }

  /** The model on encoded sources, a row for each beam. */
  NextId start(Literal source) {
    var arguments = new ArrayList<Literal>();
    arguments.add(source);
    arguments.addAll(parameters);
    int rows = source.type().shape().dimension(0) * search.beams();
    return new State(encode.call(arguments), rows)::logits;
  }

  /** Source and parameters to the mask, then keys and values of each block, a row for each beam. */
  private Tensors encoded(Tensors all) {
    var forward = forward(all, 1);
    var memory = model.encode(forward, all.get(0));
    var mask = forward.mask().orElseGet(() -> all.get(0).compare(Compare.Direction.EQ, all.get(0)));
    var results = new ArrayList<>(List.of(forBeams(mask)));
    for (var remembered : model.remember(forward, memory)) {
      remembered.list().forEach(each -> results.add(forBeams(each)));
    }
    return new Tensors(results);
  }

  private Tensor forBeams(Tensor x) {
    int count = x.shape().dimension(0);
    var wide =
        Ops.expand(x, 1)
            .broadcastTo(x.shape().without(List.of(0)).prepend(search.beams()).prepend(count));
    var rows = x.shape().with(0, count * search.beams());
    return wide.reshape(rows.dimensions().stream().mapToInt(Integer::intValue).toArray());
  }

  /**
   * Ids, parents, position, mask, two tensors of memory and two of steps before for each block, and
   * parameters, to logits and the steps before with this one.
   */
  private Tensors stepped(Tensors all) {
    int blocks = model.blocks();
    var parents = all.get(1);
    var memory = new ArrayList<Tensors>();
    var before = new ArrayList<Tensors>();
    for (int i = 0; i < blocks; i++) {
      memory.add(Tensors.of(all.get(4 + 2 * i), all.get(5 + 2 * i)));
      int own = 4 + 2 * blocks + 2 * i;
      before.add(Tensors.of(Ops.rows(all.get(own), parents), Ops.rows(all.get(own + 1), parents)));
    }
    var forward = forward(all, 4 + 4 * blocks);
    return model.step(forward, all.get(0), all.get(2), before, memory, Optional.of(all.get(3)));
  }

  private Forward forward(Tensors all, int first) {
    var values = new HashMap<String, Tensor>();
    for (int i = 0; i < names.size(); i++) {
      values.put(names.get(i), all.get(first + i));
    }
    return new GivenParameters(all.get(0).scope(), values);
  }

  /** What is known of one batch of sources between two ids. */
  private final class State {
    private final List<Literal> memory;
    private List<Literal> before = new ArrayList<>();
    private int position;

    /** Mask, keys and values of the memory; nothing before. */
    State(List<Literal> memory, int rows) {
      this.memory = memory;
      for (var each : memory.subList(1, memory.size())) {
        var shape = each.type().shape();
        var empty = Shape.of(rows, shape.dimension(1), search.longest(), shape.last());
        before.add(Literal.fill(new TensorType(each.type().dtype(), empty), _ -> 0));
      }
    }

    float[][] logits(int[] ids, int[] parents) {
      var arguments = new ArrayList<Literal>();
      arguments.add(Literal.of(Shape.of(ids.length), ids));
      arguments.add(Literal.of(Shape.of(parents.length), parents));
      arguments.add(Literal.scalar(DType.I32, position++));
      arguments.addAll(memory);
      arguments.addAll(before);
      arguments.addAll(parameters);
      var results = step.call(arguments);
      before = results.subList(1, results.size());
      var all = results.getFirst().toFloats();
      var rows = new float[ids.length][all.length / ids.length];
      for (int i = 0; i < rows.length; i++) {
        System.arraycopy(all, i * rows[i].length, rows[i], 0, rows[i].length);
        if (model.target().padded()) {
          rows[i][0] = Float.NEGATIVE_INFINITY;
        }
      }
      return rows;
    }
  }

  @Override
  public void close() {
    encode.close();
    step.close();
  }
}
