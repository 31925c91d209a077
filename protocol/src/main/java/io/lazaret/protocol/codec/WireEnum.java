// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.protocol.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The constants of an enum by their number on the wire, one byte each. */
final class WireEnum<E extends Enum<E>> {
  private final String name;
  private final @Nullable Object[] byNumber = new Object[256];
  private final E[] values;

  WireEnum(String name, E[] values, ToIntFunction<E> wire) {
    this.name = name;
    this.values = values.clone();
    for (E value : values) {
      byNumber[wire.applyAsInt(value)] = value;
    }
  }

  /** Reads a constant of a closed enum: an unknown number is an error. */
  E read(ByteBuffer in) throws ProtocolException {
    int number = in.get() & 0xFF;
    E value = of(number);
    if (value == null) {
      throw ProtocolException.malformed(
          name + ": " + number + " (expected: one of " + Arrays.toString(values) + ")");
    }
    return value;
  }

  /** Reads a constant of an open enum: an unknown number stands for {@code other}. */
  E readOr(ByteBuffer in, E other) {
    E value = of(in.get() & 0xFF);
    return value == null ? other : value;
  }

  @SuppressWarnings("unchecked") // only the constructor fills the table
  @Nullable E of(int number) {
    return (E) byNumber[number];
  }
}
