//! P3: a registration that was answered is durable and its mail is sent in the end, whatever call of
//! store or mail a crash hits. While somebody registers, activates and logs in, the server is killed as
//! one of its threads begins its first call of a kind; in the next run its second, and so on, until no
//! thread makes so many. Who counts is strace, thread by thread: of two threads that make the same kind
//! of call, those of the one that is behind are not all hit. SQLite writes from one thread alone. After
//! a kill the server is started again: what was answered holds, what was not can be done again, and one
//! is in.
//!
//! `FLOATER_CRASHES=every` kills at each count; else at the first, second, fourth and so on.

use crate::cannot_be_had;
use crate::post::Post;
use floater_core::{Command, Proof, Stage};
use floater_proto::Secret;
use floater_proto::body::Language;
use floater_trial::{Client, Door, Floaterd, Outcome, PASSWORD, PATIENCE, Setup, Trouble};
use std::pin::pin;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command as Program};
use tokio::time::{Instant, interval, timeout};

/// The calls by which the store reads, locks and keeps, and by which a mail becomes a file. Others that
/// change files (`fdatasync`, `ftruncate`, `unlink`) are not made meanwhile.
const OF_THE_STORE: &[&str] = &[
    "pread64", "fcntl", "pwrite64", "fsync", "openat", "write", "rename",
];
/// Those by which a mail goes out, and an answer.
const OF_THE_MAIL: &[&str] = &["socket", "connect", "sendto", "recvfrom", "pwrite64"];
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// What a server that is dead had answered is here so soon.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Nothing takes more calls than this; a count that does not end is no proof.
const CALLS_MAX: u32 = 2000;

/// Where mails go.
enum Mails {
    Folder,
    Post(Post),
}

impl Mails {
    /// The newest code, and how many mails with one there were, if that can be known.
    fn look(&self, server: &Floaterd, email: &str) -> Option<(String, usize)> {
        let Self::Post(post) = self else {
            return server.mailed(email).unwrap().map(|code| (code, 1));
        };
        let mails = post.mails_to(email);
        let code = floater_trial::code_in(mails.last()?)?;
        Some((code, mails.len()))
    }
}

/// How far somebody came before the server was gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    Nowhere,
    Registered,
    Activated,
    In,
}

struct Story {
    server: Floaterd,
    mails: Mails,
    email: String,
}

impl Story {
    async fn begin(mails: Mails) -> Outcome<Self> {
        let mut setup = Setup::on_loopback()?;
        if let Mails::Post(post) = &mails {
            setup = setup.with_mail_server(post.address);
        }
        let server = Floaterd::start_as(setup).await?;
        let email = "ming@example.org".to_owned();
        Ok(Self {
            server,
            mails,
            email,
        })
    }

    async fn client(&self) -> Outcome<Client> {
        let mut client = Client::start(Door::Native(self.server.native()))?;
        client
            .stage("the door", |stage| matches!(stage, Stage::Door))
            .await?;
        Ok(client)
    }

    /// Whether it was answered well.
    async fn asks(&mut self, client: &mut Client, command: Command) -> Outcome<bool> {
        let mut asking = pin!(client.ask(command));
        let mut looks = interval(LOOK_EVERY);
        loop {
            tokio::select! {
                answer = &mut asking => return Ok(answer.is_ok()),
                _ = looks.tick() => if !self.server.runs()? {
                    let last = timeout(LAST_WORDS, asking).await;
                    return Ok(matches!(last, Ok(Ok(_))));
                },
            }
        }
    }

    async fn registers(&mut self, client: &mut Client) -> Outcome<bool> {
        let wanted = Command::Register {
            email: self.email.clone(),
            username: "ming".to_owned(),
            password: Secret::from(PASSWORD),
            adult: true,
            language: Language::English,
        };
        self.asks(client, wanted).await
    }

    /// The code, or nothing if the server is gone before it is there.
    async fn code(&mut self) -> Outcome<Option<String>> {
        let end = Instant::now() + PATIENCE;
        let mut looks = interval(LOOK_EVERY);
        while Instant::now() < end {
            looks.tick().await;
            if let Some((code, _)) = self.mails.look(&self.server, &self.email) {
                return Ok(Some(code));
            }
            if !self.server.runs()? {
                return Ok(None);
            }
        }
        Err(Trouble::Wrong("the mail that was promised".to_owned()))
    }

    async fn activates(&mut self, client: &mut Client, code: String) -> Outcome<bool> {
        let (email, code) = (self.email.clone(), Secret::new(code));
        let proof = Proof::Code { email, code };
        self.asks(client, Command::Activate { proof }).await
    }

    async fn logs_in(&mut self, client: &mut Client) -> Outcome<bool> {
        let (email, password) = (self.email.clone(), Secret::from(PASSWORD));
        self.asks(client, Command::LogIn { email, password }).await
    }

    /// As far as the server comes.
    async fn go(&mut self, client: &mut Client) -> Outcome<Came> {
        if !self.registers(client).await? {
            return Ok(Came::Nowhere);
        }
        let Some(code) = self.code().await? else {
            return Ok(Came::Registered);
        };
        if !self.activates(client, code).await? {
            return Ok(Came::Registered);
        }
        if !self.logs_in(client).await? {
            return Ok(Came::Activated);
        }
        Ok(Came::In)
    }

    /// The rest of the way, on a server that was started again.
    async fn finish(&mut self, came: Came) -> Outcome<()> {
        let mut client = self.client().await?;
        if came == Came::Nowhere {
            assert!(self.registers(&mut client).await?, "a second try");
        }
        if came < Came::Activated {
            let code = self.code().await?.ok_or(Trouble::Gone)?;
            // It may have been used by the request that was not answered: the log-in tells.
            self.activates(&mut client, code).await?;
        }
        assert!(self.logs_in(&mut client).await?, "in, after {came:?}");
        if came > Came::Nowhere {
            self.was_mailed_twice_at_most().await?;
        }
        Ok(())
    }

    /// One mail of a registration, and one more where the first was on its way at the crash.
    async fn was_mailed_twice_at_most(&mut self) -> Outcome<()> {
        let first = std::mem::replace(&mut self.email, "hong@example.org".to_owned());
        let mut client = self.client().await?;
        assert!(self.registers(&mut client).await?, "a second person");
        // The oldest mail goes first: with this one everything else is out.
        self.code().await?.ok_or(Trouble::Gone)?;
        let told = self.mails.look(&self.server, &first);
        let mails = told.map_or(0, |(_, mails)| mails);
        assert!(
            (1..=2).contains(&mails),
            "{mails} mails of one registration"
        );
        Ok(())
    }
}

/// Lets a server be killed as the first of its threads begins its own `nth` call of a kind.
/// `None` where the system lets nobody do so.
async fn kill_at(server: &mut Floaterd, call: &str, nth: u32) -> Outcome<Option<Child>> {
    let process = server.process().ok_or(Trouble::Gone)?;
    let mut strace = Program::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-p", &process.to_string()])
        .args(["-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:signal=KILL:when={nth}")])
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut looks = interval(LOOK_EVERY);
    while strace.try_wait()?.is_none() {
        looks.tick().await;
        if is_traced(process) {
            return Ok(Some(strace));
        }
    }
    // It may have been hit by what it does without being asked.
    Ok((!server.runs()?).then_some(strace))
}

/// Each thread of it. One that ends meanwhile, or the process with all of them, is seen at the next look.
fn is_traced(process: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else {
        return false;
    };
    let mut statuses = threads.map(|it| std::fs::read_to_string(it?.path().join("status")));
    statuses.all(|it| it.is_ok_and(|status| !status.contains("TracerPid:\t0\n")))
}

/// Whether the server was hit, and how far one had come.
async fn one(mails: Mails, call: &str, nth: u32) -> Outcome<Option<(bool, Came)>> {
    let mut story = Story::begin(mails).await?;
    let mut client = story.client().await?;
    let Some(strace) = kill_at(&mut story.server, call, nth).await? else {
        return Ok(None);
    };
    let came = story.go(&mut client).await?;
    let hit = came < Came::In || !story.server.runs()?;
    drop((client, strace));
    if hit {
        story.server.ends().await?;
        story.server.start_again().await?;
        story.finish(came).await?;
    }
    Ok(Some((hit, came)))
}

async fn each_of(calls: &[&str], mails: impl AsyncFn() -> Mails) {
    let every = std::env::var("FLOATER_CRASHES").is_ok_and(|told| told == "every");
    let mut crashes = 0;
    for call in calls {
        let mut reached = Vec::new();
        let mut nth = 1;
        loop {
            let told = one(mails().await, call, nth).await;
            let told = told.unwrap_or_else(|trouble| panic!("{call} {nth}: {trouble}"));
            let Some((hit, came)) = told else {
                return cannot_be_had("a crash in a call", "strace may not look at a process");
            };
            if !hit {
                break;
            }
            reached.push(came);
            assert!(nth < CALLS_MAX, "{call} has no end");
            nth = if every { nth + 1 } else { nth * 2 };
        }
        assert!(!reached.is_empty(), "{call} is never made");
        crashes += reached.len();
        let at = |came| reached.iter().filter(|it| **it == came).count();
        println!(
            "P3 {call}: killed at {} counts; {} before the answer to the registration, {} after it, \
             {} after that to the activation, {} later",
            reached.len(),
            at(Came::Nowhere),
            at(Came::Registered),
            at(Came::Activated),
            at(Came::In),
        );
    }
    println!("P3: {crashes} crashes, every registration that was answered is kept and mailed");
}

#[tokio::test]
async fn p3_a_registration_that_was_answered_outlives_a_crash_in_the_store() {
    each_of(OF_THE_STORE, async || Mails::Folder).await;
}

#[tokio::test]
async fn p3_a_mail_that_was_promised_is_sent_after_a_crash_in_the_mail() {
    each_of(OF_THE_MAIL, async || Mails::Post(Post::open().await)).await;
}
