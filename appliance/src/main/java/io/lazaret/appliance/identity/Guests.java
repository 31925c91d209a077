// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.identity;

import io.lazaret.appliance.ledger.CertificateRow;
import io.lazaret.appliance.ledger.Event;
import io.lazaret.appliance.ledger.EventKind;
import io.lazaret.appliance.ledger.Fingerprint;
import io.lazaret.appliance.ledger.GuestRow;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.metrics.Metric;
import io.lazaret.appliance.metrics.Metrics;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/**
 * The enrolled guests, by their certificates, in memory: a look-up never waits.
 *
 * <p>A certificate that our authority issued and that is not here was revoked or replaced.
 */
public final class Guests {
  private final Ledger ledger;
  private final Metrics metrics;
  private final InstantSource clock;
  private final boolean shareVerdicts;
  private final ConcurrentHashMap<Fingerprint, Long> owners = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, Guest> guests = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, Instant> ends = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<LongConsumer> listeners = new CopyOnWriteArrayList<>();

  private Guests(Ledger ledger, Metrics metrics, InstantSource clock, boolean shareVerdicts) {
    this.ledger = ledger;
    this.metrics = metrics;
    this.clock = clock;
    this.shareVerdicts = shareVerdicts;
    metrics.counter(Metric.REVOCATIONS); // an alert sees the first one only when it began at 0
  }

  /**
   * Reads all guests; waits for the ledger.
   *
   * @param shareVerdicts whether all tenants are one domain
   */
  public static Guests load(
      Ledger ledger, Metrics metrics, InstantSource clock, boolean shareVerdicts) {
    Guests all = new Guests(ledger, metrics, clock, shareVerdicts);
    for (GuestRow row : ledger.identities().guests().join()) {
      if (row.revoked().isEmpty()) {
        all.guests.put(row.id(), all.guest(row));
      }
    }
    for (CertificateRow row : ledger.identities().liveCertificates().join()) {
      if (all.guests.containsKey(row.guest())) {
        all.owners.put(row.fingerprint(), row.guest());
        all.ends.merge(row.guest(), row.expires(), Guests::later);
      }
    }
    return all;
  }

  /**
   * Whom a certificate belongs to that TLS has already checked against our authority; none when it
   * was revoked or replaced.
   */
  public Optional<Guest> find(X509Certificate certificate) {
    Long owner = owners.get(fingerprint(certificate));
    return owner == null ? Optional.empty() : Optional.ofNullable(guests.get(owner));
  }

  /** The guest with this number, if it is not revoked. */
  public Optional<Guest> find(long id) {
    return Optional.ofNullable(guests.get(id));
  }

  /** All guests that are not revoked, in no order. */
  public Collection<Guest> all() {
    return Collections.unmodifiableCollection(guests.values());
  }

  /** When the guest's newest certificate ends. */
  public Optional<Instant> certificateEnds(long id) {
    return Optional.ofNullable(ends.get(id));
  }

  /** Whether there is a tenant with this name. */
  public CompletableFuture<Boolean> hasTenant(String name) {
    return ledger.identities().hasTenant(name);
  }

  /** All guests that ever were, also the revoked, by name. */
  public CompletableFuture<List<GuestRow>> list() {
    return ledger.identities().guests();
  }

  /** Called with the number of each guest whose certificates stop counting: end its session. */
  public void whenRevoked(LongConsumer listener) {
    listeners.add(listener);
  }

  /**
   * Revokes a guest: at once for new sessions, then for live ones, then on disk, which is when the
   * future completes; false when the guest is unknown.
   */
  public CompletableFuture<Boolean> revoke(long id, String why) {
    Guest known = guests.remove(id);
    forget(id);
    String name = known == null ? "" : known.name();
    return ledger
        .identities()
        .revokeGuest(id)
        .thenCompose(found -> {
          if (!found) {
            return CompletableFuture.completedFuture(false);
          }
          metrics.count(Metric.REVOCATIONS);
          return ledger
              .events()
              .append(Event.of(clock.instant(), EventKind.REVOKED, id, name, why))
              .thenApply(ignored -> true);
        });
  }

  /** A guest got its first certificate, or one that replaces all it had. */
  Guest enrolled(GuestRow row, CertificateRow certificate) {
    forget(row.id());
    Guest guest = guest(row);
    guests.put(row.id(), guest);
    owners.put(certificate.fingerprint(), row.id());
    ends.put(row.id(), certificate.expires());
    return guest;
  }

  /** A guest got its next certificate; the one its session stands on goes on counting. */
  boolean renewed(CertificateRow next, Fingerprint kept) {
    if (!guests.containsKey(next.guest())) {
      return false;
    }
    owners
        .entrySet()
        .removeIf(entry -> entry.getValue() == next.guest() && !entry.getKey().equals(kept));
    owners.put(next.fingerprint(), next.guest());
    ends.put(next.guest(), next.expires());
    return true;
  }

  /** Whether this certificate counts for this guest, by what is on record. */
  boolean isOnRecord(Fingerprint certificate, long guest) {
    return Objects.equals(owners.get(certificate), guest) && guests.containsKey(guest);
  }

  /** What the time is for certificates. */
  public InstantSource clock() {
    return clock;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  static Fingerprint fingerprint(X509Certificate certificate) {
    try {
      return new Fingerprint(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("certificate: cannot be encoded", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  private void forget(long id) {
    boolean had = owners.values().removeIf(owner -> owner == id);
    ends.remove(id);
    if (had) {
      listeners.forEach(listener -> listener.accept(id));
    }
  }

  private Guest guest(GuestRow row) {
    int domain = shareVerdicts ? Tenant.SHARED_DOMAIN : row.tenant();
    return new Guest(row.id(), row.name(), new Tenant(row.tenant(), row.tenantName(), domain));
  }
}
