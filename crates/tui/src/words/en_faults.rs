//! What happened, why, and what to do.

use crate::harmless::harmless;
use floater_client::DialError;
use floater_client::picture::PictureError;
use floater_client::proto::body::{Fault, Problem};

pub(super) fn fault(problem: &Problem) -> String {
    let mut told = because(problem.error).to_owned();
    if problem.error == Fault::Invalid {
        told.push_str(&format!(" ({})", harmless(&problem.message)));
    }
    if problem.error == Fault::Suspended {
        told.push_str(&format!(" Reason: {}", harmless(&problem.message)));
    }
    if let Some(wait) = problem.retry_after.filter(|wait| *wait > 0) {
        told.push_str(&format!(" You can try again in {} s.", wait.div_ceil(1000)));
    }
    told
}

const fn because(fault: Fault) -> &'static str {
    match fault {
        Fault::Malformed => "The server did not understand this request. Please try again.",
        Fault::UnknownResource | Fault::WrongMethod | Fault::WrongType => {
            "The server does not know this request. Please update floater."
        }
        Fault::NotLoggedIn => "You are not logged in. /login first.",
        Fault::LoggedIn => "Somebody is logged in here already.",
        Fault::WrongCredentials => {
            "E-mail and password do not match. Check them, or /recover to set a new password."
        }
        Fault::NotActivated => "The account is not activated yet. Type the code from the mail.",
        Fault::Suspended => "The account is suspended.",
        Fault::SessionEnded => "This log-in is over. Please log in again.",
        Fault::CodeWrong => "The code does not match. Compare it with the mail and type it again.",
        Fault::CodeExpired => {
            "The code has expired or was tried too often. Ask for a new mail by /again or /recover."
        }
        Fault::TypeCode => "Type the 8 characters from the mail.",
        Fault::Invalid => "Something is not acceptable. Change it and try again.",
        Fault::PasswordCommon => {
            "This password is very common and easy to guess. Choose another one."
        }
        Fault::TooMany => "That was too often. Please wait a moment.",
        Fault::Seated => "You are in a conversation or waiting. End that first.",
        Fault::Elsewhere => "You are in a conversation or waiting elsewhere. End that first.",
        Fault::NoMatch => "This conversation is not there any more.",
        Fault::TicketForeign => "This conversation belongs to another account.",
        Fault::TicketExpired => {
            "Too much time has passed; the conversation cannot be looked up any more."
        }
        Fault::MatchOver => "This conversation is over.",
        Fault::GreetFirst => "Both must say 你好 first.",
        Fault::NoPicture => "This picture is not there any more.",
        Fault::TooLarge => "This is larger than the limit.",
        Fault::NotProved => "This could not be verified, so it was not taken.",
        Fault::Slow => "The network is too slow; the request did not arrive. Please try again.",
        Fault::Unavailable => "The server cannot be reached now. Please try again later.",
        Fault::Internal => "The server failed. Please try again later.",
        _ => "Something went wrong that this version does not know. Please update floater.",
    }
}

pub(super) const fn picture_fault(error: PictureError) -> &'static str {
    match error {
        PictureError::Kind => "Only PNG, JPEG, WebP and GIF pictures can be sent.",
        PictureError::Large => {
            "This picture is too large, or has more than 8 MB even scaled down. Crop it and try again."
        }
        _ => "This file cannot be opened; it may not be a complete picture.",
    }
}

pub(super) fn dial(error: &DialError) -> String {
    match error {
        DialError::Unknown => {
            "The server's name is not known. Check the network and --server; it goes on by itself."
                .into()
        }
        DialError::Unreachable(kind) => format!(
            "The server cannot be reached ({kind}). Check the network and --server; it goes on by itself."
        ),
        DialError::NotPinned { pinned, shown } => format!(
            "The server shows another certificate than the one you named, so no connection was made.\nnamed: {pinned}\nshown: {shown}\nSomebody may be in between. Only if the server has a new certificate, ask who runs it for the new fingerprint, and change --server."
        ),
        DialError::Untrusted(why) => format!(
            "The server's certificate is not trusted, so no connection was made ({}).\nIf it is your own server, add its fingerprint to the address: floater://host:port#fingerprint (floaterd prints it when it starts).",
            harmless(why)
        ),
        DialError::NoTls => "No TLS is spoken at that port. Check the port in --server.".into(),
        other => format!(
            "The encrypted connection to the server failed ({}). Check --server.",
            harmless(&other.to_string())
        ),
    }
}
