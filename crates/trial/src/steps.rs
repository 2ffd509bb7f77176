//! What stories have in common.

use crate::client::Client;
use crate::floaterd::Floaterd;
use crate::trouble::{Outcome, Trouble};
use floater_core::{Command, Event, Message, Proof, Stage};
use floater_proto::Secret;
use floater_proto::body::Language;

/// Everybody's.
pub const PASSWORD: &str = "correct horse battery";

/// Gives a person an account, by mail, and logs in.
///
/// # Errors
/// [`Trouble`].
pub async fn accounts(server: &Floaterd, client: &mut Client, username: &str) -> Outcome<()> {
    let email = format!("{username}@example.org");
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
