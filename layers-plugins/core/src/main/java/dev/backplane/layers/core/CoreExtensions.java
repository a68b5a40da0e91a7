package dev.backplane.layers.core;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.layers.core.activation.Elu;
import dev.backplane.layers.core.activation.Gelu;
import dev.backplane.layers.core.activation.HardSigmoid;
import dev.backplane.layers.core.activation.LeakyRelu;
import dev.backplane.layers.core.activation.Linear;
import dev.backplane.layers.core.activation.Relu;
import dev.backplane.layers.core.activation.Relu6;
import dev.backplane.layers.core.activation.Selu;
import dev.backplane.layers.core.activation.Sigmoid;
import dev.backplane.layers.core.activation.Silu;
import dev.backplane.layers.core.activation.Softmax;
import dev.backplane.layers.core.activation.Softplus;
import dev.backplane.layers.core.activation.Softsign;
import dev.backplane.layers.core.activation.Tanh;
import dev.backplane.layers.core.initializer.Distribution;
import dev.backplane.layers.core.initializer.FanInUniform;
import dev.backplane.layers.core.initializer.Glorot;
import dev.backplane.layers.core.initializer.He;
import dev.backplane.layers.core.initializer.LeCun;
import dev.backplane.layers.core.initializer.Normal;
import dev.backplane.layers.core.initializer.Uniform;
import dev.backplane.layers.core.initializer.Zeros;
import dev.backplane.layers.core.loss.BinaryCrossEntropy;
import dev.backplane.layers.core.loss.CategoricalCrossEntropy;
import dev.backplane.layers.core.loss.ClassWeighted;
import dev.backplane.layers.core.loss.MeanSquaredError;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.metric.Accuracy;
import dev.backplane.layers.core.metric.Average;
import dev.backplane.layers.core.metric.ConfusionMatrix;
import dev.backplane.layers.core.metric.F1;
import dev.backplane.layers.core.metric.Precision;
import dev.backplane.layers.core.metric.Recall;
import dev.backplane.layers.core.metric.RocAuc;
import dev.backplane.layers.core.metric.TopK;
import dev.backplane.layers.core.optimizer.Adagrad;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.layers.core.optimizer.AdamW;
import dev.backplane.layers.core.optimizer.RmsProp;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.layers.core.regularizer.L1;
import dev.backplane.layers.core.regularizer.L2;
import dev.backplane.layers.core.regularizer.None;
import dev.backplane.layers.core.schedule.CosineDecay;
import dev.backplane.layers.core.schedule.ExponentialDecay;
import dev.backplane.layers.core.schedule.StepDecay;
import dev.backplane.layers.core.schedule.WarmUp;
import dev.backplane.layers.core.transform.ClipByGlobalNorm;
import dev.backplane.layers.core.transform.ClipByValue;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** Registers everything of this bundle under its stable name. */
@Component(immediate = true)
public final class CoreExtensions implements Extensions {
  /** Made by the framework or by ServiceLoader. */
  public CoreExtensions() {}

  @Override
  public List<Extension> list() {
    return List.of(
        named("dense", Dense.class)
            .withDefault("activation", new Linear())
            .withDefault("bias", true)
            .withDefault("kernel", new Glorot(Distribution.UNIFORM))
            .withDefault("regularizer", new None()),
        named("flatten", Flatten.class),
        named("dropout", Dropout.class),
        named("reshape", Reshape.class),
        named("activation.elu", Elu.class).withDefault("alpha", 1.0),
        named("activation.gelu", Gelu.class),
        named("activation.hard_sigmoid", HardSigmoid.class),
        named("activation.leaky_relu", LeakyRelu.class).withDefault("slope", 0.01),
        named("activation.linear", Linear.class),
        named("activation.relu", Relu.class),
        named("activation.relu6", Relu6.class),
        named("activation.selu", Selu.class),
        named("activation.sigmoid", Sigmoid.class),
        named("activation.silu", Silu.class),
        named("activation.softmax", Softmax.class),
        named("activation.softplus", Softplus.class),
        named("activation.softsign", Softsign.class),
        named("activation.tanh", Tanh.class),
        named("initializer.constant", dev.backplane.layers.core.initializer.Constant.class),
        named("initializer.fan_in_uniform", FanInUniform.class),
        named("initializer.glorot", Glorot.class).withDefault("distribution", Distribution.UNIFORM),
        named("initializer.he", He.class).withDefault("distribution", Distribution.UNIFORM),
        named("initializer.lecun", LeCun.class).withDefault("distribution", Distribution.UNIFORM),
        named("initializer.normal", Normal.class),
        named("initializer.uniform", Uniform.class),
        named("initializer.zeros", Zeros.class),
        named("loss.binary_cross_entropy", BinaryCrossEntropy.class),
        named("loss.categorical_cross_entropy", CategoricalCrossEntropy.class),
        named("loss.class_weighted", ClassWeighted.class),
        named("loss.mean_squared_error", MeanSquaredError.class),
        named("loss.sparse_categorical_cross_entropy", SparseCategoricalCrossEntropy.class)
            .withDefault("ignored", Optional.empty()),
        named("metric.accuracy", Accuracy.class).withDefault("ignored", Optional.empty()),
        named("metric.confusion_matrix", ConfusionMatrix.class),
        named("metric.f1", F1.class).withDefault("average", Average.MACRO),
        named("metric.precision", Precision.class).withDefault("average", Average.MACRO),
        named("metric.recall", Recall.class).withDefault("average", Average.MACRO),
        named("metric.roc_auc", RocAuc.class),
        named("metric.top_k", TopK.class).withDefault("k", 5),
        named("optimizer.adagrad", Adagrad.class)
            .withDefault("initial", 0.0)
            .withDefault("epsilon", 1e-10),
        named("optimizer.adam", Adam.class)
            .withDefault("beta1", 0.9)
            .withDefault("beta2", 0.999)
            .withDefault("epsilon", 1e-8),
        named("optimizer.adamw", AdamW.class)
            .withDefault("beta1", 0.9)
            .withDefault("beta2", 0.999)
            .withDefault("epsilon", 1e-8)
            .withDefault("decay", 0.01),
        named("optimizer.rmsprop", RmsProp.class)
            .withDefault("decay", 0.99)
            .withDefault("epsilon", 1e-8),
        named("optimizer.sgd", Sgd.class)
            .withDefault("momentum", 0.0)
            .withDefault("nesterov", false),
        named("regularizer.l1", L1.class),
        named("regularizer.l2", L2.class),
        named("regularizer.none", None.class),
        named("schedule.constant", dev.backplane.layers.core.schedule.Constant.class),
        named("schedule.cosine_decay", CosineDecay.class),
        named("schedule.exponential_decay", ExponentialDecay.class),
        named("schedule.step_decay", StepDecay.class),
        named("schedule.warm_up", WarmUp.class),
        named("transform.clip_by_global_norm", ClipByGlobalNorm.class),
        named("transform.clip_by_value", ClipByValue.class));
  }

  private static Extension named(String name, Class<? extends Record> type) {
    return Extension.of(name, 1, type, MethodHandles.lookup());
  }
}
