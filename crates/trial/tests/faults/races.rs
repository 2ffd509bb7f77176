//! P2 in a hurry: `FLOATER_RACES` conversations of people who seek, meet whoever it is, say one line and
//! both leave in the same moment, while now and then a link is cut at any time: as one seeks, is
//! proposed, greets, talks or leaves. Nobody waits for ever, nobody is in two matches, and nobody hears
//! what was said to another one.

use crate::count;
use crate::crowd::{people, raise_file_limit};
use floater_core::{Command, Event, Message, Stage};
use floater_trial::{Cable, Client, Door, Floaterd, Harm, Outcome, PATIENCE, Trouble};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

const RACES: usize = 200;
const PEOPLE: usize = 24;
/// A link is cut within this, of so many conversations one.
const CUT_WITHIN: u64 = 2_500;
const CUT_ONE_OF: u32 = 3;
/// How long somebody may stand in the same place: a seat is held for 120 s, and greeting may take 45.
const STANDS_AT_MOST: Duration = Duration::from_secs(180);

/// What all of them count.
#[derive(Default)]
struct Counts {
    talks: AtomicUsize,
    cuts: AtomicUsize,
    wanted: usize,
}

struct Racer {
    client: Client,
    cable: Cable,
    name: String,
    peer: Option<String>,
    rng: ChaCha20Rng,
}

impl Racer {
    /// Wants something that may not fit any more: the stage has changed meanwhile.
    async fn tries(&mut self, command: Command) -> Outcome<()> {
        match self.client.want(command).await {
            Ok(()) | Err(Trouble::Misuse(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    async fn takes(&mut self, event: Event, counts: &Counts) -> Outcome<()> {
        match event {
            Event::Stage { stage } => self.stands(stage, counts).await,
            Event::Line { line } if !line.own => {
                let Message::Text { text } = line.message else {
                    return Ok(());
                };
                let peer = self.peer.clone().unwrap_or_default();
                let meant = format!("{peer} to {}", self.name);
                assert_eq!(text, meant, "{} hears what is not theirs", self.name);
                self.tries(Command::Leave).await
            }
            _ => Ok(()),
        }
    }

    async fn stands(&mut self, stage: Stage, counts: &Counts) -> Outcome<()> {
        match stage {
            Stage::Main { .. } => self.tries(Command::Seek).await,
            Stage::Waiting { .. } => {
                self.may_cut(counts);
                Ok(())
            }
            Stage::Greeting { peer, .. } => {
                self.peer = Some(peer);
                self.tries(Command::Greet).await
            }
            Stage::Talk { peer, .. } => {
                counts.talks.fetch_add(1, Ordering::AcqRel);
                let text = format!("{} to {peer}", self.name);
                self.peer = Some(peer);
                self.tries(Command::Say { text, quote: None }).await
            }
            Stage::Elsewhere { .. } | Stage::Door => {
                let told = format!("{} stands at {stage:?}", self.name);
                Err(Trouble::Wrong(told))
            }
            Stage::Starting => Ok(()),
        }
    }

    fn may_cut(&mut self, counts: &Counts) {
        if self.rng.next_u32().is_multiple_of(CUT_ONE_OF) {
            counts.cuts.fetch_add(1, Ordering::AcqRel);
            let after = Duration::from_millis(self.rng.next_u64() % CUT_WITHIN);
            let cut = self.cable.later();
            tokio::spawn(async move {
                sleep(after).await;
                cut.spoil(Harm::Cut);
            });
        }
    }

    async fn races(mut self, counts: Arc<Counts>) -> Outcome<()> {
        self.tries(Command::Seek).await?;
        let mut changed = Instant::now();
        while counts.talks.load(Ordering::Acquire) < counts.wanted {
            let Ok(event) = timeout(PATIENCE / 60, self.client.next()).await else {
                let stands = changed.elapsed();
                if stands > STANDS_AT_MOST {
                    return Err(self.client.late(&format!("anything, for {stands:?},")));
                }
                continue;
            };
            let event = event?;
            if matches!(event, Event::Stage { .. }) {
                changed = Instant::now();
            }
            self.takes(event, &counts).await?;
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_races_of_ends_cuts_and_matches_leave_nobody_waiting() -> Outcome<()> {
    raise_file_limit();
    let races = count("FLOATER_RACES", RACES);
    let seed = getrandom::u64()?;
    println!("seed {seed}");
    let server = Floaterd::start().await?;
    let names: Vec<String> = (0..PEOPLE).map(|number| format!("r{number}")).collect();
    let mut cables = Vec::new();
    for _ in &names {
        cables.push(Cable::to(server.native()).await?);
    }
    let clients = people(&server, &names, |it| Door::Native(cables[it].address())).await?;
    let counts = Arc::new(Counts {
        // Each conversation is counted by both.
        wanted: 2 * races,
        ..Counts::default()
    });
    let mut racing = JoinSet::new();
    for (number, ((client, cable), name)) in clients.into_iter().zip(cables).zip(names).enumerate()
    {
        let racer = Racer {
            client,
            cable,
            name,
            peer: None,
            rng: ChaCha20Rng::seed_from_u64(seed.wrapping_add(number as u64)),
        };
        racing.spawn(racer.races(counts.clone()));
    }
    let begin = Instant::now();
    while let Some(raced) = racing.join_next().await {
        raced.map_err(std::io::Error::other)??;
    }
    println!(
        "P2: {} conversations of {PEOPLE} people, {} links cut, {:?}: nobody waited for ever, nobody \
         was in two",
        counts.talks.load(Ordering::Acquire) / 2,
        counts.cuts.load(Ordering::Acquire),
        begin.elapsed(),
    );
    Ok(())
}
