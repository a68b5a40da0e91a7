/** oneDNN for contractions, kernels generated as bytecode for the rest. */
module dev.backplane.backend.cpu {
  requires dev.backplane.api;
  requires dev.backplane.kit;
  requires jdk.management;
  requires org.bytedeco.dnnl;
  requires org.bytedeco.dnnl.linux.x86_64;
  requires org.bytedeco.javacpp;
  requires org.bytedeco.javacpp.linux.x86_64;
  requires org.bytedeco.opencl;
  requires org.bytedeco.opencl.linux.x86_64;
  requires static jdk.incubator.vector;
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;

  provides dev.backplane.backend.Backend with
      dev.backplane.backend.cpu.CpuBackend;
}
