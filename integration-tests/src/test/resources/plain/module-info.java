module plain {
  requires dev.backplane.layers.core;
}
