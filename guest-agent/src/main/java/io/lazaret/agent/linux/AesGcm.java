// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.agent.linux;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.CipherSpi;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Has TLS use the fastest AES-GCM there is here: OpenSSL's, or the JDK's, which is 70 times slower
 * without C2.
 */
public final class AesGcm {
  private static final String TRANSFORMATION = "AES/GCM/NoPadding";
  private static final String NAME = "LazaretLibcrypto";

  private AesGcm() {}

  /** Puts OpenSSL first if it agrees with the JDK; says who is first, {@code libcrypto} or jdk. */
  public static String preferFastest() {
    try {
      Provider libcrypto = new Libcrypto(LibcryptoAesGcm.supplier());
      Cipher ours = Cipher.getInstance(TRANSFORMATION, libcrypto);
      Cipher jdks = Cipher.getInstance(TRANSFORMATION, "SunJCE");
      if (!agree(ours, jdks) || !agree(jdks, ours)) {
        return "jdk";
      }
      Security.insertProviderAt(libcrypto, 1);
      return "libcrypto";
    } catch (Throwable e) {
      if (e instanceof VirtualMachineError error) {
        throw error;
      }
      return "jdk";
    }
  }

  private static boolean agree(Cipher seals, Cipher opens) throws GeneralSecurityException {
    byte[] probe = {1, 2, 3};
    SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
    GCMParameterSpec nonce = new GCMParameterSpec(128, new byte[12]);
    seals.init(Cipher.ENCRYPT_MODE, key, nonce);
    seals.updateAAD(probe);
    byte[] sealed = seals.doFinal(probe);
    opens.init(Cipher.DECRYPT_MODE, key, nonce);
    opens.updateAAD(probe);
    return ByteBuffer.wrap(opens.doFinal(sealed)).equals(ByteBuffer.wrap(probe));
  }

  /** Offers this one cipher. */
  private static final class Libcrypto extends Provider {
    private static final long serialVersionUID = 1;

    Libcrypto(Supplier<CipherSpi> maker) {
      super(NAME, "3", "AES-GCM by OpenSSL");
      putService(new AesGcmService(this, maker));
    }
  }

  private static final class AesGcmService extends Provider.Service {
    private final Supplier<CipherSpi> maker;

    AesGcmService(Provider provider, Supplier<CipherSpi> maker) {
      super(
          provider,
          "Cipher",
          TRANSFORMATION,
          LibcryptoAesGcm.class.getName(),
          List.of(),
          Map.of("SupportedKeyFormats", "RAW"));
      this.maker = maker;
    }

    @Override
    public Object newInstance(@Nullable Object parameter) {
      return maker.get();
    }
  }
}
