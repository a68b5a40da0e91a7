/** Pictures from files, and their transforms as a parallel pipeline in front of a training. */
module dev.backplane.layers.vision {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;
  requires transitive dev.backplane.api;
  requires transitive java.desktop;

  exports dev.backplane.layers.vision;
  exports dev.backplane.layers.vision.file;
  exports dev.backplane.layers.vision.transform;

  provides dev.backplane.extension.Extensions with
      dev.backplane.layers.vision.VisionExtensions;
}
