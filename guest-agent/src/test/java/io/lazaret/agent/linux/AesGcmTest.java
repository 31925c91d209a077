// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.security.InvalidAlgorithmParameterException;
import java.security.Security;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AesGcmTest {
  private static final String TRANSFORMATION = "AES/GCM/NoPadding";

  private final Random random = new Random(1);

  @BeforeEach
  void prefer() {
    assertEquals("libcrypto", AesGcm.preferFastest());
  }

  @AfterEach
  void forget() {
    Security.removeProvider("LazaretLibcrypto");
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Cipher fast() throws Exception {
    return Cipher.getInstance(TRANSFORMATION, "LazaretLibcrypto");
  }

  @Test
  void itIsTheOneThatIsTaken() throws Exception {
    Cipher cipher = Cipher.getInstance(TRANSFORMATION);
    cipher.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec(bytes(32), "AES"),
        new GCMParameterSpec(128, bytes(12)));
    assertEquals("LazaretLibcrypto", cipher.getProvider().getName());
  }

  @Test
  void itSealsAsTheJdkDoesAndOpensWhatTheJdkSealed() throws Exception {
    Cipher fast = fast();
    Cipher jdk = Cipher.getInstance(TRANSFORMATION, "SunJCE");
    for (int keyBytes : new int[] {16, 32}) {
      SecretKeySpec key = new SecretKeySpec(bytes(keyBytes), "AES");
      for (int length : new int[] {0, 1, 15, 16, 17, 16_384, 17 << 10, 100_000}) {
        GCMParameterSpec nonce = new GCMParameterSpec(128, bytes(12));
        byte[] text = bytes(length);
        byte[] beside = bytes(length % 20);
        fast.init(Cipher.ENCRYPT_MODE, key, nonce);
        jdk.init(Cipher.ENCRYPT_MODE, key, nonce);
        fast.updateAAD(beside);
        jdk.updateAAD(beside);
        byte[] sealed = jdk.doFinal(text);
        assertEquals(sealed.length, fast.getOutputSize(length));
        assertArrayEquals(sealed, fast.doFinal(text));
        fast.init(Cipher.DECRYPT_MODE, key, nonce);
        fast.updateAAD(beside);
        assertArrayEquals(text, fast.doFinal(sealed));
      }
    }
  }

  /** As TLS does it. */
  @Test
  void textAndPlaceMayBeTheSame() throws Exception {
    Cipher fast = fast();
    SecretKeySpec key = new SecretKeySpec(bytes(32), "AES");
    for (int length : new int[] {1, 16_000, 40_000}) {
      byte[] text = bytes(length);
      GCMParameterSpec nonce = new GCMParameterSpec(128, bytes(12));
      ByteBuffer record = ByteBuffer.allocate(5 + length + 16).put(5, text);
      fast.init(Cipher.ENCRYPT_MODE, key, nonce);
      int sealed =
          fast.doFinal(record.duplicate().position(5).limit(5 + length), record.position(5));
      assertEquals(length + 16, sealed);
      fast.init(Cipher.DECRYPT_MODE, key, nonce);
      assertEquals(length, fast.doFinal(record.duplicate().position(5), record.position(5)));
      assertArrayEquals(text, Arrays.copyOfRange(record.array(), 5, 5 + length));
    }
  }

  @Test
  void whatWasChangedOnItsWayIsRefusedAndNothingIsShown() throws Exception {
    Cipher fast = fast();
    SecretKeySpec key = new SecretKeySpec(bytes(16), "AES");
    GCMParameterSpec nonce = new GCMParameterSpec(128, bytes(12));
    fast.init(Cipher.ENCRYPT_MODE, key, nonce);
    byte[] sealed = fast.doFinal(bytes(100));
    for (int at : new int[] {0, 99, 100, 115}) {
      byte[] changed = sealed.clone();
      changed[at] ^= 1;
      fast.init(Cipher.DECRYPT_MODE, key, nonce);
      ByteBuffer output = ByteBuffer.allocate(100);
      assertThrows(AEADBadTagException.class, () -> fast.doFinal(ByteBuffer.wrap(changed), output));
      assertArrayEquals(new byte[100], output.array());
    }
    fast.init(Cipher.DECRYPT_MODE, key, nonce);
    assertThrows(AEADBadTagException.class, () -> fast.doFinal(new byte[15]));
  }

  @Test
  void aNonceServesOnce() throws Exception {
    Cipher fast = fast();
    SecretKeySpec key = new SecretKeySpec(bytes(16), "AES");
    GCMParameterSpec nonce = new GCMParameterSpec(128, bytes(12));
    fast.init(Cipher.ENCRYPT_MODE, key, nonce);
    fast.doFinal(bytes(10));
    assertThrows(IllegalStateException.class, () -> fast.doFinal(bytes(10)));
    assertThrows(
        InvalidAlgorithmParameterException.class, () -> fast.init(Cipher.ENCRYPT_MODE, key, nonce));
  }
}
