/** What runs inside the framework of a process of its own while bundles come and go. */
package dev.backplane.integration.swap.driver;
