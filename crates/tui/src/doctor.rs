//! `floater doctor`: what one's network is like, and with whom one will be connected directly.

use crate::app::Exit;
use crate::note::{NetworkNote, Note};
use crate::options::Options;
use crate::output::{Closed, Output};
use crate::run::AGENT;
use crate::words::tell;
use floater_client::proto::body::Language;
use floater_client::{DialError, Door, ExamineError, examine};

/// Looks, and tells.
pub(crate) async fn doctor(options: Options) -> anyhow::Result<Exit> {
    let language = options.language(None);
    let output = Output::open(options.plain)?;
    let door = Door::new(options.server)?;
    say(&output, language, NetworkNote::Looking).await?;
    let (exit, note) = match examine(&door, AGENT).await {
        Ok(found) => (Exit::Well, NetworkNote::Found(found)),
        Err(error) => (exit(&error), NetworkNote::Fault(error)),
    };
    say(&output, language, note).await?;
    output.close().await;
    Ok(exit)
}

const fn exit(error: &ExamineError) -> Exit {
    match error {
        ExamineError::Dial(
            DialError::NotPinned { .. } | DialError::Untrusted(_) | DialError::NoTls,
        ) => Exit::Untrusted,
        _ => Exit::Failure,
    }
}

async fn say(output: &Output, language: Language, note: NetworkNote) -> Result<(), Closed> {
    let note = Note::Network(note);
    for line in tell(language, &note) {
        output.print(note.tone(), &line).await?;
    }
    Ok(())
}
