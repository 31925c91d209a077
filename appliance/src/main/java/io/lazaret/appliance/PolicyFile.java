// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.lazaret.protocol.policy.PolicyDocument;
import io.lazaret.protocol.policy.PolicyException;
import io.lazaret.protocol.policy.PolicyKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A policy as operators write it: HOCON with the keys of agent.conf, and {@code locked}. */
final class PolicyFile {
  private static final String LOCKED = "locked";

  private PolicyFile() {}

  /** Reads it; what is wrong is refused with file, line, key, value and what was expected. */
  static PolicyDocument read(Path file) throws SettingsException {
    if (!Files.isReadable(file)) {
      throw new SettingsException(file + ": cannot be read (expected: a policy)");
    }
    Config config;
    try {
      config =
          ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF))
              .resolve();
    } catch (ConfigException e) {
      throw new SettingsException(SettingsFile.unreadable(e, file));
    }
    Map<PolicyKey, List<String>> values = new EnumMap<>(PolicyKey.class);
    Set<PolicyKey> locked = EnumSet.noneOf(PolicyKey.class);
    for (Map.Entry<String, ConfigValue> entry : config.entrySet()) {
      ConfigValue value = entry.getValue();
      if (entry.getKey().equals(LOCKED)) {
        for (ConfigValue name : items(file, LOCKED, value)) {
          locked.add(key(file, text(file, LOCKED, name), name));
        }
      } else {
        PolicyKey key = key(file, entry.getKey(), value);
        values.put(key, key.isList() ? list(file, key, value) : List.of(one(file, key, value)));
      }
    }
    try {
      return PolicyDocument.of(values, locked);
    } catch (PolicyException e) {
      throw new SettingsException(file + ": " + e.getMessage());
    }
  }

  private static PolicyKey key(Path file, String name, ConfigValue value) throws SettingsException {
    return PolicyKey.of(name)
        .orElseThrow(() ->
            new SettingsException(
                SettingsFile.place(value.origin(), file)
                    + ": "
                    + name
                    + ": unknown key (expected: one of "
                    + PolicyKey.names()
                    + ", locked)"));
  }

  private static List<String> list(Path file, PolicyKey key, ConfigValue value)
      throws SettingsException {
    List<String> all = new ArrayList<>();
    for (ConfigValue item : items(file, key.text(), value)) {
      all.add(one(file, key, item));
    }
    return all;
  }

  private static List<ConfigValue> items(Path file, String key, ConfigValue value)
      throws SettingsException {
    if (value instanceof ConfigList list) {
      return list;
    }
    throw wrong(file, key, value, "a list");
  }

  private static String one(Path file, PolicyKey key, ConfigValue value) throws SettingsException {
    try {
      return key.shape().canonical(text(file, key.text(), value));
    } catch (IllegalArgumentException e) {
      throw wrong(file, key.text(), value, String.valueOf(e.getMessage()));
    }
  }

  private static String text(Path file, String key, ConfigValue value) throws SettingsException {
    if (value.valueType() == ConfigValueType.STRING
        || value.valueType() == ConfigValueType.NUMBER) {
      return String.valueOf(value.unwrapped());
    }
    throw wrong(file, key, value, "one value");
  }

  private static SettingsException wrong(
      Path file, String key, ConfigValue value, String expected) {
    return new SettingsException(
        SettingsFile.place(value.origin(), file)
            + ": "
            + key
            + ": "
            + value.render(ConfigRenderOptions.concise())
            + " (expected: "
            + expected
            + ")");
  }
}
