//! A hostile peer: a program with a real account that does wrong what can be done wrong, on the
//! direct path and inside the frames. Of none of it is anything shown, nothing ends that the pages do
//! not end, the right connection is found meanwhile, and no memory grows.

mod choice;
mod frames;
mod knocks;
mod pictures;
mod words;

use crate::hole::{Offered, loopback};
use crate::stranger::{Stranger, Wanted};
use floater_proto::Role;
use floater_proto::body::Policy;
use floater_trial::{Client, Door, Floaterd, Outcome, Setup, Terminal, accounts, arrive};
use std::net::IpAddr;
use std::path::Path;
use std::pin::Pin;

/// Where the server is; strangers come from elsewhere on this machine.
pub(crate) const SERVER: IpAddr = loopback(5);
const STRANGER: IpAddr = loopback(77);
/// Somebody else, who has neither an account nor a key.
const THIRD: IpAddr = loopback(66);

/// What the victim's memory may have grown by when everything was done: what its allocator keeps.
const GROWTH_MAX: u64 = 8 * 1024 * 1024;

/// What each of them does: a hundred and forty things together.
const OF_INITIATOR: usize = 79;
const OF_RESPONDER: usize = 61;

type Doing<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Something wrong.
struct Wrong {
    name: &'static str,
    /// What comes of it, in words; `act` and the honest line after it hold it.
    expected: &'static str,
    act: for<'a> fn(&'a mut Scene) -> Doing<'a>,
}

/// A stranger, and a person with our program.
struct Scene {
    stranger: Stranger,
    victim: Terminal,
    /// Lines that were shown.
    shown: u64,
    said: u64,
    done: usize,
    home: tempfile::TempDir,
}

impl Scene {
    async fn new(server: &Floaterd, role: Role) -> Outcome<Self> {
        let home = tempfile::tempdir()?;
        let mut victim = victim(server, home.path()).await?;
        let mut theirs = Client::start(Door::Native(server.native()))?;
        accounts(server, &mut theirs, "hong").await?;
        drop(theirs);
        victim.types("/seek").await?;
        let wanted = Wanted {
            email: "hong@example.org",
            from: Some(STRANGER),
            role,
            policy: Policy::Direct,
            trust: None,
        };
        let stranger = Stranger::meet(server.native(), wanted).await;
        victim.reads("You have met a stranger!").await?;
        Ok(Self {
            stranger,
            victim,
            shown: 0,
            said: 0,
            done: 0,
            home,
        })
    }

    async fn both_greet(&mut self) -> Outcome<()> {
        self.stranger.greet().await;
        self.victim.types("/hello").await?;
        self.victim.reads("It begins here").await?;
        let greeted = |it: &mut Stranger| it.has_heard("/greeting").then_some(());
        self.stranger.until("the greeting", greeted).await;
        Ok(())
    }

    /// Each of the table, and after each an honest line that is the next one of all.
    async fn suffer(&mut self, table: &[Wrong]) -> Outcome<()> {
        for wrong in table {
            (wrong.act)(self).await;
            self.still_listens(wrong.name).await?;
            self.tell(wrong.name, wrong.expected);
        }
        Ok(())
    }

    fn tell(&mut self, name: &str, expected: &str) {
        self.done += 1;
        println!("{:>3}  {name}: {expected}", self.done);
    }

    /// The next line arrives, and until then nothing was shown but which path carries.
    async fn still_listens(&mut self, after: &str) -> Outcome<()> {
        self.said += 1;
        let text = format!("honest line {}", self.said);
        self.stranger.say(&text).await;
        let lines = self.victim.reads_all(&text).await?;
        let (last, before) = lines.split_last().expect("at least the line");
        self.shown += 1;
        assert_eq!(*last, format!("[{}] hong: {text}", self.shown), "{after}");
        let tells_path = |line: &String| {
            ["direct: ", "relayed: "]
                .iter()
                .any(|it| line.starts_with(it))
        };
        let shown: Vec<_> = before.iter().filter(|it| !tells_path(it)).collect();
        assert!(shown.is_empty(), "{after}: {shown:?}");
        Ok(())
    }

    /// The right connection is found.
    async fn joins(&mut self, offered: Offered) {
        self.stranger.join(offered).await;
    }

    /// Memory that the victim's process has.
    fn memory(&self) -> u64 {
        let process = self.victim.process().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|it| it.trim().strip_suffix(" kB"));
        kilobytes.unwrap().trim().parse::<u64>().unwrap() * 1024
    }

    /// All was done. The program goes as a person wants it, without an error; the server has none in
    /// its log.
    async fn ends(mut self, server: &Floaterd, before: u64, things: usize) -> Outcome<()> {
        let grown = self.memory().saturating_sub(before);
        println!(
            "{} wrong things; the victim's memory grew by {} KiB",
            self.done,
            grown / 1024
        );
        assert_eq!(self.done, things, "wrong things");
        assert!(grown < GROWTH_MAX, "it grew by {grown} bytes");
        self.victim.types("/quit").await?;
        assert_eq!(self.victim.ends().await?, Some(0));
        let log = std::fs::read_to_string(server.log())?;
        assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
        Ok(())
    }
}

/// A person who allows direct connections.
async fn victim(server: &Floaterd, home: &Path) -> Outcome<Terminal> {
    let address = format!("floater://{}", server.native());
    let mut victim = Terminal::start("ming", &address, &home.join("ming"), &[])?;
    arrive(server, &mut victim, "ming").await?;
    victim.types("/policy direct").await?;
    victim.reads("direct connections are allowed").await?;
    Ok(victim)
}

#[tokio::test]
async fn a_hostile_initiator_shows_nothing_and_stops_nothing()
-> Result<(), Box<dyn std::error::Error>> {
    let server = Floaterd::start_as(Setup::on(SERVER)?.with_reflectors_here()).await?;
    let mut scene = Scene::new(&server, Role::A).await?;
    scene.stranger.shake_hands().await;
    scene.both_greet().await?;
    scene.still_listens("the greeting").await?;
    let offered = scene.stranger.attempt().await;
    scene.joins(offered).await;
    scene.still_listens("the direct path").await?;
    let before = scene.memory();
    knocks::all(&mut scene).await?;
    scene.suffer(choice::OF_INITIATOR).await?;
    words::all(&mut scene).await?;
    for _ in 0..2 {
        scene.victim.types("/leave").await?;
    }
    scene.victim.reads("You ended the conversation").await?;
    scene.ends(&server, before, OF_INITIATOR).await?;
    Ok(())
}

#[tokio::test]
async fn a_hostile_responder_shows_nothing_and_stops_nothing()
-> Result<(), Box<dyn std::error::Error>> {
    let server = Floaterd::start_as(Setup::on(SERVER)?.with_reflectors_here()).await?;
    let mut scene = Scene::new(&server, Role::B).await?;
    frames::before_keys(&mut scene).await;
    scene.stranger.shake_hands().await;
    words::before_greeting(&mut scene).await;
    scene.both_greet().await?;
    scene.still_listens("the greeting").await?;
    let before = scene.memory();
    scene.suffer(frames::ALL).await?;
    scene.suffer(choice::OF_RESPONDER).await?;
    scene.suffer(pictures::ALL).await?;
    words::ending(&mut scene).await?;
    scene.ends(&server, before, OF_RESPONDER).await?;
    Ok(())
}
