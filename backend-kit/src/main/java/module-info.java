/**
 * What every backend would otherwise write again: memory plan, fusion groups, caches, argument
 * checks.
 */
module dev.backplane.kit {
  requires transitive dev.backplane.api;
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;

  exports dev.backplane.kit.check;
  exports dev.backplane.kit.contraction;
  exports dev.backplane.kit.fusion;
  exports dev.backplane.kit.host;
  exports dev.backplane.kit.memory;
  exports dev.backplane.kit.work;
}
