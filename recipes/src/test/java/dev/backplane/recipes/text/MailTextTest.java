package dev.backplane.recipes.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MailTextTest {
  private static String text(String mail) {
    return MailText.of(mail.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void headersGo() {
    assertEquals(
        "Hello\n\nSubject: of the body",
        text("From x\nSubject: secret\n label\nX-Spam: yes\n\nHello\n\nSubject: of the body\n"));
    assertEquals("", text("Subject: no body"));
  }

  @Test
  void htmlBecomesItsText() {
    assertEquals(
        "Buy  now  & save 5 < 6 é",
        text("""
        Content-Type: text/html; charset="utf-8"
        Content-Transfer-Encoding: quoted-printable

        <html><head><title>t</title></head><style>p {x}</style><!-- no
        --><p class=3D"a">Buy <b>now</b> &amp; sa=
        ve 5 &lt; 6 =C3=A9</p></html>
        """)
            .strip());
    assertEquals("a < b and c > d", text("X: y\n\na < b and c > d"));
  }

  @Test
  void partsAreReadByTheirEncodings() {
    var mail =
        """
        Content-Type: multipart/mixed;
         boundary="=-x"

        This is a multi-part message.
        --=-x
        Content-Type: text/plain

        Plain words.
        --=-x
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: base64

        w6l0w6kh
        --=-x
        Content-Type: image/png
        Content-Transfer-Encoding: base64

        iVBORw0KGgo=
        --=-x--
        Behind.
        """;
    assertEquals("Plain words.\n\nété!", text(mail));
  }

  @Test
  void whatIsMalformedIsPlainText() {
    assertEquals("x\n--y\nz", text("Content-Type: multipart/mixed\n\nx\n--y\nz"));
    assertEquals("a=ZZ=", text("Content-Transfer-Encoding: quoted-printable\n\na=ZZ="));
    assertEquals("é", text("Content-Type: text/plain; charset=no-such\n\n\u00e9"));
    assertEquals("", text("Content-Transfer-Encoding: base64\n\n!"));
  }
}
