// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

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
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads one HOCON file over the defaults of {@code appliance_full.conf}: a key that the defaults do
 * not have is refused, and so is a value that does not fit.
 */
final class SettingsFile {
  static final String DEFAULTS = "appliance_full.conf";

  private final Config config;
  private final Path directory;
  private final Set<String> read = new HashSet<>();

  private SettingsFile(Config config, Path directory) {
    this.config = config;
    this.directory = directory;
  }

  static SettingsFile open(Path file) throws SettingsException {
    if (!Files.isReadable(file)) {
      throw new SettingsException(
          file + ": cannot be read (expected: a settings file, made by lazaret-appliance init)");
    }
    Config own;
    try {
      own =
          ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF))
              .resolve();
    } catch (ConfigException e) {
      throw new SettingsException(unreadable(e, file));
    }
    Config defaults = defaults();
    for (Map.Entry<String, ConfigValue> entry : own.entrySet()) {
      refuseUnknown(defaults, entry.getKey(), entry.getValue(), file);
    }
    Path directory = file.toAbsolutePath().normalize().getParent();
    return new SettingsFile(
        own.withFallback(defaults), directory == null ? Path.of("/") : directory);
  }

  static Config defaults() {
    return ConfigFactory.parseResources(
        SettingsFile.class.getClassLoader(),
        DEFAULTS,
        ConfigParseOptions.defaults().setAllowMissing(false));
  }

  /** Keys that were read so far. */
  Set<String> read() {
    return Set.copyOf(read);
  }

  String text(String key) throws SettingsException {
    return get(key, "a text", config -> config.getString(key));
  }

  boolean flag(String key) throws SettingsException {
    return get(key, "true or false", config -> config.getBoolean(key));
  }

  int number(String key, int lowest, int highest) throws SettingsException {
    return (int) longNumber(key, lowest, highest);
  }

  long longNumber(String key, long lowest, long highest) throws SettingsException {
    String expected = "a whole number from " + lowest + " to " + highest;
    long value = get(key, expected, config -> config.getLong(key));
    require(key, expected, value >= lowest && value <= highest);
    return value;
  }

  long bytes(String key, long lowest, long highest) throws SettingsException {
    String expected = "a size from " + lowest + " to " + highest + " bytes, such as 64 MiB";
    long value = get(key, expected, config -> config.getBytes(key));
    require(key, expected, value >= lowest && value <= highest);
    return value;
  }

  Duration duration(String key, Duration lowest, Duration highest) throws SettingsException {
    String expected =
        "a duration from " + text(lowest) + " to " + text(highest) + ", such as 30s or 24h";
    Duration value = get(key, expected, config -> config.getDuration(key));
    require(key, expected, value.compareTo(lowest) >= 0 && value.compareTo(highest) <= 0);
    return value;
  }

  ApplianceSettings.Address address(String key) throws SettingsException {
    String expected = "HOST:PORT or [IPV6]:PORT";
    return get(key, expected, config -> ApplianceSettings.Address.parse(config.getString(key)));
  }

  /** A path; a relative one starts at the settings file's directory. */
  Path path(String key) throws SettingsException {
    String text = text(key);
    require(key, "a path", !text.isEmpty() && text.indexOf('\0') < 0);
    return directory.resolve(text).normalize();
  }

  <T extends Enum<T>> T choice(String key, Class<T> type) throws SettingsException {
    String expected =
        Arrays.stream(type.getEnumConstants())
            .map(value -> value.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(" or "));
    return get(
        key,
        expected,
        config -> Enum.valueOf(type, config.getString(key).toUpperCase(Locale.ROOT)));
  }

  void require(String key, String expected, boolean holds) throws SettingsException {
    if (!holds) {
      throw wrong(key, expected);
    }
  }

  private <T> T get(String key, String expected, Function<Config, T> getter)
      throws SettingsException {
    read.add(key);
    try {
      return getter.apply(config);
    } catch (ConfigException | IllegalArgumentException e) {
      throw wrong(key, expected);
    }
  }

  private SettingsException wrong(String key, String expected) {
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

  /** What is wrong with a file that is no HOCON, and where. */
  static String unreadable(ConfigException e, Path file) {
    return place(e.origin(), file) + ": " + reason(e);
  }

  static String place(ConfigOrigin origin, Path file) {
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

  private static String text(Duration duration) {
    if (duration.toDaysPart() > 0 && duration.equals(Duration.ofDays(duration.toDays()))) {
      return duration.toDays() + "d";
    }
    if (duration.equals(Duration.ofHours(duration.toHours())) && duration.toHours() > 0) {
      return duration.toHours() + "h";
    }
    return duration.equals(Duration.ofSeconds(duration.toSeconds()))
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}
