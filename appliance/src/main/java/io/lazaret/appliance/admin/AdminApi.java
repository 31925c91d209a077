// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.admin;

import io.lazaret.appliance.fleet.Policies;
import io.lazaret.appliance.fleet.ScanOrders;
import io.lazaret.appliance.identity.EnrolmentTokens;
import io.lazaret.appliance.identity.Guests;
import io.lazaret.appliance.ledger.Ledger;
import io.lazaret.appliance.metrics.Metrics;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators can ask and do, as questions and answers in JSON; HTTP is elsewhere. */
public final class AdminApi {
  private static final Logger log = LoggerFactory.getLogger(AdminApi.class);

  private final IdentityApi identity;
  private final VerdictApi verdicts;
  private final StatusApi status;
  private final TopApi top;
  private final PolicyApi policies;
  private final ScanApi scans;

  /**
   * @param controls of the appliance that runs; none when the command line has opened the ledger of
   *     one that does not
   */
  public AdminApi(
      Ledger ledger,
      Guests guests,
      EnrolmentTokens tokens,
      Policies policies,
      ScanOrders scans,
      Metrics metrics,
      InstantSource clock,
      Optional<Controls> controls) {
    this.policies = new PolicyApi(policies, guests);
    this.scans = new ScanApi(scans, guests);
    identity = new IdentityApi(guests, tokens, this.policies, controls);
    verdicts = new VerdictApi(ledger, guests, clock, controls);
    top = new TopApi(controls);
    status = new StatusApi(ledger, guests, metrics, controls);
  }

  /** Answers; blocks nobody and never ends exceptionally. */
  CompletableFuture<ApiAnswer> answer(ApiRequest request) {
    try {
      return route(request).exceptionally(AdminApi::failed);
    } catch (IllegalArgumentException e) {
      return done(ApiAnswer.error(400, String.valueOf(e.getMessage())));
    }
  }

  private CompletableFuture<ApiAnswer> route(ApiRequest request) {
    return switch (request.route()) {
      case "GET tokens" -> identity.tokens();
      case "POST tokens" -> identity.createToken(request);
      case "DELETE tokens/*" -> identity.revokeToken(request);
      case "GET guests" -> identity.guests();
      case "GET guests/*" -> identity.guest(request);
      case "DELETE guests/*" -> identity.revokeGuest(request);
      case "GET verdicts" -> verdicts.newest(request);
      case "GET verdicts/*" -> verdicts.show(request);
      case "DELETE verdicts/*" -> verdicts.forget(request);
      case "GET threats" -> verdicts.threats(request);
      case "GET threats/*" -> verdicts.threat(request);
      case "GET events" -> status.events(request);
      case "GET top/*" -> top.top(request);
      case "GET status" -> status.status();
      case "GET scans" -> status.scans();
      case "POST scans" -> scans.order(request);
      case "GET scans/*" -> scans.list(request);
      case "GET scans/*/*" -> scans.show(request);
      case "DELETE scans/*/*" -> scans.cancel(request);
      case "GET policies" -> policies.list();
      case "GET policies/*" ->
          request.part(1).equals("effective") ? policies.show(request) : policies.version(request);
      case "POST policies" -> policies.set(request);
      case "DELETE policies" -> policies.remove(request);
      case "GET signatures" -> status.signatures();
      case "POST signatures/*" -> status.changeSignatures(request);
      default -> done(ApiAnswer.error(404, "unknown: " + request.route()));
    };
  }

  static CompletableFuture<ApiAnswer> done(ApiAnswer answer) {
    return CompletableFuture.completedFuture(answer);
  }

  static CompletableFuture<ApiAnswer> notRunning() {
    return done(ApiAnswer.error(503, "the appliance is not running"));
  }

  private static ApiAnswer failed(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (cause instanceof IllegalArgumentException wrong) {
      return ApiAnswer.error(400, String.valueOf(wrong.getMessage()));
    }
    log.warn("admin request failed cause={}", cause.toString());
    return ApiAnswer.error(503, String.valueOf(cause.getMessage()));
  }
}
