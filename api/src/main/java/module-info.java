/**
 * The stable promise of Backplane: values, ops, graphs and the interfaces of plugins. No engine.
 */
module dev.backplane.api {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;

  exports dev.backplane;
  exports dev.backplane.backend;
  exports dev.backplane.data;
  exports dev.backplane.extension;
  exports dev.backplane.function;
  exports dev.backplane.graph;
  exports dev.backplane.io;
  exports dev.backplane.nn;
  exports dev.backplane.op;
  exports dev.backplane.tensor;

  uses dev.backplane.BackplaneProvider;
}
