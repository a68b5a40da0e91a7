package org.bytedeco.opencl.presets;

/**
 * Nothing. JavaCPP's loader of dnnl asks for a class of this name, because dnnl is built with GPU
 * support; where it finds this one it loads no OpenCL library, which the CPU does not need.
 */
public class OpenCL {
  /** For JavaCPP. */
  public OpenCL() {}
}
