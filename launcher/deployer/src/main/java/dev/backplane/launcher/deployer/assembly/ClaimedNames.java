package dev.backplane.launcher.deployer.assembly;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The names of extensions: who registers which, and which ones code would register if it ran. */
public final class ClaimedNames {
  private static final String EXTENSION = Extension.class.getName().replace('.', '/');
  private static final byte[] MENTION = EXTENSION.getBytes(StandardCharsets.US_ASCII);

  private ClaimedNames() {}

  /**
   * Every registered name, with the symbolic names of those who claim it: one, where all is well.
   *
   * @param context any bundle's context
   * @param but a bundle whose claims do not count
   */
  public static SortedMap<String, Set<String>> registered(BundleContext context, Bundle but) {
    var names = new TreeMap<String, Set<String>>();
    for (var reference : references(context)) {
      var bundle = reference.getBundle();
      if (bundle == null || bundle.equals(but)) {
        continue;
      }
      for (var name : of(context, reference)) {
        names.computeIfAbsent(name, _ -> new TreeSet<>()).add(bundle.getSymbolicName());
      }
    }
    return names;
  }

  private static Collection<ServiceReference<Extensions>> references(BundleContext context) {
    try {
      return context.getServiceReferences(Extensions.class, null);
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("no filter was given", e);
    }
  }

  /** What one service registers; nothing where it has gone meanwhile. */
  private static Set<String> of(BundleContext context, ServiceReference<Extensions> reference) {
    var names = new HashSet<String>();
    var service = context.getService(reference);
    if (service != null) {
      try {
        service.list().forEach(extension -> names.add(extension.name()));
      } finally {
        context.ungetService(reference);
      }
    }
    return names;
  }

  /**
   * The names a class passes to {@code Extension.of} as literals. A name that is made in another
   * way does not show until the code runs.
   *
   * @param bytes of a class file
   */
  static Set<String> in(byte[] bytes) {
    if (!mentions(bytes)) {
      return Set.of();
    }
    try {
      return in(ClassFile.of().parse(bytes));
    } catch (IllegalArgumentException e) {
      return Set.of(); // of a version this JDK does not know: it will not run here either
    }
  }

  private static Set<String> in(ClassModel type) {
    var names = new HashSet<String>();
    for (var method : type.methods()) {
      method.code().ifPresent(code -> names.addAll(in(code)));
    }
    return names;
  }

  private static Set<String> in(CodeModel code) {
    var names = new HashSet<String>();
    var last = "";
    for (var element : code) {
      switch (element) {
        case ConstantInstruction constant when constant.constantValue() instanceof String text ->
            last = text;
        case InvokeInstruction call
            when call.owner().asInternalName().equals(EXTENSION)
                && call.name().equalsString("of") -> {
          if (!last.isEmpty()) {
            names.add(last);
          }
          last = "";
        }
        // Between the name and the call there is the lookup; what else is called may make a name.
        case InvokeInstruction call when !call.name().equalsString("lookup") -> last = "";
        case InvokeDynamicInstruction _ -> last = "";
        default -> {}
      }
    }
    return names;
  }

  /** Most classes have nothing to do with extensions: this tells without parsing them. */
  private static boolean mentions(byte[] bytes) {
    for (int i = 0; i <= bytes.length - MENTION.length; i++) {
      if (Arrays.equals(bytes, i, i + MENTION.length, MENTION, 0, MENTION.length)) {
        return true;
      }
    }
    return false;
  }
}
