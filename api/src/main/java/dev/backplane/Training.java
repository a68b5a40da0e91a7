package dev.backplane;

import dev.backplane.backend.CompileReport;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.data.Batches;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** A training driven step by step: its state lives on the device. One thread at a time. */
@ProviderType
public interface Training extends AutoCloseable {
  /**
   * Gathers the next batch and runs one step; goes on to the next epoch by itself. May return while
   * the step is under way: the next step, and whatever reads, waits for it.
   */
  void step();

  /** Where it runs. */
  DeviceInfo device();

  /** How many steps have been made. */
  long steps();

  /** {@code loss} and metrics by name since the start of the epoch. Waits for the device. */
  Map<String, Double> metrics();

  /** {@code loss} and metrics by name over other examples. */
  Map<String, Double> evaluate(Batches batches);

  /**
   * Predictions for a batch.
   *
   * @param inputs one value [batch, …] for each input field, in its stored form
   */
  List<Literal> predict(List<Literal> inputs);

  /** The values of the parameters and state, by path. */
  Map<String, Literal> parameters();

  /** Sets parameters or state, by path; of the same types. */
  void load(Map<String, Literal> values);

  /** The factor on the learning rate, 1 at first. */
  void rateFactor(double factor);

  /** The layers of the model, each behind those that are in it, with what they give for a batch. */
  List<Part> layers();

  /** Where each node of the training step runs, and why. */
  List<Placed> why();

  /** How the training step was compiled, per device. */
  List<CompileReport> reports();

  /**
   * Compiles what predicts a batch, unless it is compiled already: the first prediction need not.
   *
   * @param batch how many examples, 1 or more
   * @return how it was compiled, per device
   */
  List<CompileReport> compilePrediction(int batch);

  /**
   * Makes so many further steps on whole batches, with everything measured that runs on the
   * devices: each kernel where the device does that, else each part of the step that a device runs
   * as a whole, and the copies between devices and host. One thing waits for the other, so that the
   * sum may be more than an unmeasured step takes; gathering the batch is not in it. A smaller
   * batch at the end of an epoch is trained on too, but not measured.
   *
   * @param steps at least 1
   * @return in the order they run
   */
  List<Measured> measure(int steps);

  @Override
  void close();

  /**
   * A layer of the model, in the place of its path.
   *
   * @param path its path; empty for the model itself
   * @param kind the simple name of its class
   * @param outputs what it gives for a batch, where it was applied last
   * @param parameters how many numbers its own parameters are, without those of layers in it
   * @param trained how many of these are trained
   */
  record Part(String path, String kind, List<TensorType> outputs, long parameters, long trained) {
    /** Copies. */
    public Part {
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * Something that runs in a step, and how long it takes.
   *
   * @param device where it runs
   * @param kernel what runs
   * @param nanos how long, of one step, on the mean
   */
  record Measured(String device, CompileReport.Kernel kernel, double nanos) {}

  /**
   * One node of a program, placed.
   *
   * @param origin the layer it comes from
   * @param op the op
   * @param device where it runs
   * @param reason why there
   */
  record Placed(String origin, String op, String device, String reason) {}
}
