//! A mail server: real SMTP over TCP or TLS. It behaves as told, one mood a connection, then well.

use super::Received;
use rustls::ServerConfig;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

/// A mail that is expected comes within this, however slow the machine.
const MAIL_WITHIN: Duration = Duration::from_secs(120);

/// How a mail server answers one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Good,
    /// Closes at once.
    Away,
    /// `421` instead of a greeting.
    Busy,
    /// Takes the connection and says nothing.
    Silent,
    /// Greets with bytes that are no SMTP.
    Garbage,
    /// Greets in one line of 64 KiB.
    LongLine,
    /// Greets, one byte in a tenth of a second.
    Dripping,
    /// Closes after `EHLO`.
    ClosesAtEhlo,
    /// `421` to `MAIL FROM`.
    GoodbyeInMid,
    /// `451` to `RCPT TO`.
    Greylisting,
    /// `550` to `RCPT TO`.
    RefusesRecipient,
    /// Closes after the text, before its answer.
    DropsAfterData,
    /// Takes the text and closes before it says so.
    TakesAndDrops,
    /// Takes the text and never says so.
    TakesAndHangs,
    /// Says nothing after the text, and did not take it.
    HangsAfterData,
    /// `554` after the text.
    RefusesText,
    /// Offers STARTTLS and answers it with `454`.
    NoTlsNow,
    /// Does not offer STARTTLS.
    NeverTls,
    /// Says `220` to STARTTLS and then something that is no TLS.
    BrokenTls,
    /// Has a certificate of nobody's.
    ForeignCertificate,
}

/// A mail server on loopback.
pub(crate) struct MailServer {
    pub(crate) address: SocketAddr,
    pub(crate) mails: mpsc::UnboundedReceiver<Received>,
}

/// What all connections share.
#[derive(Clone)]
struct Shared {
    taken: mpsc::UnboundedSender<Received>,
    /// Its own certificate, and one that nobody trusts.
    tls: Option<[TlsAcceptor; 2]>,
}

impl MailServer {
    pub(crate) async fn start(moods: Vec<Mood>) -> Self {
        Self::run(moods, None).await
    }

    /// Offers STARTTLS; whoever trusts the certificate in `roots` may trust it.
    pub(crate) async fn with_tls(moods: Vec<Mood>, roots: &Path) -> Self {
        let (own, pem) = certified();
        std::fs::write(roots, pem).unwrap();
        Self::run(moods, Some([own, certified().0])).await
    }

    async fn run(moods: Vec<Mood>, tls: Option<[TlsAcceptor; 2]>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (taken, mails) = mpsc::unbounded_channel();
        let shared = Shared { taken, tls };
        tokio::spawn(async move {
            let mut moods = moods.into_iter();
            while let Ok((stream, _)) = listener.accept().await {
                let mood = moods.next().unwrap_or(Mood::Good);
                let shared = shared.clone();
                // A connection that breaks is part of the story.
                tokio::spawn(async move { connection(stream, mood, shared).await.ok() });
            }
        });
        Self { address, mails }
    }

    /// The next mail.
    pub(crate) async fn next(&mut self) -> Received {
        let mail = tokio::time::timeout(MAIL_WITHIN, self.mails.recv()).await;
        mail.expect("no mail came").expect("the mail server runs")
    }
}

fn certified() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

async fn connection(mut stream: TcpStream, mood: Mood, shared: Shared) -> io::Result<()> {
    match mood {
        Mood::Away => return Ok(()),
        Mood::Silent => return hang().await,
        Mood::Busy => stream.write_all(b"421 later\r\n").await?,
        Mood::Garbage => stream.write_all(b"\xff\xfe hello?\r\n").await?,
        Mood::LongLine => {
            let line = format!("220 {}\r\n", "x".repeat(64 * 1024));
            stream.write_all(line.as_bytes()).await?;
        }
        Mood::Dripping => {
            for byte in b"220 a server that has all the time of the world ESMTP\r\n" {
                stream.write_all(&[*byte]).await?;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        _ => stream.write_all(b"220 test ESMTP\r\n").await?,
    }
    let mut stream = BufReader::new(stream);
    let Talk::StartTls = speak(&mut stream, (mood, false), &shared).await? else {
        return Ok(());
    };
    let mut stream = stream.into_inner();
    if mood == Mood::BrokenTls {
        return stream.write_all(b"220 this is no TLS\r\n").await;
    }
    let [own, foreign] = shared.tls.as_ref().expect("STARTTLS was offered");
    let tls = if mood == Mood::ForeignCertificate {
        foreign
    } else {
        own
    };
    let mut stream = BufReader::new(tls.accept(stream).await?);
    speak(&mut stream, (mood, true), &shared).await.map(|_| ())
}

/// Holds the connection and says nothing.
async fn hang() -> io::Result<()> {
    std::future::pending().await
}

/// How a talk ended.
enum Talk {
    Over,
    StartTls,
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    (mood, encrypted): (Mood, bool),
    shared: &Shared,
) -> io::Result<Talk> {
    let mut to = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(Talk::Over);
        }
        let verb = line.split([' ', ':', '\r']).next().unwrap_or_default();
        let answer = match (verb.to_uppercase().as_str(), mood) {
            ("EHLO", Mood::ClosesAtEhlo) => return Ok(Talk::Over),
            ("EHLO", _) if shared.tls.is_some() && !encrypted && mood != Mood::NeverTls => {
                "250-test\r\n250 STARTTLS\r\n"
            }
            ("EHLO", _) => "250-test\r\n250 8BITMIME\r\n",
            ("STARTTLS", Mood::NoTlsNow) => "454 not now\r\n",
            ("STARTTLS", _) => {
                stream.write_all(b"220 go on\r\n").await?;
                return Ok(Talk::StartTls);
            }
            ("MAIL", Mood::GoodbyeInMid) => {
                stream.write_all(b"421 goodbye\r\n").await?;
                return Ok(Talk::Over);
            }
            ("RCPT", Mood::Greylisting) => "451 later\r\n",
            ("RCPT", Mood::RefusesRecipient) => "550 nobody here\r\n",
            ("RCPT", _) => {
                let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                address.clone_into(&mut to);
                "250 fine\r\n"
            }
            ("DATA", _) => match take(stream, mood, (&to, shared)).await? {
                Some(answer) => answer,
                None => return Ok(Talk::Over),
            },
            ("QUIT", _) => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(Talk::Over);
            }
            _ => "250 fine\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

/// Takes the text, or not; the answer, if there is one.
async fn take<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    mood: Mood,
    (to, shared): (&str, &Shared),
) -> io::Result<Option<&'static str>> {
    stream.write_all(b"354 go on\r\n").await?;
    let data = text(stream).await?;
    match mood {
        Mood::DropsAfterData => return Ok(None),
        Mood::RefusesText => return Ok(Some("554 no\r\n")),
        Mood::HangsAfterData => hang().await?,
        _ => {}
    }
    let to = to.to_owned();
    shared.taken.send(Received { to, data }).ok();
    match mood {
        Mood::TakesAndDrops => return Ok(None),
        Mood::TakesAndHangs => hang().await?,
        _ => {}
    }
    Ok(Some("250 taken\r\n"))
}

async fn text<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> io::Result<String> {
    let mut data = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(data);
        }
        data.push_str(&line);
    }
}
