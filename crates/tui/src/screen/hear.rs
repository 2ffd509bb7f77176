//! What is said: on the page it stands already, or it is told, or it is read in a panel.

use super::{Over, Screen};
use crate::app::App;
use crate::files::Made;
use crate::note::{AccountNote, LinkNote, Note, PictureNote, TalkNote, TypedNote, WayNote};
use crate::verb::Verb;
use crate::words::{Tone, labels, tell};
use crate::wrap::width;
use floater_client::proto::Id;

/// More lines than this are read in a panel.
const NOTICE_LINES: usize = 2;
/// Or more columns, whatever lines they are in.
const NOTICE_COLUMNS: usize = 240;

/// How something that is said reaches the person.
enum Way {
    /// It stands on the page.
    Page,
    Notice,
    Panel(&'static str),
}

pub(super) fn hear(screen: &mut Screen, app: &App, note: &Note) {
    match note {
        Note::Talk(TalkNote::Line { .. }) | Note::Picture(PictureNote::Offered { .. })
            if !screen.has_focus =>
        {
            screen.unread += 1;
            screen.ring(app);
        }
        Note::Picture(PictureNote::Sending { number, .. }) => {
            if let Some(sent) = app.sent.filter(|it| it.number == *number) {
                screen.pictures.sent(&sent);
            }
        }
        // Why it was not reached is no news any more.
        Note::Link(LinkNote::Up) => {
            screen.notice = screen.notice.take().filter(|it| !it.is_trouble);
            screen.told.clear();
        }
        Note::Account(AccountNote::Unblocked) => screen.reload = Some(Verb::Blocks),
        // A list that is shorter now has another line where one stood: nothing ends by a second press.
        Note::Account(AccountNote::Sessions(sessions)) => {
            if let Some(Over::Sessions(at)) = &mut screen.over
                && *at >= sessions.len()
            {
                *at = sessions.iter().position(|it| it.current).unwrap_or(0);
            }
        }
        Note::Account(AccountNote::SessionsEnded) => screen.reload = Some(Verb::Sessions),
        _ => {}
    }
    let (mut lines, tone) = (tell(app.language(), note), note.tone());
    if let Note::Typed(TypedNote::Help(_)) = note {
        let words = labels(app.language());
        let mut keys = screen.keys.told(words);
        keys.extend([String::new(), words.key.commands.to_owned()]);
        lines.splice(0..0, keys);
    }
    let width: usize = lines.iter().map(|line| width(line)).sum();
    let is_long = lines.len() > NOTICE_LINES || width > NOTICE_COLUMNS;
    match way(app, note) {
        Way::Page => {}
        // What is too long for a notice can be read, and copied.
        Way::Notice if is_long && matches!(note, Note::Talk(TalkNote::Unsaid { .. })) => {
            panel(screen, "", lines);
        }
        Way::Notice => {
            screen.told.clone_from(&lines);
            // What comes by itself takes nothing away that one is at.
            if !is_long || screen.is_at_something(app) {
                screen.notify(app.now, tone, lines);
            } else {
                panel(screen, "", lines);
            }
            if let (Some(notice), Note::Link(_)) = (&mut screen.notice, note) {
                notice.is_trouble = true;
            }
        }
        Way::Panel(title) => panel(screen, title, lines),
    }
}

fn panel(screen: &mut Screen, title: &str, lines: Vec<String>) {
    screen.over = Some(Over::Panel {
        title: title.to_owned(),
        lines,
        from: 0,
    });
}

fn way(app: &App, note: &Note) -> Way {
    let words = labels(app.language());
    match note {
        Note::Link(LinkNote::Trouble(_)) | Note::Network(_) => Way::Notice,
        Note::Link(LinkNote::Connecting | LinkNote::Up | LinkNote::Lost { .. }) => Way::Page,
        Note::Way(WayNote::SessionEnded(_) | WayNote::Farewell) => Way::Notice,
        Note::Way(_) => Way::Page,
        Note::Talk(TalkNote::Safety(_)) => Way::Panel(words.safety),
        Note::Talk(
            TalkNote::PathNone
            | TalkNote::SafetyNone
            | TalkNote::Full
            | TalkNote::Unsaid { .. }
            | TalkNote::Reported
            | TalkNote::Kept(_)
            | TalkNote::Blocked { .. },
        ) => Way::Notice,
        // How a direct path was found is news; which one is in use stands above.
        Note::Talk(TalkNote::Path(path, Some(_))) if path.direct => Way::Notice,
        Note::Talk(_) => Way::Page,
        Note::Picture(
            PictureNote::Offered { .. }
            | PictureNote::Sending { .. }
            | PictureNote::Moving { .. }
            | PictureNote::Here { .. }
            | PictureNote::Arrived { .. }
            | PictureNote::Failed { .. },
        ) => Way::Page,
        Note::Picture(_) => Way::Notice,
        Note::Account(
            AccountNote::Rules
            | AccountNote::Ask { .. }
            | AccountNote::AskDelete
            | AccountNote::Cancelled
            | AccountNote::Account(_)
            | AccountNote::Sessions(_)
            | AccountNote::Blocks(_)
            | AccountNote::Policy(_)
            | AccountNote::Seen(_),
        ) => Way::Page,
        Note::Account(_) => Way::Notice,
        Note::Typed(TypedNote::Help(_)) => Way::Panel(words.help),
        Note::Typed(_) => Way::Notice,
    }
}

/// The name of the picture in a line.
fn names(app: &App, number: usize) -> Option<Id> {
    let shown = app.talk.as_ref()?.line(number)?;
    shown.picture().map(|offer| offer.id)
}

impl Screen {
    /// Something for the screen was made.
    pub(crate) fn show(&mut self, app: &App, made: Made) {
        match made {
            // It may be of a conversation that is over.
            Made::Picture { number, id, image } if names(app, number) == Some(id) => {
                self.pictures.insert(number, image);
            }
            Made::Picture { .. } => {}
            Made::Preview { serial, image } => self.pictures.prepare(serial, image),
            Made::Listing(listing) => self.browse(listing),
            Made::Drawn {
                number,
                room,
                drawn,
            } => self.drawn(number, room, drawn),
        }
        if let Some(notice) = &self.notice
            && notice.tone == Tone::Quiet
        {
            self.notice = None;
        }
    }
}
