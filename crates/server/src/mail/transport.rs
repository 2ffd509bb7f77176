use super::Written;
use crate::config::{Mail, MailSecurity};
use crate::secrets::write_private;
use crate::store::MailRecord;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why a mail did not go out. Says nothing about whom it was for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The settings cannot be used.
    #[error("the mail settings cannot be used: {0}")]
    Settings(String),
    /// The address or text makes no mail.
    #[error("this makes no mail")]
    Message,
    /// The server did not take it.
    #[error("the mail server did not take it: {0}")]
    Server(String),
    /// The folder cannot be written.
    #[error("the outbox folder cannot be written: {0}")]
    Folder(#[from] std::io::Error),
}

/// How mails go out.
#[derive(Debug)]
pub enum Transport {
    /// To an SMTP server.
    Smtp(Box<Smtp>),
    /// Into a folder, and the code into the log: for trying out, loudly.
    Folder(Folder),
}

/// The way to an SMTP server.
#[derive(Debug)]
pub struct Smtp {
    connection: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// From the connection to the last answer: lettre bounds the connection only. It is also what
    /// bounds a reply line that does not end.
    within: Duration,
}

/// A folder of `.eml` files.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    from: Mailbox,
    /// Whether codes may stand in the log: only where nobody comes in from elsewhere.
    log_codes: bool,
}

impl Transport {
    /// By the configuration: SMTP with a host, else the folder `outbox` in the data directory.
    ///
    /// # Errors
    /// [`TransportError::Settings`], [`TransportError::Folder`].
    pub fn open(config: &Mail, data: &Path, on_loopback: bool) -> Result<Self, TransportError> {
        let settings = |why: String| TransportError::Settings(why);
        let from: Mailbox = config
            .from
            .parse()
            .map_err(|_| settings("from".to_owned()))?;
        if config.host.is_empty() {
            let path = data.join("outbox");
            std::fs::create_dir_all(&path)?;
            return Ok(Self::Folder(Folder {
                path,
                from,
                log_codes: on_loopback,
            }));
        }
        let within = Duration::from_secs(config.timeout_seconds);
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .timeout(Some(within))
            .tls(tls(config)?);
        if !config.username.is_empty() {
            let password = std::fs::read_to_string(&config.password_file)?;
            let password = password.trim_end_matches(['\r', '\n']).to_owned();
            builder = builder.credentials(Credentials::new(config.username.clone(), password));
        }
        Ok(Self::Smtp(Box::new(Smtp {
            connection: builder.build(),
            from,
            within,
        })))
    }

    /// Sends one mail; returns when the other side has taken it.
    ///
    /// # Errors
    /// [`TransportError`]; the mail is to be tried again.
    pub async fn send(&self, mail: &MailRecord, written: &Written) -> Result<(), TransportError> {
        match self {
            Self::Smtp(smtp) => {
                let message = message(&smtp.from, mail, written)?;
                let sending = smtp.connection.send(message);
                let sent = tokio::time::timeout(smtp.within, sending)
                    .await
                    .map_err(|_| TransportError::Server("timeout".to_owned()))?;
                sent.map(|_| ())
                    .map_err(|error| TransportError::Server(reason(&error)))
            }
            Self::Folder(folder) => folder.put(mail, written),
        }
    }
}

impl Folder {
    fn put(&self, mail: &MailRecord, written: &Written) -> Result<(), TransportError> {
        let message = message(&self.from, mail, written)?;
        let path = self.path.join(format!("{}-{}.eml", mail.created, mail.id));
        write_private(&path, &message.formatted())?;
        let path = path.display();
        match (&written.code, self.log_codes) {
            (Some(code), true) => tracing::warn!(
                code = code.expose(), %path, "NO MAIL SERVER IS CONFIGURED: type this code"
            ),
            _ => tracing::warn!(%path, "NO MAIL SERVER IS CONFIGURED: the mail is a file"),
        }
        Ok(())
    }
}

/// The class of an SMTP error and its code: the words of a server may repeat the address.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    let class = if error.is_timeout() {
        "timeout"
    } else if error.is_tls() {
        "TLS"
    } else if error.is_permanent() || error.is_transient() {
        "refused"
    } else if error.is_response() {
        "not understood"
    } else {
        "connection"
    };
    error
        .status()
        .map_or_else(|| class.to_owned(), |code| format!("{class} ({code})"))
}

fn tls(config: &Mail) -> Result<Tls, TransportError> {
    if config.security == MailSecurity::None {
        return Ok(Tls::None);
    }
    let settings =
        |error: lettre::transport::smtp::Error| TransportError::Settings(error.to_string());
    let mut parameters = TlsParameters::builder(config.host.clone());
    if !config.extra_roots.as_os_str().is_empty() {
        let pem = std::fs::read(&config.extra_roots)?;
        let roots = Certificate::from_pem(&pem).map_err(settings)?;
        parameters = parameters.add_root_certificate(roots);
    }
    let parameters = parameters.build_rustls().map_err(settings)?;
    Ok(match config.security {
        MailSecurity::Tls => Tls::Wrapper(parameters),
        _ => Tls::Required(parameters),
    })
}

/// The mail as it travels. Its `Message-ID` comes from the row, so that one sent twice after a
/// crash is seen to be one.
fn message(
    from: &Mailbox,
    mail: &MailRecord,
    written: &Written,
) -> Result<Message, TransportError> {
    let to: Address = mail
        .email
        .as_str()
        .parse()
        .map_err(|_| TransportError::Message)?;
    let (text, html) = (written.text.expose().clone(), written.html.expose().clone());
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .message_id(Some(format!("<{}@{}>", mail.id, from.email.domain())))
        .subject(written.subject)
        .multipart(MultiPart::alternative_plain_html(text, html))
        .map_err(|_| TransportError::Message)
}
