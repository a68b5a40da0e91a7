/** The doors to native libraries; nothing else imports a linker or a preset. */
@NullMarked
package dev.backplane.backend.cpu.internal;

import org.jspecify.annotations.NullMarked;
