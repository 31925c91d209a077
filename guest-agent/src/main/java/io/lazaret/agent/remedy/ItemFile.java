// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.remedy;

import io.lazaret.agent.linux.FileAttributes;
import io.lazaret.protocol.ContentHash;
import io.lazaret.protocol.ContentKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/** An {@link Item} as lines of text that a person can read, with a checksum as the last one. */
final class ItemFile {
  private static final String FIRST = "lazaret quarantine record 1\n";
  private static final String XATTR = "xattr";
  private static final String CHECK = "check = ";

  private ItemFile() {}

  static byte[] format(Item item) {
    FileAttributes attributes = item.attributes();
    StringBuilder text = new StringBuilder(FIRST);
    line(text, "id", item.id());
    line(text, "state", item.state().name().toLowerCase(Locale.ROOT));
    line(text, "path", item.path());
    line(text, "target", item.target());
    line(text, "filesystem", item.filesystem());
    line(text, "inode", item.inode());
    line(text, "sha256", item.content().hash());
    line(text, "length", item.content().length());
    line(text, "threat", item.threat());
    line(text, "found", item.found());
    line(text, "process", item.process());
    line(text, "user", item.user());
    line(text, "other-names", item.otherNames());
    line(text, "aes-128-ctr-key", item.key());
    line(text, "owner", attributes.owner());
    line(text, "group", attributes.group());
    line(text, "mode", Integer.toOctalString(attributes.mode()));
    line(text, "accessed-ns", attributes.accessedNanos());
    line(text, "modified-ns", attributes.modifiedNanos());
    line(text, "blocks", attributes.blocks());
    for (FileAttributes.Extended extended : attributes.extended()) {
      line(text, XATTR, extended.value() + " " + extended.name());
    }
    String check = check(text.toString());
    text.append(CHECK).append(check).append('\n');
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  static Item parse(byte[] bytes) throws IOException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int last = text.lastIndexOf(CHECK);
    if (!text.startsWith(FIRST)
        || last < 0
        || !text.substring(last).equals(CHECK + check(text.substring(0, last)) + "\n")) {
      throw new IOException("its checksum does not fit");
    }
    Map<String, String> fields = new HashMap<>();
    List<FileAttributes.Extended> extended = new ArrayList<>();
    for (String line : text.substring(FIRST.length(), last).split("\n", -1)) {
      int equals = line.indexOf(" = ");
      if (equals < 0) {
        continue; // what follows the last line's end
      }
      String value = unescape(line.substring(equals + 3));
      if (line.startsWith(XATTR + " = ")) {
        int space = value.indexOf(' ');
        extended.add(
            new FileAttributes.Extended(value.substring(space + 1), value.substring(0, space)));
      } else {
        fields.put(line.substring(0, equals), value);
      }
    }
    try {
      return item(fields, extended);
    } catch (IllegalArgumentException | DateTimeException malformed) {
      throw new IOException("it is of another version: " + malformed.getMessage(), malformed);
    }
  }

  private static Item item(Map<String, String> fields, List<FileAttributes.Extended> extended) {
    return new Item(
        text(fields, "id"),
        Item.State.valueOf(text(fields, "state").toUpperCase(Locale.ROOT)),
        text(fields, "path"),
        text(fields, "target"),
        number(fields, "filesystem"),
        number(fields, "inode"),
        new ContentKey(ContentHash.parse(text(fields, "sha256")), number(fields, "length")),
        text(fields, "threat"),
        Instant.parse(text(fields, "found")),
        text(fields, "process"),
        (int) number(fields, "user"),
        (int) number(fields, "other-names"),
        text(fields, "aes-128-ctr-key"),
        new FileAttributes(
            (int) number(fields, "owner"),
            (int) number(fields, "group"),
            Integer.parseInt(text(fields, "mode"), 8),
            number(fields, "accessed-ns"),
            number(fields, "modified-ns"),
            number(fields, "blocks"),
            extended));
  }

  private static String text(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + ": missing");
    }
    return value;
  }

  private static long number(Map<String, String> fields, String name) {
    return Long.parseLong(text(fields, name));
  }

  private static void line(StringBuilder text, String name, Object value) {
    text.append(name).append(" = ").append(escape(String.valueOf(value))).append('\n');
  }

  private static String check(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }

  private static String escape(String text) {
    return text.replace("%", "%25").replace("\n", "%0A");
  }

  private static String unescape(String text) {
    return text.replace("%0A", "\n").replace("%25", "%");
  }
}
