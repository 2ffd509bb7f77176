//! What stories have in common.

use crate::client::Client;
use crate::floaterd::Floaterd;
use crate::terminal::Terminal;
use crate::trouble::{Outcome, Trouble};
use floater_core::{Command, Event, Message, Proof, Stage};
use floater_proto::Secret;
use floater_proto::body::Language;

/// Everybody's.
pub const PASSWORD: &str = "correct horse battery";

/// Where the mails of a person of this name go.
pub(crate) fn email_of(name: &str) -> String {
    format!("{name}@example.org")
}

/// Gives a person an account, by mail, and logs in.
///
/// # Errors
/// [`Trouble`].
pub async fn accounts(server: &Floaterd, client: &mut Client, username: &str) -> Outcome<()> {
    let email = email_of(username);
    client
        .stage("the door", |stage| matches!(stage, Stage::Door))
        .await?;
    client
        .ask(Command::Register {
            email: email.clone(),
            username: username.to_owned(),
            password: Secret::from(PASSWORD),
            adult: true,
            language: Language::English,
        })
        .await?;
    let code = Secret::new(server.code_for(&email).await?);
    let proof = Proof::Code {
        email: email.clone(),
        code,
    };
    client.ask(Command::Activate { proof }).await?;
    client
        .ask(Command::LogIn {
            email,
            password: Secret::from(PASSWORD),
        })
        .await?;
    client
        .stage("the main page", |stage| matches!(stage, Stage::Main { .. }))
        .await?;
    Ok(())
}

/// A person who types walks in: registers, with what people mistype, activates and logs in.
///
/// # Errors
/// [`Trouble`].
pub async fn arrive(server: &Floaterd, one: &mut Terminal, name: &str) -> Outcome<()> {
    let email = email_of(name);
    one.reads("Nobody is logged in").await?;
    one.types("/register").await?;
    for (asked, answer) in [
        ("do you accept these rules", "yes"),
        ("E-mail", "no address"),
        ("full address", &email),
        ("Name", name),
        ("New password", "short"),
        ("3 characters more", PASSWORD),
        ("once more", PASSWORD),
    ] {
        one.reads(asked).await?;
        one.types(answer).await?;
    }
    one.reads("a mail is on its way").await?;
    one.reads("The code of 8 characters").await?;
    one.types("WRONGWRO").await?;
    one.reads("does not match").await?;
    let code = server.code_for(&email).await?;
    one.types(&code.to_lowercase()).await?;
    one.reads("Your account is active").await?;
    one.reads("Password").await?;
    one.types(PASSWORD).await?;
    one.reads(&format!("Hello, {name}.")).await?;
    one.reads("always hidden").await?;
    Ok(())
}

/// Both seek, and meet.
///
/// # Errors
/// [`Trouble`].
pub async fn meet(one: &mut Client, two: &mut Client) -> Outcome<()> {
    one.want(Command::Seek).await?;
    two.want(Command::Seek).await?;
    for client in [one, two] {
        client
            .stage("somebody", |stage| matches!(stage, Stage::Greeting { .. }))
            .await?;
    }
    Ok(())
}

/// Both say 你好, and the conversation begins.
///
/// # Errors
/// [`Trouble`].
pub async fn greet(one: &mut Client, two: &mut Client) -> Outcome<()> {
    one.want(Command::Greet).await?;
    two.want(Command::Greet).await?;
    for client in [one, two] {
        client
            .stage("the conversation", |stage| {
                matches!(stage, Stage::Talk { .. })
            })
            .await?;
    }
    Ok(())
}

/// Says a line.
///
/// # Errors
/// [`Trouble::Misuse`].
pub async fn say(client: &mut Client, text: &str) -> Outcome<()> {
    client
        .want(Command::Say {
            text: text.to_owned(),
            quote: None,
        })
        .await
}

/// The next line of the other one must be this.
///
/// # Errors
/// [`Trouble`].
pub async fn text_arrives(client: &mut Client, text: &str) -> Outcome<()> {
    let arrived = client
        .until(text, |event| match event {
            Event::Line { line } if !line.own => match &line.message {
                Message::Text { text } => Some(text.clone()),
                Message::Picture { .. } => None,
            },
            _ => None,
        })
        .await?;
    if arrived == text {
        Ok(())
    } else {
        Err(Trouble::Wrong(format!("{arrived:?} came for {text:?}")))
    }
}
