//! English.

use super::en_faults::{dial, fault, picture_fault};
use super::en_network::network;
use super::en_screen;
use super::{clock, date, said, size};
use crate::form::{Field, Purpose};
use crate::harmless::harmless;
use crate::note::{
    AccountNote, FieldFault, LinkNote, Note, PictureNote, TalkNote, TypedNote, WayNote,
};
use crate::verb::{Place, Verb};
use floater_client::proto::body::{BlockLine, Here, Policy, SessionEnd, SessionLine};
use floater_client::{Ending, Found, Kind, PathInUse, SafetyWord};
use std::io;

pub(super) fn words(note: &Note) -> String {
    match note {
        Note::Link(note) => link(note),
        Note::Way(note) => way(note),
        Note::Talk(note) => talk(note),
        Note::Picture(note) => picture(note),
        Note::Account(note) => account(note),
        Note::Typed(note) => typed(note),
        Note::Network(note) => network(note),
    }
}

fn link(note: &LinkNote) -> String {
    match note {
        LinkNote::Connecting => "Connecting to the server…".into(),
        LinkNote::Up => "Connected again.".into(),
        LinkNote::Lost { held: None } => "Connection lost, reconnecting…".into(),
        LinkNote::Lost { held: Some(left) } => {
            format!(
                "Reconnecting… your place is kept for {}. What you write is sent then.",
                clock(*left)
            )
        }
        LinkNote::Trouble(error) => dial(error),
    }
}

fn way(note: &WayNote) -> String {
    match note {
        WayNote::Door => "Nobody is logged in. /login, or /register; /help for all commands.".into(),
        WayNote::Main { username } => {
            format!("Hello, {}. /seek to talk to a stranger, /help for all commands.", harmless(username))
        }
        WayNote::AskPolicy => "Allow direct connections? They are faster and not through our server; the other one's program then knows your network address. Now: always hidden.\n/policy direct to allow it, /policy hidden to keep it so. You can change it at any time.".into(),
        WayNote::Here(here) => self::here(*here),
        WayNote::Waiting => "Waiting for a stranger: somebody at random, of all who want to talk now. /stop to stop waiting.".into(),
        WayNote::Widened => "You have met everybody new today. It may now be somebody you talked to before.".into(),
        WayNote::Stopped => "Not waiting any more. /seek to talk.".into(),
        WayNote::Met { own, peer, left, before } => met(own, peer, *left, *before),
        WayNote::Greeted { own: true, peer: false } => "You have greeted · waiting for the other.".into(),
        WayNote::Greeted { own: false, peer: true } => "The other waits for your hello.".into(),
        WayNote::Greeted { .. } => "Both have greeted.".into(),
        WayNote::Opened => "You have both said 你好. It begins here. Type to talk, /help for all commands.".into(),
        WayNote::Ended(ending) => ended(*ending),
        WayNote::Remains => "For ten minutes you can /report, /block, or /save pictures. /seek to talk to somebody else.".into(),
        WayNote::Elsewhere => "Your conversation or waiting is elsewhere. Only one place can talk at a time. /end to end it there.".into(),
        WayNote::SessionEnded(why) => session_ended(*why).into(),
        WayNote::Farewell => "Good-bye.".into(),
    }
}

fn here(here: Here) -> String {
    match (here.at_least, here.below) {
        (0, Some(below)) => format!("Fewer than {below} people are here now."),
        (at_least, Some(below)) => format!("Between {at_least} and {below} people are here now."),
        (at_least, None) => format!("More than {at_least} people are here now."),
    }
}

fn met(own: &str, peer: &str, left: u64, before: bool) -> String {
    let again = if before {
        "Nobody new today: you may have met this one before.\n"
    } else {
        ""
    };
    format!(
        "You have met a stranger! You are {}, the other is {}.\n{again}Type 你好 (or /hello) to greet. When both have, the conversation begins. {left} s left.",
        harmless(own),
        harmless(peer)
    )
}

fn ended(ending: Ending) -> String {
    let [what, note] = en_screen::ending(ending);
    format!("{what}. {note}")
}

const fn session_ended(why: SessionEnd) -> &'static str {
    match why {
        SessionEnd::LoggedOut => "The session here was ended.",
        SessionEnd::Password => {
            "The password was changed, and all other sessions were ended. Please log in with the new one."
        }
        SessionEnd::Deleted => "The account is deleted. Fair winds.",
        SessionEnd::Suspended => "The account is suspended. Logging in tells the reason.",
        SessionEnd::Expired => "You have not been here for long. Please log in again.",
    }
}

fn talk(note: &TalkNote) -> String {
    match note {
        TalkNote::Line { .. } => String::new(),
        TalkNote::Tick { number, tick } => format!("[{number}] {}", en_screen::tick(*tick)),
        TalkNote::Typing { name } => format!("{} is typing…", harmless(name)),
        TalkNote::Away { left } => format!(
            "The other one's network is unsteady · their place is kept for {}.",
            clock(*left)
        ),
        TalkNote::Back => "The other one is back.".into(),
        TalkNote::Path(path, found) => format!(
            "{}{}",
            self::path(path),
            found.as_ref().map(self::found).unwrap_or_default()
        ),
        TalkNote::PathNone => "There is no conversation now.".into(),
        TalkNote::Safety(words) => safety(words),
        TalkNote::SafetyNone => {
            "There is no safety code yet: it is worked out as soon as a conversation begins. If it never comes, the other program, or something between you two, does not keep to the rules: say nothing that matters.".into()
        }
        TalkNote::Full => {
            "The other side is still receiving; this line is sent in a moment.".into()
        }
        TalkNote::AskLeave { peer } => format!(
            "End this conversation? You and {} will both be back on the main page. It cannot be continued.\n/leave once more to end it; anything else keeps talking.",
            harmless(peer)
        ),
        TalkNote::AskQuit { peer } => format!(
            "Quitting ends this conversation: you and {} will both be back on the main page.\n/quit once more to quit; anything else keeps talking.",
            harmless(peer)
        ),
        TalkNote::AskLogOut { peer } => format!(
            "Logging out ends this conversation; you and {} cannot continue it.\n/logout once more to log out; anything else keeps talking.",
            harmless(peer)
        ),
        TalkNote::AskInterrupt => {
            "Ctrl-C once more ends the conversation and quits; anything typed keeps talking.".into()
        }
        TalkNote::Stays => "Good, you keep talking.".into(),
        TalkNote::Unsaid { text } => said("Not sent: ", text).join("\n"),
        TalkNote::Reported => "The report was sent. Thank you.".into(),
        TalkNote::Kept(path) => format!(
            "The conversation was saved: {}",
            harmless(&path.display().to_string())
        ),
        TalkNote::Blocked { peer } => format!(
            "{} is blocked: you will not be matched again, and the other one is not told. /blocks to undo it.",
            harmless(peer)
        ),
    }
}

const fn path(path: &PathInUse) -> &'static str {
    match (path.direct, path.policy) {
        (true, _) => "direct: the two devices are connected without the server",
        (false, Policy::Direct) => {
            "relayed: passed on by the server, end-to-end encrypted, it cannot read anything"
        }
        (false, Policy::Hidden) => {
            "address hidden: passed on by the server; neither sees the other's network address"
        }
    }
}

fn found(found: &Found) -> String {
    let by = match found.kind {
        Kind::Ipv6 => "IPv6",
        Kind::Lan => "the same network",
        Kind::Open => "an open port",
        Kind::Observed => "the public address",
        Kind::Predicted => "a predicted port",
        Kind::Hairpin => "the same router",
        Kind::Birthday => "a port found by chance",
    };
    format!(" ({by}, {} ms)", found.after)
}

fn safety(words: &[SafetyWord]) -> String {
    let all: Vec<String> = words
        .iter()
        .map(|it| format!("{} {}", it.emoji, it.en))
        .collect();
    format!(
        "Safety code: {}\nBoth of you should see the same seven words. The same code means that nobody in between has swapped the keys; it does not tell who the other one is.",
        all.join(" · ")
    )
}

fn picture(note: &PictureNote) -> String {
    match note {
        PictureNote::Offered { number, name, offer } => {
            let still = if offer.still { ", first frame of an animation" } else { "" };
            format!("[{number}] {} sent a picture: {} · {} × {}{still}. /open {number} to see it, /save {number} FILE to keep it.", harmless(name), size(offer.size), offer.width, offer.height)
        }
        PictureNote::Preparing => "Preparing the picture…".into(),
        PictureNote::Sending { number, offer } => format!("[{number}] Sending the picture: {} · {} × {}. Location and other details removed.", size(offer.size), offer.width, offer.height),
        PictureNote::Moving { number, own: true, percent } => format!("[{number}] Sending {percent}%"),
        PictureNote::Moving { number, own: false, percent } => format!("[{number}] Receiving {percent}%"),
        PictureNote::Here { number } => format!("[{number}] The picture is here."),
        PictureNote::Arrived { number } => format!("[{number}] The picture was delivered."),
        PictureNote::Failed { number, own: true } => format!("[{number}] The picture could not be sent."),
        PictureNote::Failed { number, own: false } => format!("[{number}] The picture did not arrive."),
        PictureNote::Unfit(error) => picture_fault(*error).into(),
        PictureNote::Undecodable => "The picture cannot be shown: it is incomplete, too large, or not what was offered. Nothing was saved.".into(),
        PictureNote::Saved(path) => format!("Saved: {}", harmless(&path.display().to_string())),
        PictureNote::Shown(path) => format!("Opened with the system's viewer: {} (deleted when you quit)", harmless(&path.display().to_string())),
        PictureNote::NoScreen => "There is no desktop here that could show pictures. Use /save to make it a file.".into(),
    }
}

fn account(note: &AccountNote) -> String {
    match note {
        AccountNote::Rules => RULES.into(),
        AccountNote::Ask { purpose, field } => ask(*purpose, *field).into(),
        AccountNote::Unfit(fault) => unfit(*fault),
        AccountNote::Cancelled => "Cancelled.".into(),
        AccountNote::Mailed { purpose: Purpose::Recover, email } => format!("If {} is registered, a mail is on its way. Look in your inbox, and among the spam.", harmless(email)),
        AccountNote::Mailed { email, .. } => format!("If {} can be registered, a mail is on its way. Look in your inbox, and among the spam. /again sends it again.", harmless(email)),
        AccountNote::Activated => "Your account is active. Please log in.".into(),
        AccountNote::PasswordReset => "The new password holds; all other sessions were ended. Please log in.".into(),
        AccountNote::PasswordChanged => "The password was changed; all other sessions were ended.".into(),
        AccountNote::Renamed => "The name was changed.".into(),
        AccountNote::LoggedOut => "Logged out.".into(),
        AccountNote::AskDelete => "Delete the account: e-mail, name, password, blocked people and all sessions are deleted at once; a conversation in progress ends.\nReports that were filed stay until they are settled. Conversations were never kept. This cannot be undone.".into(),
        AccountNote::Account(account) => format!("Name: {}\nE-mail: {}\nRegistered {}", harmless(account.username.as_str()), harmless(account.email.as_str()), date(account.created)),
        AccountNote::Sessions(sessions) => self::sessions(sessions),
        AccountNote::SessionsEnded => "Ended.".into(),
        AccountNote::Blocks(blocks) => self::blocks(blocks),
        AccountNote::Unblocked => "Unblocked.".into(),
        AccountNote::Policy(Policy::Direct) => "From the next match on: direct connections are allowed, after both have said 你好.".into(),
        AccountNote::Policy(Policy::Hidden) => "From now on: your address is always hidden.".into(),
        AccountNote::Seen(true) => "Read ticks: on. Shown only if both have them on.".into(),
        AccountNote::Seen(false) => "Read ticks: off.".into(),
        AccountNote::Exported(path) => format!("Everything the server knows about you is now in {}", harmless(&path.display().to_string())),
        AccountNote::Refused(problem) => fault(problem),
    }
}

const RULES: &str = "What we agree on here:
1. Only for people of 18 years or older.
2. No harassment, no threats, no hate. When the other says no, stop.
3. No sexual content without consent. Sexual content about minors is handed to the authorities.
4. No advertising, no fraud. Do not trust who asks for money or codes.
5. Do not publish what the other says or shows.
6. You may leave, block or report at any time. A report opens only what you choose.";

const fn ask(purpose: Purpose, field: Field) -> &'static str {
    match (purpose, field) {
        (_, Field::Adult) => {
            "Are you 18 or older, and do you accept these rules? Type yes. An empty line cancels."
        }
        (_, Field::Email) => "E-mail (nobody you talk to sees it):",
        (_, Field::Name) => "Name (what others see when you talk, 1 to 24 characters):",
        (_, Field::Code) => "The code of 8 characters from the mail (upper or lower case):",
        (Purpose::Password, Field::Password) => "The password of now (not shown while you type):",
        (Purpose::Delete, Field::Password) => {
            "If you are sure, type the password (not shown while you type). An empty line cancels."
        }
        (_, Field::Password) => "Password (not shown while you type):",
        (_, Field::NewPassword) => {
            "New password (8 to 128 characters, not shown while you type; a sentence that you remember is good):"
        }
        (_, Field::Repeat) => "The new password once more:",
    }
}

fn unfit(fault: FieldFault) -> String {
    match fault {
        FieldFault::Email => "Please give a full address, such as name@example.org.".into(),
        FieldFault::NameEmpty => "Please choose a name.".into(),
        FieldFault::NameLong => "A name has at most 24 characters.".into(),
        FieldFault::NameForbidden => {
            "The name holds characters that are not allowed, or too many marks on one letter. Please change it.".into()
        }
        FieldFault::PasswordShort(1) => "1 character more.".into(),
        FieldFault::PasswordShort(n) => format!("{n} characters more."),
        FieldFault::PasswordLong => "A password has at most 128 characters.".into(),
        FieldFault::Repeat => "The two differ; please choose it again.".into(),
        FieldFault::Code => "The code has 8 letters and digits.".into(),
        FieldFault::Adult => "To register you must be 18 or older and accept the rules.".into(),
    }
}

fn sessions(sessions: &[SessionLine]) -> String {
    let lines = sessions.iter().enumerate().map(|(at, session)| {
        let own = if session.current { " (this one)" } else { "" };
        format!(
            "{}. {} · last used {}{own}",
            at + 1,
            harmless(&session.agent),
            date(session.used)
        )
    });
    let all: Vec<String> = lines.collect();
    format!(
        "Logged-in devices:\n{}\n/end-session N ends one, /end-session others all others.",
        all.join("\n")
    )
}

fn blocks(blocks: &[BlockLine]) -> String {
    if blocks.is_empty() {
        return "You have blocked nobody.".into();
    }
    let lines = blocks.iter().enumerate().map(|(at, block)| {
        format!(
            "{}. {} · {}",
            at + 1,
            harmless(block.name.as_str()),
            date(block.date)
        )
    });
    let all: Vec<String> = lines.collect();
    format!(
        "Blocked people:\n{}\n/unblock N takes one back.",
        all.join("\n")
    )
}

fn typed(note: &TypedNote) -> String {
    match note {
        TypedNote::Help(place) => help(*place),
        TypedNote::Unknown => "There is no such command. /help for all commands; to say a line that begins with /, type //.".into(),
        TypedNote::Usage(verb) => format!("Usage: /{}{}", verb.name(), verb.more()),
        TypedNote::NotNow(place) => not_now(*place).into(),
        TypedNote::GreetFirst => "Say 你好 (or /hello) first: the conversation begins when both have. What you typed was not sent.".into(),
        TypedNote::NoLine(number) => format!("There is no line {number}. Use the number in brackets."),
        TypedNote::NotTheirs(number) => format!("Line {number} is not the other one's. A report opens only what the other one said."),
        TypedNote::NoPicture(number) => format!("Line {number} is no picture of the other one, or it is gone."),
        TypedNote::NotYet(number) => format!("The picture of line {number} is still arriving. One moment."),
        TypedNote::LineLong => "This line is too long and was not sent: 16 KiB at most. Send it in parts.".into(),
        TypedNote::LineFoul => "This line is not UTF-8 text and was not taken.".into(),
        TypedNote::Busy => "The same is under way already. One moment.".into(),
        TypedNote::NothingToReport => "There is no conversation to report or block: only the one of now, or one that ended within ten minutes.".into(),
        TypedNote::File { path, why } => format!("{}: {}", harmless(&path.display().to_string()), file(*why)),
        TypedNote::FileLarge(path) => format!("{}: more than 64 MB, too large.", harmless(&path.display().to_string())),
        TypedNote::Unkept(why) => format!("This could not be kept in the data directory, so the next start will ask again: {}", harmless(why)),
    }
}

fn file(why: io::ErrorKind) -> String {
    match why {
        io::ErrorKind::NotFound => "there is no such file or directory. Check the path.".into(),
        io::ErrorKind::AlreadyExists => {
            "the file exists already and was not overwritten. Choose another name.".into()
        }
        io::ErrorKind::PermissionDenied => "not permitted. Choose another place.".into(),
        io::ErrorKind::IsADirectory => "this is a directory. Add the name of a file.".into(),
        io::ErrorKind::InvalidInput => "it is no plain file.".into(),
        io::ErrorKind::StorageFull => "the disk is full. Make room and try again.".into(),
        other => format!("cannot be read or written ({other})."),
    }
}

const fn not_now(place: Place) -> &'static str {
    match place {
        Place::Starting => "The server is not reached yet. One moment.",
        Place::Door => "Nobody is logged in. /login, or /register.",
        Place::Main => "There is no conversation now. /seek to talk.",
        Place::Waiting => "Still waiting for somebody. /stop to stop waiting.",
        Place::Greeting => "Say 你好 (or /hello) first, or /leave.",
        Place::Talk => "You are in a conversation. /leave ends it.",
        Place::Elsewhere => "Your conversation or waiting is elsewhere. /end to end it there.",
    }
}

fn help(place: Place) -> String {
    let verbs = Verb::at(place)
        .iter()
        .map(|verb| format!("/{}{}  {}", verb.name(), verb.more(), does(*verb)));
    let all: Vec<String> = verbs.collect();
    let more = if place == Place::Talk {
        "Type a line and press Enter to send it.\n"
    } else {
        ""
    };
    format!("{more}{}", all.join("\n"))
}

const fn does(verb: Verb) -> &'static str {
    match verb {
        Verb::Help => "all commands",
        Verb::Quit => "quit",
        Verb::Register => "register",
        Verb::LogIn => "log in",
        Verb::Activate => "activate the account with the code from the mail",
        Verb::Again => "send the activation mail again",
        Verb::Recover => "forgotten password",
        Verb::Seek => "meet a stranger, at random",
        Verb::Stop => "stop waiting",
        Verb::Hello => "say 你好 (nǐ hǎo, hello)",
        Verb::End => "end the conversation or waiting elsewhere",
        Verb::Leave => "end the conversation",
        Verb::Quote => "say something that quotes line N",
        Verb::Picture => "send a picture (location and other details are removed)",
        Verb::Open => "look at the picture of line N",
        Verb::Save => "save the picture of line N",
        Verb::Report => "report; only the messages you choose are opened",
        Verb::Block => "never be matched with this one again",
        Verb::Safety => "the safety code",
        Verb::Path => "the path in use",
        Verb::Hide => "hide your address from now on, no direct connection",
        Verb::Account => "your name and e-mail",
        Verb::Name => "change the name",
        Verb::Password => "change the password",
        Verb::Policy => "allow direct connections, or always hide the address",
        Verb::Seen => "read ticks",
        Verb::Sessions => "logged-in devices",
        Verb::EndSession => "end other sessions",
        Verb::Blocks => "blocked people",
        Verb::Unblock => "take a block back",
        Verb::Export => "export my data",
        Verb::Transcript => "save the conversation as text",
        Verb::Delete => "delete the account",
        Verb::LogOut => "log out",
    }
}
