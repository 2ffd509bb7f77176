//! P8: the disk is full. A server whose data lies on a disk of its own of 4 MiB, which is filled up:
//! nobody's conversation ends, who wants to register is told to try later, and within 10 seconds of
//! there being room all goes on by itself. What was kept before is there, and an end that could not be
//! kept at once is.

use crate::cannot_be_had;
use crate::crowd::{people, talking};
use floater_core::{Command, Stage};
use floater_proto::Secret;
use floater_proto::body::{Fault, Language};
use floater_trial::{Around, Client, Door, Floaterd, Outcome, PASSWORD, Setup, Space, Trouble};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{Instant, interval};

const SIZE: &str = "size=4m,mode=700";
const RECOVERS_WITHIN: Duration = Duration::from_secs(10);
const TRY_EVERY: Duration = Duration::from_millis(100);
/// Lines each way while the disk is full.
const LINES: usize = 50;

/// A small disk that nobody else sees. It ends with the test.
struct Disk {
    space: Space,
    at: TempDir,
}

impl Disk {
    /// `None` without the rights for it.
    fn mount() -> Outcome<Option<Self>> {
        let at = tempfile::tempdir()?;
        let mount = "mount -t tmpfs -o \"$0\" tmpfs \"$1\" && exec cat";
        let place = at.path().to_string_lossy().into_owned();
        let words = [
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            mount,
            SIZE,
            &place,
        ];
        match Space::hold(&words) {
            Ok(space) => Ok(Some(Self { space, at })),
            Err(error) => {
                cannot_be_had("a disk of one's own", &error.to_string());
                Ok(None)
            }
        }
    }

    /// A server whose data lies on it.
    async fn serve(&self) -> Outcome<Floaterd> {
        let space = format!("--mount=/proc/{}/ns/mnt", self.space.process());
        let around = Around::default()
            .run_by(&["nsenter", &space, "--"])
            .with_data(self.at.path(), &self.seen_at());
        Floaterd::start_in(around, Setup::on_loopback()?).await
    }

    /// Where this process sees it.
    fn seen_at(&self) -> PathBuf {
        let root = format!("/proc/{}/root", self.space.process());
        let at = self.at.path();
        Path::new(&root).join(at.strip_prefix("/").unwrap_or(at))
    }

    fn filler(&self) -> PathBuf {
        self.seen_at().join("filler")
    }

    /// Takes all that is left; how many bytes.
    fn fill(&self) -> Outcome<u64> {
        let mut filler = std::fs::File::create(self.filler())?;
        for piece in [4096, 1] {
            while filler.write_all(&vec![0; piece]).is_ok() {}
        }
        Ok(filler.metadata()?.len())
    }
}

/// Why a registration was refused, or nothing.
async fn refusal(client: &mut Client, name: &str) -> Outcome<Option<Fault>> {
    let wanted = Command::Register {
        email: format!("{name}@example.org"),
        username: name.to_owned(),
        password: Secret::from(PASSWORD),
        adult: true,
        language: Language::English,
    };
    match client.ask(wanted).await {
        Ok(_) => Ok(None),
        Err(Trouble::Refused(problem)) => Ok(Some(problem.error)),
        Err(other) => Err(other),
    }
}

#[tokio::test]
async fn p8_a_full_disk_ends_no_conversation_and_is_recovered_from() -> Outcome<()> {
    let Some(disk) = Disk::mount()? else {
        return Ok(());
    };
    let mut server = disk.serve().await?;
    let door = Door::Native(server.native());
    let mut pairs = talking(&server, 2, door).await?;
    let mut newcomer = Client::start(door)?;
    newcomer
        .stage("the door", |it| matches!(it, Stage::Door))
        .await?;

    let filled = disk.fill()?;
    // A page that is free already may take the first.
    let mut refused = None;
    for number in 0..100 {
        refused = refusal(&mut newcomer, &format!("full{number}")).await?;
        if refused.is_some() {
            break;
        }
    }
    assert_eq!(refused, Some(Fault::Unavailable), "it is told");
    for _ in 0..LINES {
        pairs[0].exchange().await?;
    }
    // An end is an end, kept or not.
    pairs[1].part().await?;
    pairs[0].exchange().await?;

    std::fs::remove_file(disk.filler())?;
    let free = Instant::now();
    let mut tries = interval(TRY_EVERY);
    while refusal(&mut newcomer, "later").await?.is_some() {
        tries.tick().await;
        assert!(free.elapsed() < RECOVERS_WITHIN, "still full");
    }
    let after = free.elapsed();
    server.code_for("later@example.org").await?;
    people(&server, &["new".to_owned()], |_| door).await?;

    pairs[0].say().await?;
    server.kill().await?;
    server.start_again().await?;
    pairs[0].hear().await?;
    pairs[0].exchange().await?;
    for side in &pairs[1].sides {
        assert!(matches!(side.stands(), Some(Stage::Main { .. })));
    }
    people(&server, &["newer".to_owned()], |_| door).await?;
    println!(
        "P8: {filled} bytes filled, {LINES} lines each way meanwhile; registered again after \
         {after:?}; whole after a crash"
    );
    Ok(())
}
