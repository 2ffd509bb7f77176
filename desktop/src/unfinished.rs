//! A conversation that ended with the program: the next start says that it is over.

use floater_client::{Ending, Event, Profile, Stage};
use std::sync::atomic::{AtomicBool, Ordering};

/// The file that is not empty while two talk. Nothing of what they say is in it.
const TALKING: &str = "talking";

/// What is known of the conversation of now and of last time.
pub(crate) struct Unfinished<'a> {
    profile: &'a Profile,
    /// For who wants to close the window.
    talking: &'a AtomicBool,
    was: bool,
}

impl<'a> Unfinished<'a> {
    /// Of the start before this one.
    pub(crate) fn of(profile: &'a Profile, talking: &'a AtomicBool) -> Self {
        let kept = profile.read(TALKING).ok().flatten();
        talking.store(false, Ordering::Relaxed);
        Self {
            profile,
            talking,
            was: kept.is_some_and(|it| !it.is_empty()),
        }
    }

    /// Sees what happens. The first main page after a conversation that was cut off says so.
    pub(crate) fn see(&mut self, event: &mut Event) {
        let Event::Stage { stage } = event else {
            return;
        };
        let talks = matches!(stage, Stage::Talk { .. });
        if self.talking.swap(talks, Ordering::Relaxed) != talks || self.was {
            // What cannot be written is not said at the next start.
            let text = if talks { "yes" } else { "" };
            drop(self.profile.write(TALKING, text));
        }
        if let Stage::Main { ending, .. } = stage {
            if self.was {
                ending.get_or_insert(Ending::Lost);
            }
            self.was = false;
        }
    }
}
