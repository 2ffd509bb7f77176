//! English: the full screen.

use super::clock;
use super::labels::{Keyed, Labels, Settled};
use super::size;
use crate::app::Standing;
use crate::form::{Field, Purpose};
use crate::options::Tongue;
use crate::settings::Theme;
use floater_client::proto::body::{Offence, Policy};
use floater_client::{Ending, LinkState, PathInUse, Tick};

pub(super) static LABELS: Labels = Labels {
    verse: ["In a sea of people,", "strangers may still meet."],
    promise: "Anonymous, one to one, end-to-end encrypted. Either may leave at any moment.",
    purpose,
    field,
    field_note,
    strength: ["easily guessed", "rather weak", "fair", "good"],
    strength_is: |word| format!("Strength: {word}"),
    agree: "I am 18 or older and accept the rules above",
    one_moment: "One moment…",
    starting: "Coming ashore…",
    link,
    hello: |name| format!("Hello, {name}"),
    seek: "Talk",
    here_unknown: "Looking how many are here…",
    waiting: "Waiting for a stranger",
    looking: "Somebody at random, of all who want to talk now.",
    widened: "You have met everybody new today. It may now be somebody you talked to before.",
    stop: "Stop waiting",
    elapsed: |span| format!("{span} so far"),
    found: "Somebody is here",
    met: "You have met a stranger",
    both: |own, peer| format!("You are {own}, the other is {peer}"),
    met_before: "Nobody new today: you may have met this one before.",
    greet: "你好",
    greeted: |(own, peer)| match (own, peer) {
        (false, false) => "Say hello",
        (true, _) => "You have greeted · waiting for the other",
        (false, true) => "The other waits for your hello",
    },
    left: |seconds| format!("{seconds} s left"),
    greet_note: "When both have said 你好 (nǐ hǎo, hello), the conversation begins.\nOr type 你好 and press Enter.",
    opened: "You have both said 你好. It begins here.",
    me: "Me",
    path,
    tick,
    placeholder: "Write something…",
    typing: |name| format!("{name} is typing…"),
    away: |left| format!("The other one’s network is unsteady · their place is kept for {left}"),
    quoting: "Quoting",
    quoted: "quoting",
    quote_gone: "What was quoted",
    room: |n| format!("Room for about {n} more characters"),
    over: |n| format!("About {n} characters too long; please send it in parts"),
    full: "The other side is still receiving: wait a moment",
    new_below: |n| match n {
        1 => "↓ 1 new message".into(),
        n => format!("↓ {n} new messages"),
    },
    escape: "Press Esc again to leave",
    leave_title: "End this conversation?",
    leave_lead: |name| {
        format!("You and {name} will both be back on the main page. It cannot be continued.")
    },
    stay: "Keep talking",
    leave: "Leave",
    quit: "Quit",
    picture_of: |bytes| format!("[picture {}]", size(bytes)),
    view: "Enter to view",
    standing,
    still: "first frame of an animation",
    stripped: "Location and other details removed",
    ready: "Picture to send",
    pick: "Choose a picture",
    nothing_here: "No picture and no folder is here.",
    unreadable: "This folder cannot be opened.",
    safety: "Safety code",
    menu: "Menu",
    settings: "Settings",
    help: "Help",
    report: "Report",
    report_lead: "Say what happened. Only the messages you choose are opened to the moderators; each bears the other’s signature and cannot be forged.",
    report_lines: "Messages to open",
    report_none: "The other one has not written anything to choose from.",
    report_note: "In your words (optional)",
    offence,
    block: "Block",
    block_title: |name| format!("Block {name}?"),
    block_lead: "The two of you will not be matched again. The other one is not told. You can undo it in the settings.",
    keep: "Save the conversation",
    save_picture: "Save the picture",
    save_where: "Save it where?",
    forget: "Put away",
    with: |name| format!("Your conversation with {name} · for ten minutes you can:"),
    ending,
    transcript: |own, peer, begun| format!("{own} and {peer} · {begun}"),
    elsewhere: [
        "Your conversation is elsewhere",
        "You talk or wait on another device or in another program. Only one place can talk at a time.",
    ],
    end_elsewhere: "End it there",
    policy_title: "Allow a direct connection?",
    policy_lead: "Two people can be connected directly, without a server between them. It is faster, but the other one’s program then knows your network address.",
    policy,
    later: "You can change this in the settings.",
    small: "The window is too small",
    unread: |n, name| format!("({n}) {name}"),
    set: Settled {
        name: "Name",
        password: "Change the password",
        language: "Language",
        tongue: |tongue| match tongue {
            Tongue::Chinese => "中文",
            Tongue::English => "English",
        },
        theme: "Theme",
        themed: |theme| match theme {
            Theme::Terminal => "as the terminal",
            Theme::Light => "light",
            Theme::Dark => "dark",
        },
        sounds: "Bell",
        typing: "Show that I am typing",
        seen: "Read ticks (only if both have them on)",
        pictures: "Show received pictures at once",
        policy: "Connection",
        blocks: "Blocked people",
        no_blocks: "You have blocked nobody.",
        sessions: "Devices",
        this: "this one",
        others: "End all other sessions",
        export: "Export my data",
        delete: "Delete the account",
        log_out: "Log out",
        on: "on",
        off: "off",
    },
    key: Keyed {
        choose: "choose",
        go: "go on",
        back: "back",
        before: "before",
        next: "next",
        send: "send",
        line: "new line",
        picture: "picture",
        lines: "messages",
        write: "write",
        quote: "quote",
        open: "view",
        save: "save",
        viewer: "open in the viewer",
        mark: "mark",
        scroll: "scroll",
        command: "command",
        show: "show the password",
        hide: "hide the password",
        suspend: "suspend",
        redraw: "redraw",
        quit: "quit",
        commands: "Commands:",
    },
    command: "type a command; /help shows all",
};

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::LogIn => "Log in",
        Purpose::Register => "Register",
        Purpose::Activate => "Activate your account",
        Purpose::Again => "Send the mail again",
        Purpose::Recover => "Forgotten password",
        Purpose::Reset => "Set a new password",
        Purpose::Password => "Change the password",
        Purpose::Delete => "Delete the account",
    }
}

fn field(field: Field) -> &'static str {
    match field {
        Field::Adult => "Rules",
        Field::Email => "E-mail",
        Field::Name => "Name",
        Field::Code => "Code of 8 characters",
        Field::Password => "Password",
        Field::NewPassword => "New password",
        Field::Repeat => "Once more",
    }
}

fn field_note(field: Field) -> &'static str {
    match field {
        Field::Email => "Nobody you talk to sees it.",
        Field::Name => {
            "What others see when you talk: 1 to 24 characters. You can change it later."
        }
        Field::Code => "It is in the mail. Upper or lower case.",
        Field::NewPassword => {
            "8 to 128 characters, any of them. A sentence that you remember is good."
        }
        Field::Adult | Field::Password | Field::Repeat => "",
    }
}

fn link(state: LinkState, now: u64) -> String {
    match state {
        LinkState::Up => String::new(),
        LinkState::Connecting => "Connecting to the server…".into(),
        LinkState::Lost {
            held_until: Some(until),
            ..
        } => {
            let left = until.saturating_sub(now).div_ceil(1000);
            format!("Reconnecting… your place is kept for {}", clock(left))
        }
        LinkState::Lost { retry_at, .. } => match retry_at.saturating_sub(now).div_ceil(1000) {
            0 => "Connection lost, reconnecting…".into(),
            left => format!("Connection lost, next try in {left} s"),
        },
    }
}

fn path(path: PathInUse) -> &'static str {
    match (path.direct, path.policy) {
        (true, _) => "direct",
        (false, Policy::Direct) => "relayed",
        (false, Policy::Hidden) => "hidden",
    }
}

pub(super) fn tick(tick: Tick) -> &'static str {
    match tick {
        Tick::Waiting => "waiting",
        Tick::Sent => "sent",
        Tick::Delivered => "delivered",
        Tick::Seen => "read",
    }
}

fn standing(own: bool, standing: Standing) -> String {
    match (own, standing) {
        (true, Standing::Moving(percent)) => format!("Sending {percent}%"),
        (false, Standing::Moving(percent)) => format!("Receiving {percent}%"),
        (_, Standing::Complete) => String::new(),
        (true, Standing::Failed) => "The picture could not be sent. You may send it again.".into(),
        (false, Standing::Failed) => "The picture did not arrive. You may ask for it again.".into(),
    }
}

fn offence(offence: Offence) -> &'static str {
    match offence {
        Offence::Sexual => "Sexual content without consent",
        Offence::Minor => "Shows or endangers a minor",
        Offence::Abuse => "Hate, threats, harassment",
        Offence::Spam => "Advertising, fraud",
        Offence::Other => "Something else (please explain)",
    }
}

pub(super) fn ending(ending: Ending) -> [&'static str; 2] {
    match ending {
        Ending::YouLeft => [
            "You ended the conversation",
            "You met, and you part. Farewell to both.",
        ],
        Ending::PeerLeft => ["The other one left", "You met, and you part."],
        Ending::Lost => [
            "The connection was lost",
            "It could not be restored, so it is over.",
        ],
        Ending::Moderator => [
            "A moderator ended the conversation",
            "It was ended according to the rules.",
        ],
        Ending::YouSilent => [
            "You did not say hello this time",
            "That is all right. Set out again when you feel like it.",
        ],
        Ending::PeerSilent => [
            "The other one did not answer",
            "Perhaps they had just stepped away. You are waiting for the next one.",
        ],
        Ending::Unreachable => [
            "The other one could not be reached",
            "The networks did not meet. Your waiting time still counts.",
        ],
    }
}

fn policy(policy: Policy) -> [&'static str; 2] {
    match policy {
        Policy::Direct => [
            "Allow direct connections",
            "Faster, and not through the server; the other one’s program then knows your network address. Only after both have said 你好.",
        ],
        Policy::Hidden => [
            "Always hide my address",
            "Everything is passed on by the server, which cannot read it. The other one never sees your address.",
        ],
    }
}
