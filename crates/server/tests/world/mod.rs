//! A server on loopback with a mail server of its own, and somebody who asks it.

#![expect(dead_code, reason = "each test takes what it needs")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use floater_proto::Secret;
use floater_proto::body::{
    Keep, LogIn, MailProof, Mailed, OpenSession, Problem, from_json, to_json,
};
use floater_proto::{Binary, Email};
use floater_server::config::{MailSecurity, Rate, Rates};
use floater_server::{Client, Config, Reply, Running, Server, account, session};
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

mod mail;

pub(crate) use mail::{MailServer, Mood};

/// A password that is on no list.
pub(crate) const PASSWORD: &str = "three grey herons";

/// A mail as the mail server took it.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) to: String,
    pub(crate) data: String,
}

impl Received {
    /// The eight characters, without the space between.
    pub(crate) fn code(&self) -> Secret<String> {
        let text = self.text();
        let line = text
            .lines()
            .find(|line| line.starts_with("    "))
            .expect("a code");
        Secret::new(line.replace(' ', ""))
    }

    /// The token of the link to a page.
    pub(crate) fn token(&self, page: &str) -> Secret<String> {
        let text = self.text();
        let mark = format!("/#/{page}/");
        let (_, rest) = text.split_once(&mark).expect("a link");
        Secret::new(rest.lines().next().unwrap().trim().to_owned())
    }

    /// The plain text, decoded.
    pub(crate) fn text(&self) -> String {
        let (_, part) = self.data.split_once("text/plain").expect("a plain part");
        let (head, rest) = part.split_once("\r\n\r\n").unwrap();
        let body = rest.split("\r\n--").next().unwrap();
        let bytes = if head.contains("base64") {
            let joined: String = body.split_whitespace().collect();
            data_encoding::BASE64.decode(joined.as_bytes()).unwrap()
        } else {
            unquote(body, head.contains("quoted-printable"))
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
    }
}

fn unquote(body: &str, quoted: bool) -> Vec<u8> {
    if !quoted {
        return body.as_bytes().to_vec();
    }
    let body = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'=' {
            let (hex, after) = tail.split_at(2);
            bytes.push(u8::from_str_radix(std::str::from_utf8(hex).unwrap(), 16).unwrap());
            rest = after;
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    bytes
}

/// A running server with its data and its mail server.
pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) server: Arc<Server>,
    pub(crate) mail: MailServer,
    pub(crate) data: TempDir,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(Vec::new(), |_| ()).await
    }

    /// With moods of the mail server and a change of the configuration.
    pub(crate) async fn with(moods: Vec<Mood>, change: impl FnOnce(&mut Config)) -> Self {
        Self::beside(MailServer::start(moods).await, change).await
    }

    /// With this mail server.
    pub(crate) async fn beside(mail: MailServer, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(mail.address);
        change(&mut config);
        let data = tempfile::tempdir().unwrap();
        let running = Running::start(config, data.path()).await.unwrap();
        let server = Arc::clone(&running.server);
        Self {
            running,
            server,
            mail,
            data,
        }
    }

    /// Registers, and returns what the browser got.
    pub(crate) async fn register(&self, email: &str, password: &str) -> Mailed {
        let body = register_body(email, password);
        let reply = account::register(&self.server, &client(), &body)
            .await
            .unwrap();
        from_json(&reply.body).unwrap()
    }

    /// Registers and activates by the code.
    pub(crate) async fn account(&mut self, email: &str) {
        self.register(email, PASSWORD).await;
        let code = self.mail.next().await.code();
        let proof = MailProof::Code {
            email: Email::new(email).unwrap(),
            code,
        };
        self.activate(&proof).await.unwrap();
    }

    pub(crate) async fn activate(&self, proof: &MailProof) -> Result<Reply, Problem> {
        let body = to_json(&serde_json::json!({ "proof": proof }));
        account::activate(&self.server, &client(), &body).await
    }

    /// Logs in and returns the client in session and its token.
    pub(crate) async fn log_in(
        &self,
        email: &str,
        password: &str,
    ) -> Result<(Client, Secret<String>), Problem> {
        let login = LogIn {
            email: Email::new(email).unwrap(),
            password: password.into(),
        };
        self.open(Some(login), None).await
    }

    pub(crate) async fn resume(&self, token: &Secret<String>) -> Result<Client, Problem> {
        Ok(self.open(None, Some(token.clone())).await?.0)
    }

    async fn open(
        &self,
        login: Option<LogIn>,
        token: Option<Secret<String>>,
    ) -> Result<(Client, Secret<String>), Problem> {
        let instance = Binary([1; 16]);
        let wanted = OpenSession {
            login,
            token,
            keep: Keep::Token,
            instance,
            ticket: None,
        };
        let mut client = client();
        let authenticated = session::authenticate(&self.server, &client, &wanted).await?;
        let opened = session::establish(&self.server, &client, authenticated, Keep::Token).await?;
        client.session = Some(opened.session);
        Ok((client, opened.token.unwrap_or_default()))
    }
}

pub(crate) fn register_body(email: &str, password: &str) -> Vec<u8> {
    to_json(&serde_json::json!({
        "email": email, "username": "小明", "password": password, "adult": true, "language": "en",
    }))
}

/// Somebody on this machine, not logged in.
pub(crate) fn client() -> Client {
    Client::new([127, 0, 0, 1].into(), None)
}

/// Loopback, ports of the system's choice, no limits of rate, mails to this address.
pub(crate) fn config(mail: SocketAddr) -> Config {
    let mut config = Config::default();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    (
        config.http.listen,
        config.native.listen,
        config.admin.listen,
    ) = (any, any, any);
    config.direct.listen = vec![any, any];
    config.direct.loopback = true;
    config.mail.host = mail.ip().to_string();
    config.mail.port = mail.port();
    config.mail.security = MailSecurity::None;
    config.mail.retry_seconds = 1;
    config.mail.timeout_seconds = 30;
    config.rates = Rates::uniform(Rate::new(1_000_000, 3_600_000));
    config
}

/// One HTTP request as it stands, and the whole answer.
pub(crate) async fn http(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// A `GET` that closes the connection.
pub(crate) async fn get(address: SocketAddr, path: &str) -> String {
    http(
        address,
        &format!("GET {path} HTTP/1.1\r\nHost: floater\r\nConnection: close\r\n\r\n"),
    )
    .await
}
