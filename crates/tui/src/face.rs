//! How a person is talked with: a line at a time, or the full screen.

use crate::app::{App, Exit, Message};
use crate::files::Made;
use crate::input::Input;
use crate::note::Note;
use crate::output::{Closed, Output};
use crate::screen::{Room, Screen, Taken, Wish};
use crate::words::tell;
use crossterm::event::Event;
use std::io::{self, Write};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The screen is drawn at most so often.
const FRAME: Duration = Duration::from_millis(16);
/// What counts seconds is drawn so often by itself.
const TICK: Duration = Duration::from_secs(1);

/// What the person did.
pub(crate) enum Heard {
    Message(Message),
    /// Something for the screen.
    Event(Event),
    /// It is time to draw, and the terminal takes it.
    Room(Room),
}

pub(crate) enum Face {
    Lines { input: Input, output: Output },
    Screen(Box<Full>),
}

/// The full screen: what is drawn, and on what.
pub(crate) struct Full {
    screen: Screen,
    taken: Taken,
    /// When it was drawn last.
    drawn: Instant,
    /// Whether something has changed since.
    is_old: bool,
}

impl Full {
    pub(crate) fn new(screen: Screen, taken: Taken) -> Self {
        Self {
            screen,
            taken,
            drawn: Instant::now(),
            is_old: true,
        }
    }

    async fn next(&mut self) -> Heard {
        let after = if self.is_old { FRAME } else { TICK };
        let (at, room) = (self.drawn + after, self.taken.room());
        let due = async {
            sleep_until(at).await;
            room.await
        };
        tokio::select! {
            event = self.taken.next() => match event {
                Some(event) => Heard::Event(event),
                None => Heard::Message(Message::Terminate),
            },
            room = due => Heard::Room(room),
        }
    }

    async fn grant(&mut self, wish: Wish) -> Result<Option<Message>, Closed> {
        let granted = match wish {
            Wish::Tell(message) => return Ok(Some(message)),
            Wish::Suspend => self.taken.suspend().await,
            Wish::Redraw => self.taken.redraw(),
        };
        granted.map(|()| None).map_err(|_| Closed)
    }
}

impl Face {
    /// What the person does next. Dropped half-way, nothing is lost.
    pub(crate) async fn next(&mut self, wants_input: bool) -> Heard {
        match self {
            Self::Lines { input, .. } if wants_input => Heard::Message(input.next().await),
            Self::Lines { .. } => std::future::pending().await,
            Self::Screen(full) => full.next().await,
        }
    }

    /// What a key means.
    pub(crate) async fn press(
        &mut self,
        app: &App,
        event: Event,
    ) -> Result<Option<Message>, Closed> {
        let Self::Screen(full) = self else {
            return Ok(None);
        };
        full.is_old = true;
        match full.screen.press(app, event) {
            Some(wish) => full.grant(wish).await,
            None => Ok(None),
        }
    }

    pub(crate) fn draw(&mut self, app: &App, room: Room) -> Result<(), Closed> {
        let Self::Screen(full) = self else {
            return Ok(());
        };
        let Full { screen, taken, .. } = &mut **full;
        let (title, bell) = (screen.title(app), screen.rings());
        if screen.leaves_graphics(app) {
            taken.redraw().map_err(|_| Closed)?;
        }
        let drawn = taken.draw(room, (&title, bell), |frame| screen.draw(app, frame));
        (full.drawn, full.is_old) = (Instant::now(), false);
        drawn.map_err(|_| Closed)
    }

    /// What is drawn is not what is any more.
    pub(crate) fn has_changed(&mut self) {
        if let Self::Screen(full) = self {
            full.is_old = true;
        }
    }

    /// What follows from the state by itself.
    pub(crate) fn follow(&mut self, app: &App) -> Vec<Message> {
        match self {
            Self::Lines { .. } => Vec::new(),
            Self::Screen(full) => full.screen.follow(app),
        }
    }

    pub(crate) async fn say(&mut self, app: &App, note: &Note) -> Result<(), Closed> {
        match self {
            Self::Lines { output, .. } => {
                for line in tell(app.language(), note) {
                    output.print(note.tone(), &line).await?;
                }
            }
            Self::Screen(full) => full.screen.say(app, note),
        }
        Ok(())
    }

    pub(crate) fn show(&mut self, app: &App, made: Made) {
        if let Self::Screen(full) = self {
            full.screen.show(app, made);
        }
    }

    /// It was not said, and is written again. Lines that were typed wait instead.
    pub(crate) fn unsaid(&mut self, text: &str) {
        if let Self::Screen(full) = self {
            full.screen.unsaid(text);
        }
    }

    /// Whether what is typed is seen. A terminal that cannot hide it says nothing of it either.
    pub(crate) fn echo(&self, seen: bool) {
        if let Self::Lines { input, .. } = self {
            drop(input.echo(seen));
        }
    }

    /// The program was stopped, and goes on.
    pub(crate) fn goes_on(&mut self) -> Result<(), Closed> {
        match self {
            Self::Lines { .. } => Ok(()),
            Self::Screen(full) => {
                full.is_old = true;
                full.taken.take_again().map_err(|_| Closed)
            }
        }
    }

    /// What waits is said, for a moment. Why the program ends in trouble stands in the terminal when the
    /// screen is gone.
    pub(crate) async fn close(self, exit: Exit) {
        match self {
            Self::Lines { output, .. } => output.close().await,
            Self::Screen(full) => {
                let Full { screen, taken, .. } = *full;
                let is_written = taken.close().await;
                if is_written && exit != Exit::Well {
                    for line in screen.told_last() {
                        // Failing to write can be told nobody.
                        let _ = writeln!(io::stderr(), "{line}");
                    }
                }
            }
        }
    }
}
