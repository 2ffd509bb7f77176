//! A conversation through two NATs that fail: what goes past the server, and how soon the two hear
//! each other again.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::Instant;

use super::cell::Cell;
use super::harm::drop_direct;
use super::party::Party;
use super::site::{SERVER_LINE, Site};
use super::writers::{Writer, Writers};

/// A picture that is sent directly adds less than this to all lines of the server.
const BESIDE_MAX: u64 = 50 * 1024;
/// That picture has at least so many bytes.
const PICTURE_MIN: u64 = 5 * 1024 * 1024;
/// The next lines come through the server so soon after the direct path has died.
const RELAYED_WITHIN: Duration = Duration::from_secs(1);
/// Lines come again so soon after a router has forgotten all connections.
const RESTARTED_WITHIN: Duration = Duration::from_secs(3);
/// And so soon after one has moved to another address.
const MOVED_WITHIN: Duration = Duration::from_secs(3);
/// Who is gone is missed so soon: by the end of the connections, or by silence.
const GONE_WITHIN: Duration = Duration::from_secs(1);
const SILENT_WITHIN: Duration = Duration::from_secs(30);
/// The line of the second home.
const HONG_LINE: usize = 2;
/// How the other one's absence is told, and the end of it.
const AWAY: &str = "The other one's network is unsteady";
const BACK: &str = "The other one is back";

/// How much of the story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Length {
    /// Without the silence, which lasts.
    Brief,
    Whole,
}

/// The story of two who have met, told by its figures, and whether it says anything: bars that were
/// missed while the lab stood still do not. An error is a bar that was missed otherwise.
pub(super) async fn story(cell: &Cell, length: Length) -> Result<bool> {
    let site = Site::new(cell, 1)?;
    let mut party = Party::come(&site).await?;
    party.meet(cell.alone).await?;
    let data = tempfile::tempdir()?;
    let mut story = Story {
        site: &site,
        writers: Writers::new(&mut party.people),
        missed: Vec::new(),
        is_in_doubt: false,
    };
    story.becomes_direct().await?;
    story.picture(data.path()).await.context("a picture")?;
    story.path_dies().await.context("the direct path dies")?;
    story.router_restarts().await.context("a router restarts")?;
    story.becomes_direct().await?;
    story.moves().await.context("one moves")?;
    story.becomes_direct().await?;
    if length == Length::Whole {
        story.falls_silent().await.context("one falls silent")?;
        story.becomes_direct().await?;
    }
    story.is_killed().await.context("one is killed")?;
    match story.missed.as_slice() {
        [] => Ok(!story.is_in_doubt),
        missed => bail!("missed: {}", missed.join("; ")),
    }
}

struct Story<'a> {
    site: &'a Site,
    writers: Writers<'a>,
    missed: Vec<String>,
    /// Whether a bar was missed while the lab stood still.
    is_in_doubt: bool,
}

impl Story<'_> {
    /// All that was said has arrived, and the two are connected directly.
    async fn becomes_direct(&mut self) -> Result<()> {
        let began = Instant::now();
        let both = |people: &[Writer<'_>; 2]| people.iter().all(Writer::is_direct);
        self.writers.write_until("a direct path", both).await?;
        self.writers.hear_more(20).await?;
        self.writers.finish().await?;
        let ms = began.elapsed().as_millis();
        println!("direct, and every line has arrived: after {ms} ms");
        self.writers.slowest();
        Ok(())
    }

    async fn picture(&mut self, data: &Path) -> Result<()> {
        let photo = data.join("noise.png");
        noise(&photo)?;
        let before = self.site.internet.carried(SERVER_LINE);
        self.begins();
        let began = Instant::now();
        let [ming, _] = &mut self.writers.people;
        ming.person
            .types(&format!("/picture {}", photo.display()))
            .await?;
        self.writers
            .listen_until("a picture", |[ming, hong]| {
                hong.read("The picture is here.") > 0 && ming.read("The picture was delivered.") > 0
            })
            .await?;
        let ms = began.elapsed().as_millis();
        let beside = self.site.internet.carried(SERVER_LINE) - before;
        let saved = data.join("saved");
        let [_, hong] = &mut self.writers.people;
        let number = hong
            .number_of("The picture is here.")
            .context("no number")?;
        hong.person
            .types(&format!("/save {number} {}", saved.display()))
            .await?;
        let is_saved = |[_, hong]: &[Writer<'_>; 2]| hong.read("Saved: ") > 0;
        self.writers
            .listen_until("a saved picture", is_saved)
            .await?;
        let size = std::fs::metadata(&saved)?.len();
        println!("a picture of {size} bytes: {ms} ms, {beside} bytes on the server's line");
        self.bar("bytes beside a picture", beside < BESIDE_MAX)
            .await;
        if size < PICTURE_MIN {
            bail!("that was a small picture");
        }
        Ok(())
    }

    async fn path_dies(&mut self) -> Result<()> {
        self.writers.hear_more(20).await?;
        let usual = self.begins().as_millis();
        let [home, _] = &self.site.homes;
        if drop_direct(home, self.site.router(1)?)? == 0 {
            bail!("there is no direct connection");
        }
        let neither = |people: &[Writer<'_>; 2]| !people.iter().any(Writer::is_direct);
        self.writers.write_until("the relay", neither).await?;
        self.writers.hear_more(20).await?;
        let slowest = self.writers.slowest();
        let ms = slowest.as_millis();
        println!("the direct path dies: a line takes {ms} ms at most, {usual} before");
        self.bar("a dead direct path", slowest <= RELAYED_WITHIN)
            .await;
        Ok(())
    }

    async fn router_restarts(&mut self) -> Result<()> {
        self.writers.hear_more(20).await?;
        self.begins();
        self.site.router(1)?.restart()?;
        self.writers.hear_more(20).await?;
        let slowest = self.writers.slowest();
        println!(
            "a router restarts: a line takes {} ms at most",
            slowest.as_millis()
        );
        self.bar("a restarted router", slowest <= RESTARTED_WITHIN)
            .await;
        Ok(())
    }

    /// One is in another network: the address of all its connections is gone.
    async fn moves(&mut self) -> Result<()> {
        self.writers.hear_more(20).await?;
        self.begins();
        self.site.readdress(1)?;
        let neither = |people: &[Writer<'_>; 2]| !people.iter().any(Writer::is_direct);
        self.writers.write_until("the relay", neither).await?;
        self.writers.hear_more(20).await?;
        let slowest = self.writers.slowest();
        println!("one moves: a line takes {} ms at most", slowest.as_millis());
        self.bar("one who moved", slowest <= MOVED_WITHIN).await;
        Ok(())
    }

    /// Nothing comes from one home any more, nor gets there; nobody writes.
    async fn falls_silent(&mut self) -> Result<()> {
        let internet = &self.site.internet;
        let ms = self.misses(SILENT_WITHIN, |_| {
            internet.storm(HONG_LINE, 1_000);
            Ok(())
        });
        println!("one falls silent: missed after {} ms", ms.await?);
        internet.storm(HONG_LINE, 0);
        let is_back = |[ming, _]: &[Writer<'_>; 2]| ming.read(AWAY) == ming.read(BACK);
        self.writers.write_until("the other one", is_back).await
    }

    /// The system ends the connections of a program that is killed.
    async fn is_killed(&mut self) -> Result<()> {
        let ms = self.misses(GONE_WITHIN, |story| {
            let [_, hong] = &story.writers.people;
            let process = hong.person.terminal.process().unwrap_or(0);
            let process = Pid::from_raw(process.cast_signed()).context("no process")?;
            Ok(kill_process(process, Signal::KILL)?)
        });
        println!("one is killed: missed after {} ms", ms.await?);
        Ok(())
    }

    /// Milliseconds until the first is told that the other one is away.
    async fn misses(
        &mut self,
        within: Duration,
        harm: impl FnOnce(&Self) -> Result<()>,
    ) -> Result<u128> {
        self.begins();
        let began = Instant::now();
        harm(self)?;
        let [ming, _] = &mut self.writers.people;
        ming.is_told(AWAY).await?;
        let took = began.elapsed();
        self.bar("one who is gone", took <= within).await;
        Ok(took.as_millis())
    }

    /// From here on it is measured; how long a line took at most until now.
    fn begins(&mut self) -> Duration {
        self.site.internet.stillness.begin();
        self.writers.slowest()
    }

    async fn bar(&mut self, what: &str, is_held: bool) {
        if is_held {
            return;
        }
        if self.site.internet.stillness.stood_still().await {
            println!("missed, but the lab stood still: {what}");
            self.is_in_doubt = true;
        } else {
            self.missed.push(what.to_owned());
        }
    }
}

/// Noise, which no compression makes small.
fn noise(path: &Path) -> Result<()> {
    let mut state = 1_u32;
    let noise = image::RgbImage::from_fn(2_200, 1_700, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = state.to_be_bytes();
        image::Rgb([a, b, c])
    });
    Ok(noise.save(path)?)
}
