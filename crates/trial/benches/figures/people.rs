//! People with accounts, as the server makes them: registered, activated by mail, logged in once.

use crate::raw::{Door, Raw};
use floater_proto::body::{
    Activate, Keep, Language, LogIn, MailProof, OpenSession, Register, SessionOpened, from_json,
    to_json,
};
use floater_proto::{Binary, Email, Id, Resource, Secret, Username};
use floater_trial::{Floaterd, Outcome, PASSWORD, Trouble};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

/// At once: their passwords are hashed.
const AT_ONCE: usize = 8;

/// Somebody's session, which any number of links resume.
#[derive(Clone)]
pub(crate) struct Person(Secret<String>);

pub(crate) async fn register(server: &Floaterd, count: usize) -> Outcome<Vec<Person>> {
    let people = stream::iter(0..count).map(|number| person(server, number));
    people.buffer_unordered(AT_ONCE).try_collect().await
}

async fn person(server: &Floaterd, number: usize) -> Outcome<Person> {
    let address = address_of(number);
    let email = Email::new(&address).map_err(io::Error::other)?;
    let mut link = Raw::dial(&Door::Plain(server.native())).await?;
    let register = Register {
        email: email.clone(),
        username: Username::new(&format!("p{number}")).map_err(io::Error::other)?,
        password: Secret::from(PASSWORD),
        adult: true,
        language: Language::English,
    };
    link.ask(Resource::Account, &to_json(&register)).await?;
    let code = Secret::new(server.code_for(&address).await?);
    let activate = Activate {
        proof: MailProof::Code {
            email: email.clone(),
            code,
        },
    };
    link.ask(Resource::AccountActivation, &to_json(&activate))
        .await?;
    session(&mut link, email).await
}

/// A log-in with the password, of whoever was registered with this number, on a link of its own.
pub(crate) async fn log_in(server: SocketAddr, number: usize) -> Outcome<()> {
    let email = Email::new(&address_of(number)).map_err(io::Error::other)?;
    let mut link = Raw::dial(&Door::Plain(server)).await?;
    session(&mut link, email).await.map(drop)
}

async fn session(link: &mut Raw, email: Email) -> Outcome<Person> {
    let login = LogIn {
        email,
        password: Secret::from(PASSWORD),
    };
    let opened = open(link, Some(login), None).await?;
    let token = opened
        .token
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
    Ok(Person(token))
}

fn address_of(number: usize) -> String {
    format!("p{number}@example.org")
}

impl Person {
    /// A new link in this one's session, on an instance of its own.
    pub(crate) async fn link(&self, door: &Door) -> Outcome<Raw> {
        let mut link = Raw::dial(door).await?;
        open(&mut link, None, Some(self.0.clone())).await?;
        Ok(link)
    }
}

async fn open(
    link: &mut Raw,
    login: Option<LogIn>,
    token: Option<Secret<String>>,
) -> Outcome<SessionOpened> {
    let wanted = OpenSession {
        login,
        token,
        keep: Keep::Token,
        instance: instance(),
        ticket: None,
    };
    let answer = link.ask(Resource::Session, &to_json(&wanted)).await?;
    from_json(&answer).map_err(|problem| Trouble::Refused(Box::new(problem)))
}

fn instance() -> Id {
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    let drawn = DRAWN.fetch_add(1, Ordering::Relaxed);
    Binary(u128::from(drawn).to_be_bytes())
}
