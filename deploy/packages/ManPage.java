// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0

import java.lang.reflect.Constructor;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Prints the manual page of a command line, in man(7): {@code java -cp 'lib/*' ManPage.java
 * MAIN-CLASS DATE}. What it says is what {@code --help} says, of all commands.
 */
final class ManPage {
  private final StringBuilder page = new StringBuilder();

  private ManPage() {}

  public static void main(String[] arguments) throws ReflectiveOperationException {
    Constructor<?> constructor = Class.forName(arguments[0]).getDeclaredConstructor();
    constructor.setAccessible(true);
    CommandSpec spec = new CommandLine(constructor.newInstance()).getCommandSpec();
    System.out.print(new ManPage().write(spec, arguments[1]));
  }

  private String write(CommandSpec spec, String date) {
    String name = spec.name();
    macro("TH", name.toUpperCase(java.util.Locale.ROOT), "8", date, "Lazaret", "Lazaret");
    macro("SH", "NAME");
    text(name + " - " + lowerFirst(description(spec)).replaceAll("\\.$", ""));
    macro("SH", "SYNOPSIS");
    macro("B", name);
    text("\\fICOMMAND\\fR [\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...");
    macro("SH", "COMMANDS");
    commands(spec, "");
    if (spec.usageMessage().footer().length > 0) {
      macro("SH", "EXIT STATUS");
      text(escape(String.join(" ", spec.usageMessage().footer())));
    }
    macro("SH", "SEE ALSO");
    text("/usr/share/doc/" + name + "/README.md");
    return page.toString();
  }

  private void commands(CommandSpec parent, String path) {
    for (Map.Entry<String, CommandLine> entry : parent.subcommands().entrySet()) {
      CommandSpec spec = entry.getValue().getCommandSpec();
      if (spec.usageMessage().hidden() || !entry.getKey().equals(spec.name())) {
        continue; // not for people, or only another name
      }
      macro("SS", path + spec.name() + arguments(spec));
      text(escape(description(spec)));
      for (OptionSpec option : spec.options()) {
        if (!option.hidden() && !option.usageHelp() && !option.versionHelp()) {
          macro("TP");
          String parameter = option.arity().max() > 0 ? " \\fI" + option.paramLabel() + "\\fR" : "";
          text("\\fB" + escape(String.join("\\fR, \\fB", option.names())) + "\\fR" + parameter);
          text(escape(rendered(spec, option.description(), option.defaultValueString())));
        }
      }
      commands(spec, path + spec.name() + " ");
    }
  }

  private static String arguments(CommandSpec spec) {
    StringBuilder all = new StringBuilder();
    for (PositionalParamSpec argument : spec.positionalParameters()) {
      String label = argument.paramLabel().replaceAll("[<>]", "");
      all.append(argument.required() ? " " + label : " [" + label + "]");
    }
    return all.toString();
  }

  private static String description(CommandSpec spec) {
    return rendered(spec, spec.usageMessage().description(), "");
  }

  private static String rendered(CommandSpec spec, String[] lines, String defaultValue) {
    return String.join(" ", List.of(lines))
        .replace("${DEFAULT-VALUE}", defaultValue == null ? "none" : defaultValue)
        .replace("${COMMAND-NAME}", spec.name())
        .replace("%n", " ");
  }

  private static String lowerFirst(String text) {
    return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  /** A hyphen that is typed is a minus in man(7); a line must not begin like a request. */
  private static String escape(String text) {
    return text.replace("-", "\\-").replaceAll("(?m)^([.'])", "\\\\&$1");
  }

  private void macro(String name, String... arguments) {
    page.append('.').append(name);
    for (String argument : arguments) {
      page.append(" \"").append(argument.replace("\"", "\\(dq")).append('"');
    }
    page.append('\n');
  }

  private void text(String line) {
    page.append(line).append('\n');
  }
}
