// SPDX-FileCopyrightText: The Lazaret authors
// SPDX-License-Identifier: Apache-2.0
package io.lazaret.appliance.server;

import io.lazaret.appliance.identity.Credential;
import io.lazaret.appliance.identity.Enrolment;
import io.lazaret.appliance.identity.Guest;
import io.lazaret.protocol.Capability;
import io.lazaret.protocol.Message;
import io.lazaret.protocol.Message.Enrol;
import io.lazaret.protocol.Message.Enrolled;
import io.lazaret.protocol.Message.Goodbye;
import io.lazaret.protocol.Message.Hello;
import io.lazaret.protocol.Message.Welcome;
import io.lazaret.protocol.Refusal;
import io.lazaret.protocol.codec.Negotiation;
import io.lazaret.protocol.codec.ProtocolException;
import io.lazaret.protocol.tls.netty.ServerTls;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets guests in: after TLS exactly one message, Enrol without a certificate or Hello with one; on
 * the connection's event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is heard
final class Reception extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(Reception.class);
  static final Set<Capability> CAPABILITIES = Set.copyOf(EnumSet.allOf(Capability.class));

  private static final int LINGER_SECONDS = 1;

  private final House house;
  private final SslHandler ssl;
  private boolean secured;
  private boolean spoken;
  private @Nullable Future<?> timeout;

  Reception(House house, SslHandler ssl) {
    this.house = house;
    this.ssl = ssl;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    timeout =
        ctx.executor()
            .schedule(
                () -> timedOut(ctx),
                house.settings().handshake().toMillis(),
                TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (timeout != null) {
      timeout.cancel(false);
    }
  }

  private void timedOut(ChannelHandlerContext ctx) {
    if (secured) {
      refuse(ctx, Refusal.HANDSHAKE_TIMEOUT, "no Hello came");
    } else {
      shut(ctx, Refusal.HANDSHAKE_TIMEOUT, "TLS was not finished");
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        secured = true;
      } else {
        Throwable cause = handshake.cause();
        shut(ctx, ServerTls.refusal(cause), String.valueOf(cause.getMessage()));
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (Farewell.codeOf(ctx.channel()) != null) {
      return;
    }
    if (spoken) {
      refuse(ctx, Refusal.UNEXPECTED_MESSAGE, "before Welcome: " + name(message));
      return;
    }
    spoken = true;
    X509Certificate certificate = certificate();
    switch ((Message) message) {
      case Hello hello when certificate != null -> admit(ctx, hello, certificate);
      case Enrol enrol when certificate == null -> enrol(ctx, enrol);
      case Goodbye _ -> ctx.close();
      case Message _ when certificate == null ->
          refuse(ctx, Refusal.CERTIFICATE_MISSING, name(message) + " (expected: Enrol)");
      case Message _ ->
          refuse(ctx, Refusal.UNEXPECTED_MESSAGE, name(message) + " (expected: Hello)");
    }
  }

  private void enrol(ChannelHandlerContext ctx, Enrol enrol) {
    byte[] request = new byte[enrol.request().remaining()];
    enrol.request().duplicate().get(request);
    String address = Threshold.addressOf(ctx.channel()).getHostAddress();
    house
        .enrolment()
        .enrol(enrol.token(), enrol.host(), request, address)
        .thenAcceptAsync(result -> enrolled(ctx, result), ctx.executor());
  }

  private void enrolled(ChannelHandlerContext ctx, Enrolment.Result result) {
    switch (result) {
      case Enrolment.Result.Issued(Guest guest, List<byte[]> chain, Credential _) -> {
        house.figures().handshake("enrolled");
        ctx.writeAndFlush(
            new Enrolled(guest.name(), chain.stream().map(ByteBuffer::wrap).toList()));
        // It comes back with the certificate.
        ctx.executor().schedule(() -> ctx.close(), LINGER_SECONDS, TimeUnit.SECONDS);
      }
      case Enrolment.Result.Refused(Refusal code, String detail) -> refuse(ctx, code, detail);
    }
  }

  private void admit(ChannelHandlerContext ctx, Hello hello, X509Certificate certificate) {
    switch (Negotiation.of(hello, CAPABILITIES)) {
      case Negotiation.NoCommonVersion(String detail) ->
          refuse(ctx, Refusal.UNSUPPORTED_VERSION, detail);
      case Negotiation.Agreed agreed ->
          house
              .guests()
              .find(certificate)
              .ifPresentOrElse(
                  guest -> enter(ctx, hello, agreed, guest, certificate),
                  () -> refuse(ctx, Refusal.CERTIFICATE_REVOKED, "revoked or replaced"));
    }
  }

  private void enter(
      ChannelHandlerContext ctx,
      Hello hello,
      Negotiation.Agreed agreed,
      Guest guest,
      X509Certificate certificate) {
    GuestSession session =
        new GuestSession(
            house,
            ctx.channel(),
            guest,
            Credential.of(certificate),
            agreed.capabilities(),
            hello.software());
    house
        .sessions()
        .enter(
            session,
            entered -> {
              if (entered) {
                open(ctx, hello, agreed, session, certificate);
              } else {
                house.reports().flagged(guest, Refusal.DUPLICATE_SESSION, remote(ctx));
                refuse(ctx, Refusal.DUPLICATE_SESSION, "guest: " + guest.name());
              }
            });
  }

  private void open(
      ChannelHandlerContext ctx,
      Hello hello,
      Negotiation.Agreed agreed,
      GuestSession session,
      X509Certificate certificate) {
    if (Farewell.codeOf(ctx.channel()) != null) {
      house.sessions().leave(session);
      return;
    }
    if (house.guests().find(certificate).isEmpty()) {
      // Revoked while it waited for its place, when there was no session to end.
      house.sessions().leave(session);
      refuse(ctx, Refusal.CERTIFICATE_REVOKED, "revoked or replaced");
      return;
    }
    Guest guest = session.guest();
    house.connections().introduced(ctx.channel(), Threshold.addressOf(ctx.channel()));
    house.figures().handshake("open");
    log.info(
        "session open: guest={} software={} remote={}",
        guest.name(),
        hello.software(),
        remote(ctx));
    ctx.writeAndFlush(
        new Welcome(
            agreed.version(),
            agreed.capabilities(),
            house.software(),
            guest.name(),
            house.settings().limits(),
            house.verdicts().epoch(),
            house.verdicts().grace().toSeconds()));
    ctx.pipeline().replace(this, null, session);
    session.catchUp();
    house.policies().welcome(guest);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof ProtocolException broken) {
      refuse(ctx, broken.code(), broken.detail());
    } else if (secured) {
      shut(ctx, Refusal.TLS_FAILED, String.valueOf(cause.getMessage()));
    } else {
      // What was thrown in TLS's handshake comes as its event, too; this is the rest.
      shut(ctx, ServerTls.refusal(cause), String.valueOf(cause.getMessage()));
    }
  }

  private void refuse(ChannelHandlerContext ctx, Refusal code, String detail) {
    if (Farewell.say(ctx, house, code, detail)) {
      house.figures().handshakeRefused(code);
    }
  }

  private void shut(ChannelHandlerContext ctx, Refusal code, String detail) {
    if (Farewell.close(ctx, house, code, detail)) {
      house.figures().handshakeRefused(code);
    }
  }

  private @Nullable X509Certificate certificate() {
    try {
      return (X509Certificate) ssl.engine().getSession().getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException e) {
      return null; // it has none; only that makes this exception
    }
  }

  private static String remote(ChannelHandlerContext ctx) {
    return String.valueOf(ctx.channel().remoteAddress());
  }

  private static String name(Object message) {
    return message.getClass().getSimpleName();
  }
}
