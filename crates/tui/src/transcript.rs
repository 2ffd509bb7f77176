//! A conversation as plain text, to be kept by who was in it.

use crate::app::{Shown, Talk};
use crate::clock::Clock;
use crate::harmless::lines;
use crate::words::labels;
use floater_client::Message;
use floater_client::proto::body::Language;
use std::fmt::Write;

/// Characters of a line that is quoted.
const GIST_MAX: usize = 200;

/// All lines that are kept, each with its time and who said it.
pub(crate) fn of(talk: &Talk, language: Language, clock: &Clock) -> String {
    let words = labels(language);
    let shown: Vec<&Shown> = talk.numbers().filter_map(|it| talk.line(it)).collect();
    let begun = shown.first().map(|it| clock.day_and_minute(it.line.at));
    let heading = (words.transcript)(&talk.own, &talk.peer, &begun.unwrap_or_default());
    let mut text = format!("{heading}\n\n");
    for shown in shown {
        let name = if shown.line.own {
            &talk.own
        } else {
            &talk.peer
        };
        let at = clock.day_and_minute(shown.line.at);
        let quoted = shown
            .line
            .quote
            .and_then(|of| talk.line(talk.number_of(of)?));
        // Writing to a string cannot fail.
        let _ = write!(text, "[{at}] {name}: {}", whole(shown, language));
        if let Some(quoted) = quoted {
            let _ = write!(text, "  ({}: {})", words.quoted, gist(quoted, language));
        }
        text.push('\n');
    }
    text
}

/// What a line says, or what stands for a picture.
fn whole(shown: &Shown, language: Language) -> String {
    match &shown.line.message {
        Message::Text { text } => lines(text).collect::<Vec<_>>().join("\n    "),
        Message::Picture { offer } => (labels(language).picture_of)(offer.size),
    }
}

/// How a line begins, in one line, or what stands for a picture.
pub(crate) fn gist(shown: &Shown, language: Language) -> String {
    match &shown.line.message {
        Message::Text { text } => {
            let end = text.char_indices().nth(GIST_MAX).map(|(at, _)| at);
            let begins = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
            let told = lines(begins).collect::<Vec<_>>().join(" ");
            match end {
                Some(_) => format!("{told}…"),
                None => told,
            }
        }
        Message::Picture { offer } => (labels(language).picture_of)(offer.size),
    }
}
