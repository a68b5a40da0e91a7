package dev.backplane.recipes.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a person would read of a mail: the text parts of its body, decoded, without headers and HTML
 * tags. Mails are what they are: whatever is malformed is taken as plain text.
 */
final class MailText {
  private static final int DEEPEST = 8;

  private static final Pattern HIDDEN =
      Pattern.compile("(?is)<!--.*?-->|<(script|style|head)\\b.*?</\\1\\s*>");
  private static final Pattern HTML = Pattern.compile("(?i)<(html|body|head)\\b");
  private static final Pattern TAG = Pattern.compile("<[/!?a-zA-Z][^<>]*>");
  private static final Pattern NUMBER = Pattern.compile("&#([0-9]{1,6});");
  private static final Pattern PARAMETER =
      Pattern.compile("(?i);\\s*(boundary|charset)\\s*=\\s*(?:\"([^\"]*)\"|([^\\s;]+))");

  private MailText() {}

  /** The readable text of a whole mail. */
  static String of(byte[] mail) {
    // Latin 1 keeps every byte, so that a part's own encoding can be applied to it later.
    return part(new String(mail, StandardCharsets.ISO_8859_1).replace("\r\n", "\n"), 0).strip();
  }

  private static String part(String part, int depth) {
    int end = part.startsWith("\n") ? 0 : part.indexOf("\n\n");
    if (end < 0) {
      return "";
    }
    var headers = headers(part.substring(0, end));
    var body = part.substring(Math.min(part.length(), end + (end == 0 ? 1 : 2)));
    var type = headers.getOrDefault("content-type", "text/plain").strip();
    var parameters = parameters(type);
    var boundary = parameters.get("boundary");
    var kind = type.toLowerCase(Locale.ROOT);
    if (kind.startsWith("multipart/") && boundary != null && depth < DEEPEST) {
      return parts(body, "--" + boundary, depth);
    }
    if (kind.contains("/") && !kind.startsWith("text/") && !kind.startsWith("multipart/")) {
      return "";
    }
    var bytes = decoded(body, headers.getOrDefault("content-transfer-encoding", ""));
    var text = new String(bytes, charset(parameters.get("charset")));
    return kind.startsWith("text/html") || HTML.matcher(text).find() ? plain(text) : text;
  }

  private static String parts(String body, String boundary, int depth) {
    var text = new StringBuilder();
    var part = new StringBuilder();
    boolean within = false;
    for (var line : body.split("\n", -1)) {
      boolean ends = line.stripTrailing().equals(boundary + "--");
      if (ends || line.stripTrailing().equals(boundary)) {
        if (within) {
          text.append(part(part.toString(), depth + 1)).append('\n');
        }
        part.setLength(0);
        within = !ends;
      } else {
        part.append(line).append('\n');
      }
    }
    if (within) {
      text.append(part(part.toString(), depth + 1));
    }
    return text.toString();
  }

  private static Map<String, String> headers(String lines) {
    var headers = new HashMap<String, String>();
    for (var line : lines.replaceAll("\n[ \t]+", " ").split("\n", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.putIfAbsent(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
    }
    return headers;
  }

  private static Map<String, String> parameters(String type) {
    var parameters = new HashMap<String, String>();
    PARAMETER
        .matcher(type)
        .results()
        .forEach(
            found ->
                parameters.putIfAbsent(
                    found.group(1).toLowerCase(Locale.ROOT),
                    found.group(2) == null ? found.group(3) : found.group(2)));
    return parameters;
  }

  private static byte[] decoded(String body, String encoding) {
    return switch (encoding.strip().toLowerCase(Locale.ROOT)) {
      case "base64" -> base64(body);
      case "quoted-printable" -> quotedPrintable(body);
      default -> body.getBytes(StandardCharsets.ISO_8859_1);
    };
  }

  private static byte[] base64(String body) {
    try {
      return Base64.getMimeDecoder().decode(body);
    } catch (IllegalArgumentException e) {
      // Cut short or not base64 at all: nothing a person could read.
      return new byte[0];
    }
  }

  private static byte[] quotedPrintable(String body) {
    var bytes = new ByteArrayOutputStream(body.length());
    var text = body.replaceAll("=[ \t]*\n", "");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (c == '=' && high >= 0 && low >= 0) {
        bytes.write(16 * high + low);
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }

  /** The named encoding; Latin 1, which reads anything, where there is none of that name. */
  private static Charset charset(@Nullable String name) {
    try {
      return name == null ? StandardCharsets.ISO_8859_1 : Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return StandardCharsets.ISO_8859_1;
    }
  }

  /** The text of HTML. */
  static String plain(String html) {
    var text = TAG.matcher(HIDDEN.matcher(html).replaceAll(" ")).replaceAll(" ");
    text =
        NUMBER
            .matcher(text)
            .replaceAll(
                found -> {
                  int point = Integer.parseInt(found.group(1));
                  var character =
                      Character.isValidCodePoint(point) ? Character.toString(point) : " ";
                  return Matcher.quoteReplacement(character);
                });
    return text.replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
  }
}
