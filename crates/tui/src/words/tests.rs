//! Every note in both languages, as the file beside this one has it.

use super::*;
use crate::form::{Field, Purpose};
use crate::note::{AccountNote, FieldFault, TypedNote, WayNote};
use crate::verb::{Place, Verb};
use expect_test::expect_file;
use floater_client::picture::PictureError;
use floater_client::proto::body::{
    Account, BlockLine, Fault, Here, PictureKind, PictureOffer, Policy, Problem, SessionEnd,
    SessionLine,
};
use floater_client::proto::{Binary, Email, Username};
use floater_client::{
    Class, DialError, Ending, ExamineError, Filtering, Fingerprint, Found, Kind, Network,
    PathInUse, Ports, SafetyWord, Tick, Untested,
};
use std::io::ErrorKind;

/// What somebody hostile is called, says, or names a file.
const HOSTILE: &str = "\u{1b}[2Jmallory\u{202e}\nThe other one left";

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn path(direct: bool, policy: Policy) -> PathInUse {
    PathInUse { direct, policy }
}

fn links() -> Vec<Note> {
    let pinned = Fingerprint::of(b"one");
    let shown = Fingerprint::of(b"other");
    let troubles = [
        DialError::Unknown,
        DialError::Unreachable(ErrorKind::ConnectionRefused),
        DialError::NotPinned { pinned, shown },
        DialError::Untrusted(hostile()),
        DialError::NoTls,
        DialError::Tls(hostile()),
    ];
    let states = [
        LinkNote::Connecting,
        LinkNote::Up,
        LinkNote::Lost { held: None },
        LinkNote::Lost { held: Some(102) },
    ];
    let troubles = troubles.into_iter().map(LinkNote::Trouble);
    states.into_iter().chain(troubles).map(Note::Link).collect()
}

fn ways() -> Vec<Note> {
    let met = |before| WayNote::Met {
        own: "小明".to_owned(),
        peer: hostile(),
        left: 45,
        before,
    };
    let here = |at_least, below| WayNote::Here(Here { at_least, below });
    let greeted = |own, peer| WayNote::Greeted { own, peer };
    let mut notes = vec![
        WayNote::Door,
        WayNote::Main {
            username: hostile(),
        },
        WayNote::AskPolicy,
        here(0, Some(10)),
        here(10, Some(30)),
        here(10_000, None),
        WayNote::Waiting,
        WayNote::Widened,
        WayNote::Stopped,
        met(false),
        met(true),
        greeted(true, false),
        greeted(false, true),
        greeted(true, true),
        WayNote::Opened,
        WayNote::Remains,
        WayNote::Elsewhere,
        WayNote::Farewell,
    ];
    let endings = [
        Ending::YouLeft,
        Ending::PeerLeft,
        Ending::Lost,
        Ending::Moderator,
        Ending::YouSilent,
        Ending::PeerSilent,
        Ending::Unreachable,
    ];
    notes.extend(endings.map(WayNote::Ended));
    let ends = [
        SessionEnd::LoggedOut,
        SessionEnd::Password,
        SessionEnd::Deleted,
        SessionEnd::Suspended,
        SessionEnd::Expired,
    ];
    notes.extend(ends.map(WayNote::SessionEnded));
    notes.into_iter().map(Note::Way).collect()
}

fn talks() -> Vec<Note> {
    let line = |quote, text: &str| TalkNote::Line {
        number: 3,
        name: hostile(),
        quote,
        text: text.to_owned(),
    };
    let word = SafetyWord {
        emoji: "🌊",
        zh: "海浪",
        en: "wave",
    };
    let mut notes = vec![
        line(None, "你好呀"),
        line(Some(2), "yes"),
        line(None, HOSTILE),
        TalkNote::Typing { name: hostile() },
        TalkNote::Away { left: 119 },
        TalkNote::Back,
        TalkNote::Path(path(true, Policy::Direct), None),
        TalkNote::Path(path(false, Policy::Direct), None),
        TalkNote::Path(path(false, Policy::Hidden), None),
        TalkNote::PathNone,
        TalkNote::Safety(vec![word; 7]),
        TalkNote::SafetyNone,
        TalkNote::Full,
        TalkNote::AskLeave { peer: hostile() },
        TalkNote::AskQuit { peer: hostile() },
        TalkNote::AskLogOut { peer: hostile() },
        TalkNote::Unsaid { text: hostile() },
        TalkNote::AskInterrupt,
        TalkNote::Stays,
        TalkNote::Reported,
        TalkNote::Blocked { peer: hostile() },
    ];
    let kinds = [
        Kind::Ipv6,
        Kind::Lan,
        Kind::Open,
        Kind::Observed,
        Kind::Predicted,
        Kind::Hairpin,
        Kind::Birthday,
    ];
    notes.extend(kinds.map(|kind| {
        let found = Found { kind, after: 122 };
        TalkNote::Path(path(true, Policy::Direct), Some(found))
    }));
    let ticks = [Tick::Waiting, Tick::Sent, Tick::Delivered, Tick::Seen];
    notes.extend(ticks.map(|tick| TalkNote::Tick { number: 4, tick }));
    notes.into_iter().map(Note::Talk).collect()
}

fn pictures() -> Vec<Note> {
    let offer = |size, still| PictureOffer {
        id: Binary([0; 16]),
        kind: PictureKind::Jpeg,
        size,
        width: 4096,
        height: 3072,
        sha256: Binary([0; 32]),
        thumbhash: String::new(),
        still,
    };
    let moving = |own| PictureNote::Moving {
        number: 5,
        own,
        percent: 50,
    };
    let failed = |own| PictureNote::Failed { number: 5, own };
    let notes = [
        PictureNote::Offered {
            number: 5,
            name: hostile(),
            offer: offer(1_300_000, false),
        },
        PictureNote::Offered {
            number: 5,
            name: "小红".to_owned(),
            offer: offer(999, true),
        },
        PictureNote::Preparing,
        PictureNote::Sending {
            number: 5,
            offer: offer(20_480, false),
        },
        moving(true),
        moving(false),
        PictureNote::Here { number: 5 },
        PictureNote::Arrived { number: 5 },
        failed(true),
        failed(false),
        PictureNote::Unfit(PictureError::Kind),
        PictureNote::Unfit(PictureError::Broken),
        PictureNote::Unfit(PictureError::Large),
        PictureNote::Undecodable,
        PictureNote::Saved(HOSTILE.into()),
        PictureNote::Shown("/tmp/floater-5.jpg".into()),
        PictureNote::NoScreen,
    ];
    notes.into_iter().map(Note::Picture).collect()
}

const PURPOSES: [Purpose; 8] = [
    Purpose::Register,
    Purpose::Activate,
    Purpose::Again,
    Purpose::Recover,
    Purpose::Reset,
    Purpose::LogIn,
    Purpose::Password,
    Purpose::Delete,
];

fn questions() -> Vec<Note> {
    let fields = [
        Field::Adult,
        Field::Email,
        Field::Name,
        Field::Code,
        Field::NewPassword,
        Field::Repeat,
    ];
    let ask = |purpose, field| AccountNote::Ask { purpose, field };
    let mut notes = vec![AccountNote::Rules, AccountNote::AskDelete];
    notes.extend(fields.map(|field| ask(Purpose::Register, field)));
    let passwords = [Purpose::LogIn, Purpose::Password, Purpose::Delete];
    notes.extend(passwords.map(|purpose| ask(purpose, Field::Password)));
    let faults = [
        FieldFault::Email,
        FieldFault::NameEmpty,
        FieldFault::NameLong,
        FieldFault::NameForbidden,
        FieldFault::PasswordShort(1),
        FieldFault::PasswordShort(3),
        FieldFault::PasswordLong,
        FieldFault::Repeat,
        FieldFault::Code,
        FieldFault::Adult,
    ];
    notes.extend(faults.map(AccountNote::Unfit));
    notes.into_iter().map(Note::Account).collect()
}

fn accounts() -> Vec<Note> {
    let name = Username::new("小明").unwrap();
    let session = |current| SessionLine {
        session: Binary([0; 16]),
        agent: hostile(),
        created: 0,
        used: 1_795_503_600,
        current,
    };
    let block = BlockLine {
        id: Binary([0; 16]),
        name: name.clone(),
        date: 1_795_503_600,
    };
    let account = Account {
        email: Email::new("ming@example.org").unwrap(),
        username: name,
        created: 1_795_503_600,
        language: Language::Chinese,
    };
    let mailed = |purpose| AccountNote::Mailed {
        purpose,
        email: "ming@example.org".to_owned(),
    };
    let notes = [
        mailed(PURPOSES[0]),
        mailed(PURPOSES[3]),
        AccountNote::Cancelled,
        AccountNote::Activated,
        AccountNote::PasswordReset,
        AccountNote::PasswordChanged,
        AccountNote::Renamed,
        AccountNote::LoggedOut,
        AccountNote::Account(account),
        AccountNote::Sessions(vec![session(true), session(false)]),
        AccountNote::SessionsEnded,
        AccountNote::Blocks(Vec::new()),
        AccountNote::Blocks(vec![block]),
        AccountNote::Unblocked,
        AccountNote::Policy(Policy::Direct),
        AccountNote::Policy(Policy::Hidden),
        AccountNote::Seen(true),
        AccountNote::Seen(false),
        AccountNote::Exported("all.json".into()),
    ];
    notes.into_iter().map(Note::Account).collect()
}

fn refusals() -> Vec<Note> {
    use Fault as F;
    let faults = [
        F::Malformed,
        F::UnknownResource,
        F::NotLoggedIn,
        F::LoggedIn,
        F::WrongCredentials,
        F::NotActivated,
        F::Suspended,
        F::SessionEnded,
        F::CodeWrong,
        F::CodeExpired,
        F::TypeCode,
        F::Invalid,
        F::PasswordCommon,
        F::TooMany,
        F::Seated,
        F::Elsewhere,
        F::NoMatch,
        F::TicketForeign,
        F::TicketExpired,
        F::MatchOver,
        F::GreetFirst,
        F::NoPicture,
        F::TooLarge,
        F::NotProved,
        F::Slow,
        F::Unavailable,
        F::Internal,
        F::Unknown,
    ];
    let problem = |fault| Problem {
        retry_after: (fault == F::TooMany).then_some(4200),
        ..Problem::new(fault, HOSTILE)
    };
    let notes = faults.map(|fault| AccountNote::Refused(problem(fault)));
    notes.into_iter().map(Note::Account).collect()
}

fn typed() -> Vec<Note> {
    let places = [
        Place::Starting,
        Place::Door,
        Place::Main,
        Place::Waiting,
        Place::Greeting,
        Place::Talk,
        Place::Elsewhere,
    ];
    let kinds = [
        ErrorKind::NotFound,
        ErrorKind::AlreadyExists,
        ErrorKind::PermissionDenied,
        ErrorKind::IsADirectory,
        ErrorKind::StorageFull,
        ErrorKind::BrokenPipe,
    ];
    let mut notes = vec![
        TypedNote::Unknown,
        TypedNote::Usage(Verb::Report),
        TypedNote::GreetFirst,
        TypedNote::NoLine(9),
        TypedNote::NotTheirs(9),
        TypedNote::NoPicture(9),
        TypedNote::NotYet(9),
        TypedNote::LineLong,
        TypedNote::LineFoul,
        TypedNote::Busy,
        TypedNote::NothingToReport,
        TypedNote::FileLarge(HOSTILE.into()),
        TypedNote::Unkept(hostile()),
    ];
    notes.extend(places.map(TypedNote::Help));
    notes.extend(places.map(TypedNote::NotNow));
    notes.extend(kinds.map(|why| TypedNote::File {
        path: HOSTILE.into(),
        why,
    }));
    notes.into_iter().map(Note::Typed).collect()
}

fn networks() -> Vec<Note> {
    let classes = [
        Class::Unknown,
        Class::Open,
        Class::Independent,
        Class::IndependentOrAddress,
        Class::Address,
        Class::AddressAndPort,
        Class::Dependent,
    ];
    let sequential = Ports::Sequential {
        step: 2,
        last: 4000,
    };
    let network = |class, ports, (mapped, ipv6)| {
        NetworkNote::Found(Network {
            class,
            ports,
            filtering: Ok(Filtering::AddressAndPort),
            mapped,
            ipv6,
            rtt: 45,
        })
    };
    let filtered = |(class, filtering)| {
        NetworkNote::Found(Network {
            class,
            ports: Ports::Preserved,
            filtering,
            mapped: false,
            ipv6: None,
            rtt: 45,
        })
    };
    let plain = classes.map(|class| network(class, Ports::Scattered, (false, None)));
    let faults = [
        ExamineError::Dial(DialError::Unknown),
        ExamineError::NoReflectors,
        ExamineError::TooOften,
        ExamineError::Foreign,
        ExamineError::Late,
        ExamineError::Unseen,
    ];
    let others = [
        NetworkNote::Looking,
        network(Class::AddressAndPort, sequential, (false, Some(false))),
        network(Class::AddressAndPort, Ports::Scattered, (true, Some(true))),
        network(Class::Independent, Ports::Preserved, (false, None)),
    ];
    let filterings = [
        Ok(Filtering::Independent),
        Ok(Filtering::IndependentOrAddress),
        Ok(Filtering::Address),
        Ok(Filtering::AddressAndPort),
        Err(Untested::Unreached),
        Err(Untested::Unknown),
        Err(Untested::Undialled),
    ];
    let classes = [Class::Open, Class::Independent];
    let each = classes.map(|class| filterings.map(|told| filtered((class, told))));
    let all = plain.into_iter().chain(others);
    let all = all.chain(each.into_iter().flatten());
    let all = all.chain(faults.map(NetworkNote::Fault));
    all.map(Note::Network).collect()
}

fn all() -> Vec<Note> {
    let kinds = [
        links(),
        ways(),
        talks(),
        pictures(),
        questions(),
        accounts(),
        refusals(),
        typed(),
        networks(),
    ];
    kinds.into_iter().flatten().collect()
}

fn told(language: Language) -> String {
    let notes = all();
    let lines = notes.iter().flat_map(|note| tell(language, note));
    lines.map(|line| line + "\n").collect()
}

#[test]
fn every_note_is_told_in_chinese() {
    expect_file!["told.zh.txt"].assert_eq(&told(Language::Chinese));
}

#[test]
fn every_note_is_told_in_english() {
    expect_file!["told.en.txt"].assert_eq(&told(Language::English));
}

#[test]
fn nobody_can_write_what_looks_like_an_announcement() {
    for language in [Language::Chinese, Language::English] {
        for note in all() {
            for line in tell(language, &note) {
                let hides = |it: char| it.is_control() || it == '\u{202e}';
                assert!(!line.chars().any(hides), "{line:?}");
                assert!(
                    !line.starts_with("The other one left") || matches!(note, Note::Way(_)),
                    "{line:?}"
                );
            }
        }
    }
}
