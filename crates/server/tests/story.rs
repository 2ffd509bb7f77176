//! The whole way in, as a browser goes it: a WebSocket, an account, a mail, a session, the cookie
//! for the next WebSocket; and the way out when whoever runs the server says so.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod world;

use floater_proto::body::{MailProof, from_json, to_json};
use floater_proto::{Binary, Decoder, Email, Method, Resource, Start, Status, encode, limits};
use floater_server::store::SqliteStore;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use world::{PASSWORD, World, http};

/// A page's WebSocket.
struct Page {
    socket: WebSocketStream<TcpStream>,
    decoder: Decoder,
}

impl Page {
    async fn open(at: SocketAddr, cookie: Option<&str>) -> Self {
        let mut request = format!("ws://{at}/ws").into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("Origin", format!("http://{at}").parse().unwrap());
        headers.insert("Sec-WebSocket-Protocol", "floater.1".parse().unwrap());
        if let Some(cookie) = cookie {
            headers.insert("Cookie", cookie.parse().unwrap());
        }
        let stream = TcpStream::connect(at).await.unwrap();
        let (socket, _) = tokio_tungstenite::client_async(request, stream)
            .await
            .unwrap();
        Self {
            socket,
            decoder: Decoder::new(limits::MESSAGE_MAX),
        }
    }

    async fn ask(&mut self, resource: Resource, body: &Value) -> (Status, Value) {
        let mut bytes = Vec::new();
        let request = encode::request(&mut bytes, Method::Post, resource).request_id(1);
        request
            .content_type("application/json")
            .finish(&to_json(body))
            .unwrap();
        self.socket.send(Message::binary(bytes)).await.unwrap();
        loop {
            let (status, _, body) = self.next().await.unwrap();
            if let Some(status) = status {
                return (status, body);
            }
        }
    }

    /// The next message: status of an answer, resource of a request, body. `None` at the end.
    async fn next(&mut self) -> Option<(Option<Status>, String, Value)> {
        loop {
            if let Some(message) = self.decoder.next().unwrap() {
                let body = from_json(message.body).unwrap_or_default();
                return Some(match message.start {
                    Start::Response { status } => (Some(status), String::new(), body),
                    Start::Request { resource, .. } => (None, resource.to_owned(), body),
                });
            }
            match self.socket.next().await? {
                Ok(Message::Binary(bytes)) => self.decoder.push(&bytes).unwrap(),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                _ => return None,
            }
        }
    }
}

fn opening(login: Option<Value>) -> Value {
    let mut body = json!({"keep": "cookie", "instance": Binary([1_u8; 16])});
    if let (Some(login), Some(body)) = (login, body.as_object_mut()) {
        body.insert("login".to_owned(), login);
    }
    body
}

/// `POST /cookie` as the page does it; the `Cookie` for the next WebSocket.
async fn bake(at: SocketAddr, code: &str) -> String {
    let length = code.len();
    let answer = http(
        at,
        &format!(
            "POST /cookie HTTP/1.1\r\nHost: f\r\nOrigin: http://{at}\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n{code}"
        ),
    )
    .await;
    let line = answer
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "));
    line.and_then(|line| line.split(';').next())
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn from_registration_to_the_next_web_socket_and_out() {
    let mut world = World::start().await;
    let at = world.running.http;
    let mut page = Page::open(at, None).await;
    let register = json!({"email": "ming@example.org", "username": "小明", "password": PASSWORD,
        "adult": true, "language": "zh-CN"});
    assert_eq!(
        page.ask(Resource::Account, &register).await.0,
        Status::ACCEPTED
    );
    let code = world.mail.next().await.code();
    let proof = MailProof::Code {
        email: Email::new("ming@example.org").unwrap(),
        code,
    };
    let activate = json!({ "proof": proof });
    assert_eq!(
        page.ask(Resource::AccountActivation, &activate).await.0,
        Status::OK
    );
    let login = json!({"email": "ming@example.org", "password": PASSWORD});
    let (status, opened) = page.ask(Resource::Session, &opening(Some(login))).await;
    assert_eq!(status, Status::OK, "{opened}");
    let code = opened.get("cookie_code").and_then(Value::as_str).unwrap();
    let cookie = bake(at, code).await;
    drop(page);

    let mut page = Page::open(at, Some(&cookie)).await;
    let (status, opened) = page.ask(Resource::Session, &opening(None)).await;
    assert_eq!(status, Status::OK, "{opened}");
    assert_eq!(opened.get("username").and_then(Value::as_str), Some("小明"));
    assert_eq!(opened.get("cookie_code"), None, "the session is not new");

    suspend(&world).await;
    let mut told = None;
    while let Some((_, resource, body)) = page.next().await {
        if resource == "/notice" {
            told = body.get("why").and_then(Value::as_str).map(str::to_owned);
        }
    }
    assert_eq!(told.as_deref(), Some("suspended"));
    let mut page = Page::open(at, Some(&cookie)).await;
    let (status, _) = page.ask(Resource::Session, &opening(None)).await;
    assert_eq!(status, Status::UNAUTHORIZED);
}

/// As `floaterd suspend` does it: in the store, beside the running server.
async fn suspend(world: &World) {
    use floater_server::store::{Accounts, Moderation};
    let store = SqliteStore::open(world.data.path()).await.unwrap();
    let email = Email::new("ming@example.org").unwrap();
    let account = store.account_by_email(&email).await.unwrap().unwrap();
    assert!(store.suspend(account.id, "advertising", 0).await.unwrap());
}

#[tokio::test]
async fn a_server_that_stops_tells_who_is_there() {
    let mut world = World::start().await;
    world.account("ming@example.org").await;
    let mut page = Page::open(world.running.http, None).await;
    let login = json!({"email": "ming@example.org", "password": PASSWORD});
    assert_eq!(
        page.ask(Resource::Session, &opening(Some(login))).await.0,
        Status::OK
    );
    let World { running, .. } = world;
    let stopped = tokio::spawn(running.stop());
    let mut told = None;
    while let Some((_, resource, body)) = page.next().await {
        if resource == "/notice" {
            told = body.get("kind").and_then(Value::as_str).map(str::to_owned);
        }
    }
    assert_eq!(told.as_deref(), Some("shutdown"));
    stopped.await.unwrap();
}
