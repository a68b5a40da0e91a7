package dev.backplane.recipes.cache;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The page of a project in a simple index (PEP 503): an anchor for each of its files. */
final class PypiIndex {
  private static final Pattern ANCHOR =
      Pattern.compile("<a\\s[^>]*?href\\s*=\\s*[\"']([^\"']*)[\"'][^>]*>\\s*([^<]*?)\\s*</a>");

  private PypiIndex() {}

  /**
   * The address of one of the project's files.
   *
   * @param page the page
   * @param address where the page came from; links may be relative to it
   * @throws IOException if the page does not list the file
   */
  static URI address(Path page, URI address, String file) throws IOException {
    var anchors = ANCHOR.matcher(Files.readString(page));
    while (anchors.find()) {
      if (anchors.group(2).equals(file)) {
        return link(address, anchors.group(1), file);
      }
    }
    throw new IOException("the index page " + address + " does not list " + file);
  }

  private static URI link(URI address, String href, String file) throws IOException {
    try {
      var found = address.resolve(href.replace("&amp;", "&"));
      var scheme = String.valueOf(found.getScheme());
      if (scheme.equals(address.getScheme()) || scheme.equals("https")) {
        return found;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("the index page " + address + " has no valid link to " + file, e);
    }
    throw new IOException(
        "the index page " + address + " links " + file + " to another kind of address: " + href);
  }
}
