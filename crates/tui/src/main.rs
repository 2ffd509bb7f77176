//! `floater`: FLOATER in a terminal: the full screen, or a line at a time.

mod app;
mod clock;
mod doctor;
mod face;
mod files;
mod form;
mod harmless;
mod input;
mod note;
mod options;
mod output;
mod papers;
mod run;
mod screen;
mod settings;
mod strength;
mod transcript;
mod verb;
mod words;
mod wrap;

use app::Exit;
use clap::Parser;
use floater_client::ProfileError;
use floater_client::proto::body::Language;
use options::{Action, Options};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = Options::parse();
    let language = options.language(None);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ran = match runtime {
        Ok(runtime) => {
            let ran = runtime.block_on(async {
                match options.action {
                    None => run::run(options).await,
                    Some(Action::Doctor) => doctor::doctor(options).await,
                    Some(Action::Completions { shell }) => {
                        written(papers::completions(shell, &mut std::io::stdout()))
                    }
                    Some(Action::Man) => written(papers::man(&mut std::io::stdout())),
                }
            });
            // The thread that reads cannot be awaited.
            runtime.shutdown_background();
            ran
        }
        Err(error) => Err(error.into()),
    };
    let exit = ran.unwrap_or_else(|error| {
        // Failing to write can be told nobody.
        let _ = writeln!(std::io::stderr(), "floater: {}", why(language, &error));
        match error.downcast_ref() {
            Some(ProfileError::InUse(_)) => Exit::InUse,
            _ => Exit::Failure,
        }
    });
    ExitCode::from(exit.code())
}

fn written(result: std::io::Result<()>) -> anyhow::Result<Exit> {
    result.map_err(Into::into).map(|()| Exit::Well)
}

/// What stops the program before it can talk.
fn why(language: Language, error: &anyhow::Error) -> String {
    match (error.downcast_ref(), language) {
        (Some(ProfileError::InUse(path)), Language::Chinese) => format!(
            "另一个 floater 正在使用 {}。请用那一个，或者用 --data 换一个目录（另一个账户）。",
            path.display()
        ),
        (Some(ProfileError::InUse(path)), Language::English) => format!(
            "another floater uses {}. Use that one, or another directory by --data (for another account).",
            path.display()
        ),
        _ => format!("{error:#}"),
    }
}
