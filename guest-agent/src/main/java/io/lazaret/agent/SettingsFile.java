// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads one HOCON file over the defaults of {@code agent_full.conf}: a key that the defaults do not
 * have is refused, and so is a value that does not fit. Its library is too large for the running
 * agent, which gets the {@link #flat} form.
 */
final class SettingsFile extends Settings {
  static final String DEFAULTS = "agent_full.conf";

  private final Config config;
  private final Config own;
  private final Path directory;
  private final Set<String> read = new TreeSet<>();

  /** Sizes and durations without the many units they may be written in. */
  private final Map<String, String> canonical = new HashMap<>();

  private SettingsFile(Config config, Config own, Path directory) {
    this.config = config;
    this.own = own;
    this.directory = directory;
  }

  static SettingsFile open(Path file) throws SettingsException {
    if (!Files.isReadable(file)) {
      throw new SettingsException(
          file + ": cannot be read (expected: a settings file, made by lazaret-agent enrol)");
    }
    Config own;
    try {
      own =
          ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF))
              .resolve();
    } catch (ConfigException e) {
      throw new SettingsException(place(e.origin(), file) + ": " + reason(e));
    }
    Config defaults = defaults();
    for (Map.Entry<String, ConfigValue> entry : own.entrySet()) {
      refuseUnknown(defaults, entry.getKey(), entry.getValue(), file);
    }
    Path directory = file.toAbsolutePath().normalize().getParent();
    return new SettingsFile(
        own.withFallback(defaults), own, directory == null ? Path.of("/") : directory);
  }

  static Config defaults() {
    return ConfigFactory.parseResources(
        SettingsFile.class.getClassLoader(),
        DEFAULTS,
        ConfigParseOptions.defaults().setAllowMissing(false));
  }

  @Override
  boolean isOwn(String key) {
    return own.hasPathOrNull(key);
  }

  /** Keys that were read so far. */
  Set<String> read() {
    return Set.copyOf(read);
  }

  /**
   * Everything that was read as the lines of {@link FlatSettings}.
   *
   * @throws SettingsException when a value cannot be said in a line
   */
  String flat() throws SettingsException {
    StringBuilder lines = new StringBuilder();
    for (String key : read) {
      if (config.getValue(key).valueType() == ConfigValueType.LIST) {
        List<String> values = config.getStringList(key);
        for (String value : values.isEmpty() ? List.of("") : values) {
          append(lines, key, value);
        }
      } else {
        append(lines, key, canonical.getOrDefault(key, config.getString(key)));
      }
    }
    for (String key : read) {
      if (isOwn(key)) {
        append(lines, FlatSettings.OWN, key);
      }
    }
    return lines.toString();
  }

  private void append(StringBuilder lines, String key, String value) throws SettingsException {
    require(key, "no line break and no space around it", isOneLine(value));
    lines.append(key).append(" = ").append(value).append('\n');
  }

  private static boolean isOneLine(String value) {
    return value.equals(value.strip()) && value.indexOf('\n') < 0 && value.indexOf('\0') < 0;
  }

  @Override
  String text(String key) throws SettingsException {
    return get(key, "a text", config -> config.getString(key));
  }

  @Override
  List<String> texts(String key, String expected) throws SettingsException {
    return get(key, expected, config -> config.getStringList(key));
  }

  @Override
  boolean says(String key, String word) {
    read.add(key);
    return config.hasPath(key)
        && config.getValue(key).valueType() == ConfigValueType.STRING
        && config.getString(key).equals(word);
  }

  @Override
  long bytesOf(String key) {
    read.add(key);
    try {
      long bytes = config.getBytes(key);
      canonical.put(key, Long.toString(bytes));
      return bytes;
    } catch (ConfigException e) {
      throw new IllegalArgumentException(key, e);
    }
  }

  @Override
  Duration durationOf(String key) {
    read.add(key);
    try {
      Duration duration = config.getDuration(key);
      canonical.put(key, duration.toMillis() + "ms");
      return duration;
    } catch (ConfigException e) {
      throw new IllegalArgumentException(key, e);
    }
  }

  @Override
  Path directory() {
    return directory;
  }

  private <T> T get(String key, String expected, Function<Config, T> getter)
      throws SettingsException {
    read.add(key);
    try {
      return getter.apply(config);
    } catch (ConfigException e) {
      throw wrong(key, expected);
    }
  }

  @Override
  SettingsException wrong(String key, String expected) {
    ConfigValue value = find(key);
    String shown = value == null ? "missing" : value.render(ConfigRenderOptions.concise());
    String place = value == null ? directory.toString() : place(value.origin(), directory);
    return new SettingsException(
        place + ": " + key + ": " + shown + " (expected: " + expected + ")");
  }

  /** The value of a key, also when it is null, which {@link Config#getValue} does not give. */
  private @Nullable ConfigValue find(String key) {
    ConfigValue value = config.root();
    for (String part : ConfigUtil.splitPath(key)) {
      value = value instanceof ConfigObject object ? object.get(part) : null;
    }
    return value;
  }

  private static void refuseUnknown(Config defaults, String key, ConfigValue value, Path file)
      throws SettingsException {
    String where = place(value.origin(), file) + ": " + key + ": ";
    if (!defaults.hasPathOrNull(key)) {
      throw new SettingsException(
          where + "unknown key (expected: one of " + neighbours(defaults, key) + ")");
    }
    if (defaults.getValue(key).valueType() == ConfigValueType.OBJECT) {
      throw new SettingsException(
          where
              + value.render(ConfigRenderOptions.concise())
              + " (expected: { } with "
              + neighbours(defaults, key + ".any")
              + ")");
    }
  }

  private static String place(ConfigOrigin origin, Path file) {
    if (origin == null) {
      return file.toString();
    }
    String name = origin.filename() == null ? file.toString() : origin.filename();
    return origin.lineNumber() < 0 ? name : name + ":" + origin.lineNumber();
  }

  private static String reason(ConfigException e) {
    String message = String.valueOf(e.getMessage());
    String prefix = e.origin() == null ? "" : e.origin().description() + ": ";
    return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
  }

  private static String neighbours(Config defaults, String key) {
    String parent = key.contains(".") ? key.substring(0, key.lastIndexOf('.')) : "";
    Config around =
        !parent.isEmpty() && defaults.hasPath(parent) ? defaults.getConfig(parent) : defaults;
    return around.root().keySet().stream().sorted().collect(Collectors.joining(", "));
  }
}
